"""From a child's need to the plan and its progress."""

from .goal import Goal, NotAPoint, Phase, Point
from .judging import Standing, standings
from .parts import Domain, Material, Member, PlanNeed, Slot, Task, WeekCount
from .plan import READERS, WRITERS, NotApproved, NotThatState, Plan, Stale
from .review import Review

__all__ = [
    "READERS",
    "WRITERS",
    "Domain",
    "Goal",
    "Material",
    "Member",
    "NotAPoint",
    "NotApproved",
    "NotThatState",
    "Phase",
    "Plan",
    "PlanNeed",
    "Point",
    "Review",
    "Slot",
    "Stale",
    "Standing",
    "Task",
    "WeekCount",
    "standings",
]
