"""The demo's pages of today open for those whom they are for. The demo is loaded once for all."""

import datetime as dt

import pytest
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from homeschool.demo import world
from homeschool.people.models import User
from homeschool.reports.today import Today
from visits.models import Draft, Visit

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def made(django_db_setup, django_db_blocker):
    """The demo school as it is today; what a test does to it is undone, and at the end the school too."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield world.load()
        transaction.set_rollback(True)


@pytest.mark.parametrize(("key", "count"), [("mei_chen", 2), ("lucia_vega", 1)])
def test_both_counselors_have_visits_today_and_this_week(made, key, count):
    user = getattr(made, key)
    own = Visit.objects.filter(visitors=user, status="scheduled")
    now = timezone.localdate(timezone=made.zone)
    mine = [visit.planned_at.astimezone(made.zone).date() for visit in own]
    assert mine.count(now) == count
    assert any(now < day <= now + dt.timedelta(days=6) for day in mine)
    assert len(Today(user, made.zone).visits) >= count


@pytest.mark.parametrize(
    "email", ["linmei", "camilaruiz", "wanghaitao", "stevenbrooks", "noralindgren", "eriklindgren"]
)
def test_the_page_of_each_family_opens(made, as_, email):
    client = as_(User.objects.get(email=f"{email}@demo.example"))
    assert client.get(reverse("home"), follow=True).status_code == 200


def test_every_visit_and_record_opens_for_its_counselor(made, as_):
    for visit in made.visits.values():
        reader = as_(visit.visitors.order_by("pk").first())
        assert reader.get(visit.get_absolute_url()).status_code == 200, visit
    for draft in Draft.objects.open():
        for step in (draft.step, 5):
            page = as_(draft.started_by).get(reverse("visits:draft-step", args=[draft.pk, step]))
            assert page.status_code == 200, (draft, step)
