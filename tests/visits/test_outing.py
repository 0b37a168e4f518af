"""Being on the way: who sets out, who sees it, who is told when somebody is not back."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from homeschool.journal import actions, kinds
from homeschool.journal.models import Entry, Notice, Receipt
from tests import builders
from visits.models import Outing, Visit
from visits.models.outing import Alone, NotToday, set_out, tell_of

from .builders import hold_visit, plan_visit

MINUTE = dt.timedelta(minutes=1)
SOON = dt.timedelta(hours=1)


def tell_of_overdue():
    """Tell of each outing that is late now, as the table of reminders does; returns how many."""
    return sum(map(tell_of, Outing.objects.overdue(timezone.now()).select_related("visit__school")))


def in_an_hour(cast, *, along=(), **fields):
    """A visit in an hour, at home unless said otherwise, of the counselor and who goes along."""
    visit = plan_visit(cast, at=timezone.now() + SOON, **fields)
    for user in along:
        visit.team.create(user=user)
    return visit


@pytest.fixture
def visit(cast):
    return in_an_hour(cast, along=[cast.adviser])


@pytest.fixture
def outing(cast, visit):
    return set_out(visit, by=cast.counselor, due_at=timezone.now() + 3 * SOON)


def in_an_hours_time(cast, hours):
    """Return what the clock of the school shows in so many hours, as it is typed."""
    return (timezone.now() + hours * SOON).astimezone(cast.child.school_zone).strftime("%H:%M")


def late(outing, minutes):
    """Let the outing be late by so many minutes."""
    now = timezone.now()
    Outing.objects.filter(pk=outing.pk).update(out_at=now - 9 * SOON, due_at=now - minutes * MINUTE)
    outing.refresh_from_db()
    return outing


def post(client, what, visit, **data):
    data.setdefault("submission", builders.new_key())
    return client.post(reverse(f"visits:outing-{what}", args=[visit.pk]), data)


# --- setting out ------------------------------------------------------------------------------------


def test_it_notes_who_set_out_and_until_when(cast, as_, visit):
    answer = post(as_(cast.counselor), "begin", visit, back=in_an_hours_time(cast, 3))
    assert answer.status_code == 302
    outing = Outing.objects.get(visit=visit)
    assert outing.out_by == cast.counselor
    assert outing.due_at > timezone.now()
    assert Entry.objects.get(verb="outing.begun").school == cast.school


def test_it_proposes_the_end_of_the_visit_and_the_way(cast, as_, visit):
    page = as_(cast.counselor).get(reverse("visits:outing-begin", args=[visit.pk]))
    proposed = page.context["form"]["back"].value()
    assert proposed.minute % 15 == 0


def test_it_is_one_outing_however_often_it_is_sent(cast, visit, outing):
    again = set_out(visit, by=cast.adviser, due_at=timezone.now() + SOON)
    assert again == outing
    assert again.out_by == cast.counselor


def test_it_refuses_one_alone_where_the_school_sends_two(cast, as_):
    visit = in_an_hour(cast)
    with pytest.raises(Alone):
        set_out(visit, by=cast.counselor, due_at=timezone.now() + SOON)
    answer = post(as_(cast.counselor), "begin", visit, back=in_an_hours_time(cast, 3))
    assert answer["Location"] == reverse("visits:visit-move", args=[visit.pk])
    assert not Outing.objects.exists()


def test_one_alone_may_go_where_the_school_says_so(cast):
    cast.school.two_staff_at_the_door = False
    cast.school.save()
    visit = in_an_hour(cast)
    assert set_out(visit, by=cast.counselor, due_at=timezone.now() + SOON)


@pytest.mark.parametrize("mode", [Visit.Mode.PHONE, Visit.Mode.VIDEO, Visit.Mode.SCHOOL])
def test_nobody_sets_out_for_a_visit_without_a_way(cast, mode):
    with pytest.raises(NotToday):
        set_out(in_an_hour(cast, mode=mode), by=cast.counselor, due_at=timezone.now() + SOON)


def test_nobody_sets_out_for_a_visit_of_another_day_or_one_called_off(cast, visit):
    other = plan_visit(cast, at=timezone.now() + 48 * SOON)
    visit.cancel(by=cast.counselor)
    for row in (other, visit):
        with pytest.raises(NotToday):
            set_out(row, by=cast.counselor, due_at=timezone.now() + SOON)


@pytest.mark.parametrize("typed", ["", "soon", "25:00"])
def test_a_time_that_is_none_is_answered_beside_the_field(cast, as_, visit, typed):
    answer = post(as_(cast.counselor), "begin", visit, back=typed)
    assert answer.status_code == 422
    assert "back" in answer.context["form"].errors
    assert not Outing.objects.exists()


def test_only_who_goes_along_sets_out(cast, as_):
    visit = in_an_hour(cast, along=[cast.principal])
    assert (
        post(as_(cast.adviser), "begin", visit, back=in_an_hours_time(cast, 3)).status_code == 403
    )


# --- on the way -------------------------------------------------------------------------------------


def test_the_visit_says_that_they_are_out(cast, as_, visit, outing):
    text = as_(cast.counselor).get(visit.get_absolute_url()).text
    assert "We are back" in text
    assert "We set out now" not in text


def test_coming_back_ends_it_once(cast, as_, visit, outing):
    post(as_(cast.adviser), "back", visit)
    first = Outing.objects.get().back_at
    post(as_(cast.counselor), "back", visit)
    outing.refresh_from_db()
    assert (outing.back_at, outing.back_by) == (first, cast.adviser)
    assert Entry.objects.filter(verb="outing.back").count() == 1


def test_half_an_hour_more_counts_from_now_when_they_are_late(cast, as_, visit, outing):
    late(outing, 20)
    post(as_(cast.counselor), "put-off", visit)
    outing.refresh_from_db()
    assert 29 * MINUTE < outing.due_at - timezone.now() <= 30 * MINUTE


def test_it_can_be_ended_after_the_visit_was_written_down(cast, as_):
    visit = hold_visit(cast)
    Outing.objects.create(visit=visit, out_by=cast.counselor, due_at=timezone.now() + SOON)
    assert "We are back" in as_(cast.counselor).get(visit.get_absolute_url()).text
    post(as_(cast.counselor), "back", visit)
    assert not Outing.objects.out().exists()


# --- who is out now -----------------------------------------------------------------------------------


def page(client):
    return client.get(reverse("visits:outing-list"))


def test_the_leader_sees_who_is_out_and_where(cast, as_, visit, outing):
    text = page(as_(cast.principal)).text
    assert "Mei Chen" in text
    assert "14 Mill Lane" in text


def test_the_school_admin_sees_who_is_out_without_opening_the_visit(cast, as_, visit, outing):
    text = page(as_(cast.school_admin)).text
    assert "Mei Chen" in text
    assert f'href="{visit.get_absolute_url()}"' not in text
    assert "林小雨" not in text


def test_a_colleague_who_does_not_go_along_sees_nothing(cast, as_, visit, outing):
    assert "Nobody is out" in page(as_(cast.other_teacher)).text
    assert post(as_(cast.other_teacher), "back", visit).status_code == 404


def test_another_school_sees_nothing(cast, as_, visit, outing):
    assert not Outing.objects.visible_to(cast.other_school_admin).exists()


def test_who_came_back_today_stands_below(cast, as_, visit, outing):
    outing.come_back(by=cast.counselor)
    assert "Back today" in page(as_(cast.principal)).text


@pytest.mark.parametrize("rows", [1, 20])
def test_it_costs_the_same_for_one_and_for_twenty(
    cast, as_, rows, django_assert_max_num_queries, visit
):
    for number in range(rows):
        at = timezone.now() + number * dt.timedelta(minutes=1)
        one = Visit.objects.create(
            school=cast.school, household=cast.household, planned_at=at, mode=Visit.Mode.HOME
        )
        Outing.objects.create(visit=one, out_by=cast.counselor, due_at=at + SOON)
    client = as_(cast.principal)
    page(client)
    with django_assert_max_num_queries(9):
        assert len(page(client).context["out"]) == rows


# --- late ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("minutes", "told"), [(29, 0), (30, 1), (300, 1)])
def test_half_an_hour_late_is_told_once(cast, outing, minutes, told):
    late(outing, minutes)
    assert [tell_of_overdue(), tell_of_overdue()] == [told, 0]
    assert Notice.objects.filter(kind="visit.overdue").count() == told


def test_leader_and_administrator_are_told_and_nobody_else(cast, outing):
    late(outing, 31)
    tell_of_overdue()
    notice = Notice.objects.get(kind="visit.overdue")
    actions.expand([notice.pk])
    people = set(Receipt.objects.filter(notice=notice).values_list("person", flat=True))
    assert people == {cast.principal.pk, cast.school_admin.pk}


def test_the_letter_names_no_child(cast, outing):
    late(outing, 31)
    tell_of_overdue()
    notice = Notice.objects.get(kind="visit.overdue")
    actions.expand([notice.pk])
    receipt = (
        Receipt.objects.select_related("notice__school", "person").filter(notice=notice).first()
    )
    with kinds.speaking_to(receipt):
        context = kinds.context_of(receipt, link="", stop_link="")
        letter = "".join(
            kinds.words(receipt, form, context) for form in ("subject.txt", "txt", "html")
        )
    assert "Mei Chen" in letter
    assert "林小雨" not in letter
    assert "14 Mill Lane" not in letter


def test_who_comes_back_takes_the_message_back(cast, outing):
    late(outing, 31)
    tell_of_overdue()
    outing.come_back(by=cast.counselor)
    assert Notice.objects.get(kind="visit.overdue").cancelled_at


def test_it_is_told_again_when_the_later_time_is_missed_too(cast, outing):
    late(outing, 31)
    tell_of_overdue()
    outing.put_off(timezone.now() + SOON, by=cast.counselor)
    late(outing, 31)
    assert tell_of_overdue() == 1
    assert Notice.objects.filter(kind="visit.overdue").count() == 2
