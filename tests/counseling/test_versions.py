"""Publishing a plan: what the family reads, that it never changes, and who is told."""

import pytest
from django.db import InternalError, transaction
from django.urls import reverse

from counseling.models import NothingToRead, NotThatState, Plan, Stale, Version
from counseling.reading.version import changed
from homeschool.journal import actions, kinds
from homeschool.journal.models import Entry, Notice, Receipt
from tests import builders

from .builders import make_goal, make_plan, measure
from .versions import plan_to_read, publish

pytestmark = pytest.mark.django_db


@pytest.fixture
def plan(cast):
    return plan_to_read(cast)


def test_it_holds_what_stood_and_words_for_the_family(cast, plan):
    version = publish(plan, cast.counselor, strengths="She draws.", agreed="Ten minutes a day.")
    plan.refresh_from_db()
    assert (version.number, plan.published_at) == (1, version.published_at)
    assert version.body["goals"][0]["target"] == "90.00"
    assert version.at_home["what"] == "Read one page aloud"
    assert version.body["agreed"] == "Ten minutes a day."
    assert "Only staff" not in str(version.body)
    entry = Entry.objects.get(verb="plan.published")
    assert "draws" not in str(entry.data)
    notice = Notice.objects.about(version).get()
    assert (notice.kind, notice.student) == ("plan.published", cast.child)


def test_a_version_is_never_changed_nor_removed(cast, plan):
    version = publish(plan, cast.counselor)
    for act in (lambda: Version.objects.update(news="x"), version.delete):
        with pytest.raises(InternalError), transaction.atomic():
            act()


def test_it_refuses_what_nobody_could_read_or_nobody_looked_at(cast, plan):
    read = plan.edits
    plan.change(by=cast.adviser, edits=read, title="Reading at home")
    with pytest.raises(Stale):
        Version.objects.publish(plan, by=cast.counselor, edits=read, language="en")
    publish(plan, cast.counselor)
    with pytest.raises(ValueError, match="what is new"):
        publish(plan, cast.counselor, news=" ")
    with pytest.raises(NothingToRead):
        publish(Plan.objects.get(pk=make_plan_without_goal(cast).pk), cast.counselor)
    plan.close(by=cast.counselor, outcome="reached")
    with pytest.raises(NotThatState):
        publish(plan, cast.counselor)


def make_plan_without_goal(cast):
    plan = make_plan(cast)
    plan.goals.all().delete()
    return plan


def test_the_next_version_says_what_is_new_part_by_part(cast, plan):
    first = publish(plan, cast.counselor)
    goal = plan.goals.get()
    type(goal).objects.filter(pk=goal.pk).update(target=95)
    plan.tasks.get().delete()
    plan.materials.create(title="Red reader")
    second = publish(plan, cast.counselor, agreed="We go on.")
    parts = {part.title: part.rows for part in changed(first.body, second.body, cast.child)}
    assert set(parts) == {"What we agreed", "Goals", "Steps", "Books and materials"}
    before, after, state = parts["Goals"][0]
    assert state == "changed"
    assert "to 90 words" in before
    assert "to 95 words" in after
    assert parts["Steps"][0][2] == "gone"
    assert [row[2] for row in parts["Books and materials"]] == ["same", "new"]
    assert parts["What we agreed"] == [("", "We go on.", "new")]


def test_the_family_that_may_receive_gets_a_letter_and_no_one_of_an_old_version(cast, plan):
    home = builders.make_guardian(cast.child, "Second Home", relation="father")
    first = publish(plan, cast.counselor)
    notice = Notice.objects.about(publish(plan, cast.counselor)).get()
    actions.expand([notice.pk, Notice.objects.about(first).get().pk])
    told = Receipt.objects.values_list("person", "notice")
    assert set(told) == {(cast.mother.pk, notice.pk), (home.pk, notice.pk)}
    receipt = Receipt.objects.get(person=home)
    for form in ("subject.txt", "txt", "html", "page.html"):
        with kinds.speaking_to(receipt):
            link = {"link": "https://a.example/m/1/", "stop_link": "https://a.example/s"}
            words = kinds.words(receipt, form, kinds.context_of(receipt, **link))
        assert ("Read one page aloud" in words) == (form != "subject.txt")
        assert "Only staff" not in words
        assert form != "subject.txt" or words.strip() == "A note from Mill Lane School"


def test_staff_looks_at_what_would_be_new_and_publishes(cast, as_, plan):
    url = reverse("counseling:version-publish", args=[plan.pk])
    client = as_(cast.counselor)
    page = client.get(url)
    text = page.content.decode()
    assert "Read one page aloud" in text
    assert "Only staff" not in text
    sent = page.context["form"].initial | {
        "language": "es", "agreed": "Diez minutos.", "strengths": "", "news": "",
        "submission": "6c1b4ab6-54f9-4c9d-a6d4-62ba4f5e2a11",
    }  # fmt: skip
    for _twice in range(2):
        assert client.post(url, sent).status_code == 302
    version = Version.objects.get()
    assert (version.language, version.body["agreed"]) == ("es", "Diez minutos.")
    late = client.post(url, sent | {"submission": "", "news": "More.", "agreed": "Quince."})
    assert late.status_code == 409
    assert "Quince." in late.content.decode()
    plan.refresh_from_db()
    again = client.post(url, sent | {"submission": "", "edits": plan.edits})
    assert again.status_code == 422
    assert Version.objects.count() == 1
    assert client.get(reverse("counseling:version-list", args=[plan.pk])).status_code == 200
    assert client.get(reverse("counseling:version-compare", args=[version.pk])).status_code == 200


def test_its_page_for_staff_asks_as_much_for_many_versions(
    cast, as_, plan, django_assert_num_queries
):
    publish(plan, cast.counselor)
    url = reverse("counseling:version-list", args=[plan.pk])
    client = as_(cast.counselor)
    client.get(url)
    with django_assert_num_queries(7) as few:
        client.get(url)
    for _n in range(8):
        publish(plan, cast.counselor)
    make_goal(plan)
    measure(plan.goals.first(), 55, 60)
    with django_assert_num_queries(len(few)):
        client.get(url)
