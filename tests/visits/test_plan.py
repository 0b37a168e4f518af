"""Planning a visit."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse
from django.utils import timezone

from homeschool.journal.models import Entry
from tests import builders
from visits.models import Draft, Visit

SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest.fixture
def client(cast, as_):
    return as_(cast.counselor)


def address(*children):
    return reverse("visits:visit-plan") + "?" + "&".join(f"child={child.pk}" for child in children)


def answers(cast, **more):
    day = timezone.localdate(timezone=SHANGHAI) + dt.timedelta(days=3)
    return {
        "child": [str(cast.child.pk)], "day": f"{day}", "start": "16:30", "minutes": "40",
        "mode": "home", "colleagues": [str(cast.adviser.pk)], "purpose": "targeted",
        "language_spoken": "中文", "interpreter": "", "submission": builders.new_key(),
    } | more  # fmt: skip


def plan(client, cast, **more):
    return client.post(address(cast.child), answers(cast, **more))


def errors(response):
    assert response.status_code == 422
    return response.context["form"].errors


def test_it_plans_a_visit_by_the_clock_of_the_school(cast, client):
    response = plan(client, cast)
    visit = Visit.objects.get()
    assert response.url == visit.get_absolute_url()
    assert visit.status == Visit.Status.SCHEDULED
    at = visit.planned_at.astimezone(SHANGHAI)
    assert (at.hour, at.minute) == (16, 30)
    assert at.date() == timezone.localdate(timezone=SHANGHAI) + dt.timedelta(days=3)
    assert (visit.planned_minutes, visit.mode, visit.purpose) == (40, "home", "targeted")
    assert set(visit.visitors.all()) == {cast.counselor, cast.adviser}
    assert [line.student for line in visit.lines.all()] == [cast.child]
    assert visit.household == cast.household
    entry = Entry.objects.get(verb="visit.planned")
    assert (entry.actor, entry.student) == (cast.counselor, cast.child)


def test_it_plans_one_visit_for_brothers_and_sisters(cast, client):
    assert "林小晴" in client.get(address(cast.child)).text
    plan(client, cast, child=[str(cast.child.pk), str(cast.sibling.pk)])
    assert Visit.objects.get().lines.count() == 2
    assert Entry.objects.filter(verb="visit.planned").count() == 2


def test_it_offers_only_the_children_whom_the_planner_sees(cast, as_):
    text = as_(cast.adviser).get(address(cast.child)).text
    assert "小晴" not in text
    response = as_(cast.adviser).post(
        address(cast.child), answers(cast, child=[str(cast.sibling.pk)], colleagues=[])
    )
    assert "child" in errors(response)


def test_sent_twice_it_is_one_visit(cast, client):
    key = builders.new_key()
    assert plan(client, cast, submission=key).url == plan(client, cast, submission=key).url
    assert Visit.objects.count() == 1


def test_it_becomes_the_record_of_the_same_id(cast, client):
    plan(client, cast)
    visit = Visit.objects.get()
    client.post(reverse("visits:visit-start", args=[visit.pk]))
    draft = Draft.objects.get()
    assert draft.pk == visit.pk
    assert draft.data["mode"] == "home"


def test_it_asks_whose_home_it_is_about(cast, client):
    other = builders.make_household(cast.child, guardians=[cast.father], address="2 Hill Road")
    page = client.get(address(cast.child)).text
    assert "Whose home is it about?" in page
    assert "Hill Road" not in page
    assert "household" in errors(plan(client, cast))
    plan(client, cast, household=str(other.pk))
    assert Visit.objects.get().household == other


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("day", "2020-01-01", "This day is over."),
        ("day", "9999-12-31", "Please look at the year again."),
        ("day", "soon", "This is not a day."),
        ("day", "", "Please fill this in"),
        ("start", "25:00", "This is not a time."),
        ("start", "\0", "This is not a time."),
        ("minutes", "0", "between 5 and 480"),
        ("minutes", "-3", "between 5 and 480"),
        ("minutes", "9" * 40, "between 5 and 480"),
        ("minutes", "long", "as a number"),
        ("mode", "balloon", "choose from the list"),
        ("purpose", "", "Please choose an answer"),
        ("child", [], "Please choose an answer"),
        ("child", ["x"], "choose from the list"),
        ("child", [builders.new_key()], "choose from the list"),
        ("colleagues", ["\0"], "choose from the list"),
        ("colleagues", [], "two people to a home"),
        ("language_spoken", "x" * 61, "too long"),
        ("language_spoken", "x\0", "cannot be kept"),
        ("interpreter", "x" * 10**6, "too long"),
    ],
)
def test_it_says_what_is_wrong_and_keeps_what_was_typed(cast, client, field, value, words):
    response = plan(client, cast, **{field: value})
    assert words in str(errors(response)[field])
    assert words in response.text
    assert 'value="40"' in response.text or field == "minutes"
    assert not Visit.objects.exists()


def test_it_refuses_a_time_that_is_over(cast, client):
    now = timezone.localtime(timezone=SHANGHAI) - dt.timedelta(minutes=2)
    response = plan(client, cast, day=f"{now:%Y-%m-%d}", start=f"{now:%H:%M}")
    assert {"day", "start"} & set(errors(response))


def test_it_names_no_colleague_of_another_school(cast, client):
    response = plan(client, cast, colleagues=[str(cast.other_school_admin.pk)])
    assert "colleagues" in errors(response)


def test_alone_is_enough_by_phone_and_where_the_school_says_so(cast, client):
    plan(client, cast, mode="phone", colleagues=[])
    cast.school.two_staff_at_the_door = False
    cast.school.save()
    plan(client, cast, colleagues=[], start="18:30")
    assert Visit.objects.count() == 2


@pytest.mark.parametrize(
    ("who", "whom", "status"),
    [
        ("counselor", "classmate", 404),
        ("counselor", "other_child", 404),
        ("school_admin", "child", 403),
        ("mother", "child", 403),
        ("volunteer", "child", 403),
        ("other_mother", "child", 403),
    ],
)
def test_it_is_for_those_who_visit_the_child(cast, as_, who, whom, status):
    client, child = as_(getattr(cast, who)), getattr(cast, whom)
    assert client.get(address(child)).status_code == status
    assert client.post(address(child), answers(cast)).status_code == status
    assert not Visit.objects.exists()


@pytest.mark.parametrize("text", ["x", "%00", "1", "{}"])
def test_a_garbled_child_is_not_found(cast, client, text):
    assert client.get(reverse("visits:visit-plan") + f"?child={text}").status_code == 404


def test_without_a_child_it_lets_one_be_found(cast, client):
    url = reverse("visits:visit-plan")
    text = client.get(url).text
    assert f"?child={cast.child.pk}" in text
    assert "Mateo" not in text
    found = client.get(url, {"q": "xiaoqing"}).text
    assert f"?child={cast.sibling.pk}" in found
    assert f"?child={cast.child.pk}" not in found
    assert "Nobody found" in client.get(url, {"q": "zzz\0"}).text


def test_the_page_of_a_child_leads_here(cast, as_, client):
    page = reverse("people:child-detail", args=[cast.child.pk])
    text = client.get(page).text
    assert f"{reverse('visits:visit-plan')}?child={cast.child.pk}" in text
    assert f"{reverse('visits:visit-list')}?child={cast.child.pk}" in text
    assert reverse("visits:draft-new") in text
    for who in (cast.school_admin, cast.mother):
        assert reverse("visits:visit-plan") not in as_(who).get(page).text
