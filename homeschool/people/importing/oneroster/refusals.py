"""What a school may find wrong in a package, beside what is wrong in a file alone."""

from django.utils.translation import gettext_lazy as _

from . import problems

REFUSALS = {
    "school": (
        _("This package is of another school."),
        _("Send the package of this school: the identifier of its org is the school’s code."),
    ),
    "reference": (
        _("No row has this sourcedId."),
        _("Add the row that is named here, or take its sourcedId out of this cell."),
    ),
    "unknown": (
        _("The portal does not know the row that is to be deleted."),
        _("Take the row out, or send the whole roster as a bulk package."),
    ),
    "elsewhere": (
        _("This sourcedId belongs to another school."),
        _("Take the row out: another school’s rows are not changed from here."),
    ),
    "number_twice": (
        _("Two children have this number."),
        _("Give each child a student number of its own."),
    ),
    "one_row": (
        _("Two rows of the package are one and the same in the portal."),
        _("Leave one row for each person, under one sourcedId."),
    ),
    "one_address": (
        _("Two people have this address."),
        _("Give each person an address of its own, or leave the cell empty."),
    ),
    "staff_email": (
        _("Staff sign in by e-mail, and this person has none."),
        _("Write the work address of everybody who works at the school."),
    ),
    "homeroom": (
        _("The child is in no homeroom class and has no grade."),
        _("Enrol the child in a homeroom class, or fill in its grades."),
    ),
    "class_type": (
        _("The class is of the other type in the portal."),
        _("Keep a class’s type, or send the new one under a new sourcedId."),
    ),
    "overlap": (
        _("Another term of the school has some of these days."),
        _("Mend the days of one of the two terms, so that each day belongs to one."),
    ),
}


class Refusal(problems.Problem):
    """One thing that keeps a row of a package out of a school."""

    KINDS = problems.Problem.KINDS | REFUSALS
