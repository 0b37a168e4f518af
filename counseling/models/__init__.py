"""From a child's need to the plan and its progress."""

# for Django alone: the names of notes are imported from their modules, and nowhere outside this room
from . import glass, note  # noqa: F401
from .absence import Absence
from .answer import Answer, AtHome
from .attendance import Attendance
from .check_in import CheckIn, WeeklyQuestion
from .day_off import DayOff
from .drawing import Draw
from .evaluation import Evaluation
from .family_feed import FamilyFeed
from .goal import Goal, NotAPoint, Phase, Point
from .habit import Habit, HabitWeek, NotATick, Tick
from .judging import Standing, standings
from .leading import Leading, Reserved
from .observation import Observation, Replaced
from .observation_import import ObservationImport
from .pair import NoPair, Pair
from .parts import Domain, Material, Member, PlanNeed, Slot, Task, WeekCount
from .pick_up import PickUp
from .plan import READERS, WRITERS, NotApproved, NotThatState, Plan, Stale
from .prescription import PrescribedTwice, Prescription
from .programme import Programme, Weekly
from .resource import Resource
from .review import Review
from .seat import Seat
from .session import Session
from .shares import Side, State
from .template import Template
from .version import NothingToRead, NotTheNewest, Version
from .volunteer import Availability, Clearance, Training, Volunteer
from .volunteer_call import VolunteerCall

__all__ = [
    "READERS",
    "WRITERS",
    "Absence",
    "Answer",
    "AtHome",
    "Attendance",
    "Availability",
    "CheckIn",
    "Clearance",
    "DayOff",
    "Domain",
    "Draw",
    "Evaluation",
    "FamilyFeed",
    "Goal",
    "Habit",
    "HabitWeek",
    "Leading",
    "Material",
    "Member",
    "NoPair",
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
    "PrescribedTwice",
    "Prescription",
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
    "VolunteerCall",
    "WeekCount",
    "Weekly",
    "WeeklyQuestion",
    "standings",
]
