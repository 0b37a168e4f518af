"""Who is who this term, and who may see whom."""

from homeschool.people.sight import Reach, Sight

from .family import Enrolment, Grant, Guardianship, Household, Student
from .handing import Handover
from .invitation import Invitation
from .leaving import Leaving
from .new_year import NewYear
from .rostering import RosterHeading, RosterImport, RosterKey
from .school import Division, Region, School, SchoolClass, Term
from .staff import Caseload, Membership
from .token import Token
from .transfer import Transfer
from .user import Address, User

__all__ = [
    "Address",
    "Caseload",
    "Division",
    "Enrolment",
    "Grant",
    "Guardianship",
    "Handover",
    "Household",
    "Invitation",
    "Leaving",
    "Membership",
    "NewYear",
    "Reach",
    "Region",
    "RosterHeading",
    "RosterImport",
    "RosterKey",
    "School",
    "SchoolClass",
    "Sight",
    "Student",
    "Term",
    "Token",
    "Transfer",
    "User",
]
