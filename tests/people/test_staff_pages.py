"""Roles with dates and divisions: given ahead, ended on a day, listed when they are past."""

import datetime as dt
import uuid

import pytest
from django.urls import reverse
from django.utils import timezone

from homeschool.journal.models import Entry
from homeschool.people.models import Membership, Student
from tests import builders

DAY = dt.timedelta(days=1)


@pytest.fixture
def admin(cast, as_):
    return as_(cast.school_admin)


def today(cast):
    return timezone.localdate(timezone=cast.child.school_zone)


def post(client, page, /, *args, **data):
    return client.post(reverse(f"people:{page}", args=args), {"submission": uuid.uuid4()} | data)


NIA = {"full_name": "Nia Cole", "email": "nia@example.org", "role": "leader"}


def add(admin, cast, **more):
    return post(admin, "staff-add", cast.school.pk, **NIA | more)


def nia():
    return Membership.objects.get(user__email="nia@example.org")


def edit(admin, membership, **data):
    return post(admin, "staff-edit", membership.pk, **data)


# --- from when to when -------------------------------------------------------------------------------


def test_a_role_may_begin_in_the_future(cast, admin):
    first = today(cast) + 10 * DAY
    add(admin, cast, first_day=first, last_day=first + 30 * DAY)
    role = nia()
    zone = cast.child.school_zone
    assert role.since == dt.datetime.combine(first, dt.time.min, zone)
    assert role.until == dt.datetime.combine(first + 31 * DAY, dt.time.min, zone)
    assert not Student.objects.visible_to(role.user).exists()
    page = admin.get(reverse("people:staff-list", args=[cast.school.pk])).content.decode()
    assert "Nia Cole" in page


def test_a_role_from_today_holds_at_once(cast, admin):
    add(admin, cast, first_day=today(cast), last_day=today(cast))
    assert Membership.objects.open().filter(pk=nia().pk).exists()


@pytest.mark.parametrize(
    ("first", "last", "field"),
    [
        (-1, None, "first_day"), (5, 4, "last_day"), (None, -1, "last_day"),
        ("2027-02-30", None, "first_day"), (None, "9999-12-31", "last_day"),
        ("0001-01-01", None, "first_day"),
    ],
)  # fmt: skip
def test_wrong_days_are_told_beside_their_field(cast, admin, first, last, field):
    days = {"first_day": first, "last_day": last}
    data = {
        name: today(cast) + n * DAY if isinstance(n, int) else n for name, n in days.items() if n
    }
    answer = add(admin, cast, **data)
    assert set(answer.context["form"].errors) == {field}
    assert not Membership.objects.filter(user__email="nia@example.org").exists()


def test_one_role_is_given_again_after_it_ended_and_not_before(cast, admin):
    first = today(cast) + 10 * DAY
    add(admin, cast, last_day=first)
    assert "role" in add(admin, cast, first_day=first).context["form"].errors
    assert add(admin, cast, first_day=first + DAY).status_code == 302
    assert Membership.objects.filter(user__email="nia@example.org").count() == 2


def test_a_role_ends_on_a_day_and_the_day_can_be_taken_back(cast, admin):
    role, last = cast.principal.membership, today(cast) + 5 * DAY
    edit(admin, role, last_day=last)
    role.refresh_from_db()
    assert timezone.localdate(role.last_moment, cast.child.school_zone) == last
    assert Student.objects.visible_to(cast.principal).exists()
    assert Entry.objects.get(verb="membership.changed").data == {"fields": ["until"]}
    edit(admin, role)
    role.refresh_from_db()
    assert role.until is None


def test_a_role_that_is_to_begin_can_begin_earlier(cast, admin):
    add(admin, cast, first_day=today(cast) + 10 * DAY)
    edit(admin, nia(), first_day=today(cast))
    assert Membership.objects.open().filter(pk=nia().pk).exists()


def test_the_division_of_a_role_is_changed_with_its_sight(cast, admin):
    division = cast.school_class.division
    other = builders.Division.objects.create(school=cast.school, code="g9", name="Grade 9")
    edit(admin, cast.principal.membership, division=other.pk)
    assert not Student.objects.visible_to(cast.principal).exists()
    edit(admin, cast.principal.membership, division=division.pk)
    assert cast.child in Student.objects.visible_to(cast.principal)
    elsewhere = cast.other_child.division_id
    answer = edit(admin, cast.principal.membership, division=elsewhere)
    assert "division" in answer.context["form"].errors


def test_two_spans_of_one_role_never_meet(cast, admin):
    first = today(cast) + 10 * DAY
    add(admin, cast, last_day=first)
    add(admin, cast, first_day=first + DAY)
    earlier = Membership.objects.filter(user__email="nia@example.org").earliest("since")
    assert "__all__" in edit(admin, earlier, last_day=first + 3 * DAY).context["form"].errors


def test_the_last_administrator_gets_no_last_day(cast, admin):
    role, last = cast.school_admin.membership, today(cast) + 5 * DAY
    assert "last_day" in edit(admin, role, last_day=last).context["form"].errors
    second = builders.make_staff(cast.school, "school_admin").membership
    assert edit(admin, role, last_day=last).status_code == 302
    # now the second one is the last
    post(admin, "staff-end", second.pk)
    assert Membership.objects.open().filter(pk=second.pk).exists()


def test_a_role_that_never_began_ends_without_a_trace_of_sight(cast, admin):
    add(admin, cast, first_day=today(cast) + 10 * DAY)
    post(admin, "staff-end", nia().pk)
    role = nia()
    assert role.until == role.since
    assert not Membership.objects.open().filter(pk=role.pk).exists()


def test_a_role_that_is_over_is_not_changed(cast, admin):
    role = cast.volunteer.membership
    role.end(by=cast.school_admin)
    assert admin.get(reverse("people:staff-edit", args=[role.pk])).status_code == 302


# --- past roles --------------------------------------------------------------------------------------


def test_past_roles_stand_in_a_list_of_their_own(cast, admin):
    cast.volunteer.membership.end(by=cast.school_admin)
    url = reverse("people:staff-list", args=[cast.school.pk])
    now, past = (admin.get(url, query).content.decode() for query in ({}, {"roles": "past"}))
    assert "Vera Volkov" not in now
    assert "Vera Volkov" in past
    assert "Omar Haddad" not in past.split("<main", 1)[1]


def test_past_roles_ask_the_same_at_twenty(cast, admin, django_assert_num_queries):
    url = reverse("people:staff-list", args=[cast.school.pk]) + "?roles=past"
    cast.volunteer.membership.end(by=cast.school_admin)
    admin.get(url)
    with django_assert_num_queries(7):
        admin.get(url)
    for _ in range(20):
        builders.make_staff(cast.school, "adviser").membership.end(by=cast.school_admin)
    with django_assert_num_queries(7):
        admin.get(url)


def test_a_caseload_can_be_given_to_a_role_that_has_an_end(cast, admin):
    edit(admin, cast.counselor.membership, last_day=today(cast) + 5 * DAY)
    number = cast.classmate.number
    post(admin, "staff-detail", cast.counselor.membership.pk, number=number)
    assert cast.classmate in Student.objects.visible_to(cast.counselor)
