"""From a child's need to the plan and its progress."""

# for Django alone: the names of notes are imported from their modules, and nowhere outside this room
from . import glass, note  # noqa: F401
from .answer import Answer, AtHome
from .check_in import CheckIn, WeeklyQuestion
from .goal import Goal, NotAPoint, Phase, Point
from .habit import Habit, HabitWeek, NotATick, Tick
from .judging import Standing, standings
from .observation import Observation, Replaced
from .observation_import import ObservationImport
from .parts import Domain, Material, Member, PlanNeed, Slot, Task, WeekCount
from .plan import READERS, WRITERS, NotApproved, NotThatState, Plan, Stale
from .review import Review
from .shares import Side, State
from .template import Template
from .version import NothingToRead, NotTheNewest, Version

__all__ = [
    "READERS",
    "WRITERS",
    "Answer",
    "AtHome",
    "CheckIn",
    "Domain",
    "Goal",
    "Habit",
    "HabitWeek",
    "Material",
    "Member",
    "NotAPoint",
    "NotATick",
    "NotApproved",
    "NotThatState",
    "NotTheNewest",
    "NothingToRead",
    "Observation",
    "ObservationImport",
    "Phase",
    "Plan",
    "PlanNeed",
    "Point",
    "Replaced",
    "Review",
    "Side",
    "Slot",
    "Stale",
    "Standing",
    "State",
    "Task",
    "Template",
    "Tick",
    "Version",
    "WeekCount",
    "WeeklyQuestion",
    "standings",
]
