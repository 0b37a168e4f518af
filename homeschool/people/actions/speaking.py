"""To which parts of a school somebody can speak at once: the whole, a grade, a class."""

from django.utils.translation import gettext_lazy as _

from homeschool.journal.models import audiences
from homeschool.people import sight
from homeschool.people.models import Division, Membership, School, SchoolClass, Student

HEADS = frozenset({sight.LEADER, sight.SCHOOL_ADMIN})
SPEAKERS = HEADS | {sight.ADVISER, sight.COUNSELOR}


def schools(user):
    """Return the schools that `user` leads or administers as a whole."""
    if not user.is_authenticated or not user.is_active:
        return School.objects.none()
    whole = Membership.objects.open().filter(user=user.pk, role__in=HEADS, division=None)
    return School.objects.filter(pk__in=whole.values("school")).order_by("name")


def divisions(user):
    """Return the grades whose children `user` sees as leader or administrator."""
    children = Student.objects.visible_to(user, roles=HEADS).active()
    return Division.objects.filter(pk__in=children.values("division")).order_by("school", "code")


def classes(user):
    """Return the open classes of which `user` sees children as staff: an adviser the own ones, a
    counselor those with children on the caseload."""
    children = Student.objects.visible_to(user, roles=SPEAKERS).active()
    found = SchoolClass.objects.open().filter(pk__in=children.values("school_class"))
    return found.order_by("school", "code")


def _called(model):
    def called(key):
        return model.objects.filter(pk=key).values_list("name", flat=True).first() or ""

    return called


def _children(path):
    def children(key):
        return Student.objects.filter(**{path: key}).values("pk")

    return children


def register_audiences():
    """Tell the journal of these audiences."""
    for name, label, rows, model, path in (
        ("school", _("The whole school"), schools, School, "school"),
        ("division", _("A grade"), divisions, Division, "division"),
        ("class", _("A class"), classes, SchoolClass, "school_class"),
    ):
        audiences.register(audiences.Audience(name, label, rows, _children(path), _called(model)))
