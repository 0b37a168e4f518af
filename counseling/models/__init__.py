"""From a child's need to the plan and its progress."""

# for Django alone: the names of notes are imported from their modules, and nowhere outside this room
from . import glass, note  # noqa: F401
from .answer import Answer, AtHome
from .attendance import Attendance, Evaluation, PickUp
from .check_in import CheckIn, WeeklyQuestion
from .goal import Goal, NotAPoint, Phase, Point
from .habit import Habit, HabitWeek, NotATick, Tick
from .judging import Standing, standings
from .observation import Observation, Replaced
from .observation_import import ObservationImport
from .parts import Domain, Material, Member, PlanNeed, Slot, Task, WeekCount
from .plan import READERS, WRITERS, NotApproved, NotThatState, Plan, Stale
from .programme import DayOff, Programme, Weekly
from .review import Review
from .seat import Seat
from .session import Leading, Reserved, Resource, Session
from .shares import Side, State
from .template import Template
from .version import NothingToRead, NotTheNewest, Version
from .volunteer import Availability, Clearance, Pair, Training, Volunteer

__all__ = [
    "READERS",
    "WRITERS",
    "Answer",
    "AtHome",
    "Attendance",
    "Availability",
    "CheckIn",
    "Clearance",
    "DayOff",
    "Domain",
    "Evaluation",
    "Goal",
    "Habit",
    "HabitWeek",
    "Leading",
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
    "Pair",
    "Phase",
    "PickUp",
    "Plan",
    "PlanNeed",
    "Point",
    "Programme",
    "Replaced",
    "Reserved",
    "Resource",
    "Review",
    "Seat",
    "Session",
    "Side",
    "Slot",
    "Stale",
    "Standing",
    "State",
    "Task",
    "Template",
    "Tick",
    "Training",
    "Version",
    "Volunteer",
    "WeekCount",
    "Weekly",
    "WeeklyQuestion",
    "standings",
]
