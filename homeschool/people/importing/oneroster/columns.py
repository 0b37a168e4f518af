"""The files and columns of OneRoster CSV that an import reads (1EdTech, CSV binding 1.1 and 1.2)."""

from collections.abc import Callable
from dataclasses import dataclass

from homeschool import names

from . import cells


@dataclass(frozen=True)
class Column:
    """A column: its heading, how a cell is read, and whether heading and cell must be there."""

    name: str
    read: Callable
    required: bool = False


def _columns(required="", **readers):
    must_stand = required.split()
    return tuple(Column(name, read, name in must_stand) for name, read in readers.items())


_text, _key, _keys, _texts, _date, _truth = (
    cells.text(), cells.key, cells.keys, cells.texts, cells.date, cells.truth,
)  # fmt: skip
ACTIVE, TO_BE_DELETED = "active", "tobedeleted"
# Version 1.0 knew `inactive` where the later ones delete.
_status = cells.word(ACTIVE, TO_BE_DELETED, "inactive")
_base = {"sourcedId": _key, "status": _status, "dateLastModified": cells.moment}
_ROLES = (
    "student", "teacher", "parent", "guardian", "relative", "aide", "administrator", "counselor",
    "principal", "siteAdministrator", "districtAdministrator", "systemAdministrator", "proctor",
)  # fmt: skip
_role = cells.word(*_ROLES, as_other={"sysAdmin"})

# What a row of each file becomes, in this order; `rows` yields its values.
COLUMNS = {
    "orgs": _columns(
        "sourcedId name type",
        **_base,
        name=cells.text(200),
        type=cells.word("school", "department", "district", "local", "state", "national"),
        identifier=_text,
        parentSourcedId=_key,
    ),
    "academicSessions": _columns(
        "sourcedId title type startDate endDate schoolYear",
        **_base,
        title=cells.text(120),
        type=cells.word("term", "semester", "schoolYear", "gradingPeriod"),
        startDate=_date,
        endDate=_date,
        parentSourcedId=_key,
        schoolYear=cells.year,
    ),
    "courses": _columns(
        "sourcedId title orgSourcedId",
        **_base,
        schoolYearSourcedId=_key,
        title=_text,
        courseCode=_text,
        grades=_texts,
        orgSourcedId=_key,
    ),
    "classes": _columns(
        "sourcedId title courseSourcedId classType schoolSourcedId termSourcedIds",
        **_base,
        title=cells.text(120),
        grades=_texts,
        courseSourcedId=_key,
        classCode=_text,
        classType=cells.word("homeroom", "scheduled"),
        location=_text,
        schoolSourcedId=_key,
        termSourcedIds=_keys,
    ),
    "enrollments": _columns(
        "sourcedId classSourcedId schoolSourcedId userSourcedId role",
        **_base,
        classSourcedId=_key,
        schoolSourcedId=_key,
        userSourcedId=_key,
        role=cells.word("student", "teacher", "administrator", "proctor", as_other={"aide"}),
        primary=_truth,
        beginDate=_date,
        endDate=_date,
    ),
    "users": _columns(
        "sourcedId enabledUser username givenName familyName",
        **_base,
        enabledUser=_truth,
        username=_text,
        userIds=_texts,
        givenName=_text,
        familyName=_text,
        middleName=_text,
        identifier=_text,
        email=cells.email,
        sms=cells.text(cells.LONGEST_PHONE),
        phone=cells.text(cells.LONGEST_PHONE),
        agentSourcedIds=_keys,
        grades=_texts,
        userMasterIdentifier=_text,
        primaryOrgSourcedId=_key,
        preferredGivenName=_text,
        preferredMiddleName=_text,
        preferredFamilyName=_text,
    ),
    "roles": _columns(
        "sourcedId userSourcedId roleType role orgSourcedId",
        **_base,
        userSourcedId=_key,
        roleType=cells.word("primary", "secondary"),
        role=_role,
        beginDate=_date,
        endDate=_date,
        orgSourcedId=_key,
    ),
    "demographics": _columns(
        "sourcedId",
        **_base,
        birthDate=cells.birth_date,
        sex=cells.word("female", "male", "other", "unspecified"),
    ),
    # Not of the standard: beside it, since agentSourcedIds ties people without saying how.
    "relationships": _columns(
        "userSourcedId relationshipUserSourcedId",
        **_base,
        userSourcedId=_key,
        relationshipUserSourcedId=_key,
        relationshipRole=cells.text(60),
        primary=_truth,
        livesWith=_truth,
        legalGuardian=_truth,
        mayView=_truth,
        mayReceive=_truth,
    ),
}
# In 1.1 a user's row holds its one role and the orgs where it is played.
USERS_1_1 = (
    *COLUMNS["users"],
    Column("role", _role, required=True),
    Column("orgSourcedIds", _keys, required=True),
)
# What the portal makes of a user's pieces, after the columns: the name as it is written, and
# the one to be called by.
FULL_NAME = "metadata.fullName"
LONGEST_NAME = names.LONGEST
FIELDS = {file: tuple(column.name for column in columns) for file, columns in COLUMNS.items()}
FIELDS["users"] += ("fullName", "preferredName")

# Not required before 1.1.
SINCE_1_1 = frozenset({("users", "enabledUser"), ("academicSessions", "schoolYear")})

# Columns of the standard that are no business of the portal: skipped without a word.
SKIPPED = {
    "courses": frozenset({"subjects", "subjectCodes"}),
    "classes": frozenset({"subjects", "subjectCodes", "periods"}),
    "users": frozenset({"password", "pronouns", "resourceSourcedIds"}),
    "roles": frozenset({"userProfileSourcedId"}),
    "demographics": frozenset({
        "americanIndianOrAlaskaNative", "asian", "blackOrAfricanAmerican",
        "nativeHawaiianOrOtherPacificIslander", "white", "demographicRaceTwoOrMoreRaces",
        "hispanicOrLatinoEthnicity", "countryOfBirthCode", "stateOfBirthAbbreviation",
        "cityOfBirth", "publicSchoolResidenceStatus",
    }),
}  # fmt: skip
# Files of the standard that are no business of the portal: marks, materials, sign-ins elsewhere.
OTHER_FILES = (
    "categories", "classResources", "courseResources", "lineItemLearningObjectiveIds", "lineItems",
    "lineItemScoreScales", "resources", "resultLearningObjectiveIds", "results",
    "resultScoreScales", "scoreScales", "userProfiles", "userResources",
)  # fmt: skip

# All columns of 1.2 in the standard's order, as a strict reader wants them.
STANDARD = {
    file: ("sourcedId", "status", "dateLastModified", *rest.split())
    for file, rest in {
        "orgs": "name type identifier parentSourcedId",
        "academicSessions": "title type startDate endDate parentSourcedId schoolYear",
        "courses": "schoolYearSourcedId title courseCode grades orgSourcedId subjects subjectCodes",
        "classes": "title grades courseSourcedId classCode classType location schoolSourcedId "
        "termSourcedIds subjects subjectCodes periods",
        "enrollments": "classSourcedId schoolSourcedId userSourcedId role primary beginDate "
        "endDate",
        "users": "enabledUser username userIds givenName familyName middleName identifier email "
        "sms phone agentSourcedIds grades password userMasterIdentifier resourceSourcedIds "
        "preferredGivenName preferredMiddleName preferredFamilyName primaryOrgSourcedId pronouns",
        "roles": "userSourcedId roleType role beginDate endDate orgSourcedId userProfileSourcedId",
        "demographics": "birthDate sex americanIndianOrAlaskaNative asian blackOrAfricanAmerican "
        "nativeHawaiianOrOtherPacificIslander white demographicRaceTwoOrMoreRaces "
        "hispanicOrLatinoEthnicity countryOfBirthCode stateOfBirthAbbreviation cityOfBirth "
        "publicSchoolResidenceStatus",
    }.items()
}
STANDARD["relationships"] = (
    "userSourcedId", "relationshipUserSourcedId", "relationshipRole", "primary", "livesWith",
    "legalGuardian", "mayView", "mayReceive",
)  # fmt: skip
