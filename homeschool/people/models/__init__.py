"""Who is who this term, and who may see whom."""

from homeschool.people.sight import Reach, Sight

from .family import Enrolment, Grant, Guardianship, Household, Student
from .invitation import Invitation
from .rostering import RosterHeading, RosterImport, RosterKey
from .school import Division, Region, School, SchoolClass, Term
from .staff import Caseload, Membership
from .token import Token
from .user import Address, User

__all__ = [
    "Address",
    "Caseload",
    "Division",
    "Enrolment",
    "Grant",
    "Guardianship",
    "Household",
    "Invitation",
    "Membership",
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
    "User",
]
