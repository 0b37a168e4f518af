"""A draft becomes a visit: once, whole, in one transaction, and never changed after."""

import threading
from zoneinfo import ZoneInfo

import pytest
from django.db import DatabaseError, InternalError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from homeschool.journal.models import Entry, Notice
from homeschool.people import sight
from tests import builders
from visits import recording
from visits.models import Aspect, Draft, Promise, Summary, Visit, VisitChild

from .builders import hold_visit, make_draft, make_whole_draft, page_of, plan_visit


@pytest.fixture
def client(cast, as_):
    return as_(cast.counselor)


def finish(client, draft, *, name="draft-finish", **more):
    return client.post(reverse(f"visits:{name}", args=[draft.pk]), page_of(draft, **more))


def test_it_makes_the_visit_with_all_its_parts(cast, client):
    draft = make_whole_draft(cast, guest_1="Camila", guest_1_relation="sister", read_aloud="on")
    assert finish(client, draft).url == reverse("visits:visit-detail", args=[draft.pk])
    visit = Visit.objects.get(pk=draft.pk)
    zone = ZoneInfo("Asia/Shanghai")
    assert (visit.status, visit.recorded_by, visit.household) == (
        "held",
        cast.counselor,
        cast.household,
    )
    assert f"{visit.happened_at.astimezone(zone):%H:%M}" == "16:30"
    assert f"{visit.ended_at.astimezone(zone):%H:%M}" == "17:15"
    assert {person.user for person in visit.team.all()} == {cast.counselor, cast.adviser}
    assert [(p.name, p.relation_words) for p in visit.participants.order_by("pk")] == [
        ("林美", "mother"),
        ("Camila", "sister"),
    ]
    assert [aspect.code for aspect in visit.aspects.all()] == ["academic_support"]
    assert (visit.hopes, visit.situation) == ("That she reads alone.", "The mother works evenings.")
    assert (visit.staff_note, visit.read_aloud, visit.written_in) == ("She was proud.", True, "en")
    line = visit.lines.get()
    assert (line.student, line.needs) == (cast.child, ["reading", "travel"])
    promise = visit.promises.get()
    assert (promise.side, promise.owner, promise.student) == ("school", cast.adviser, cast.child)


def test_it_writes_the_journal_and_the_notice_with_it(cast, client):
    finish(client, make_whole_draft(cast, cast.child, cast.sibling))
    held = Entry.objects.filter(verb="visit.held")
    assert {entry.student for entry in held} == {cast.child, cast.sibling}
    assert {entry.actor for entry in held} == {cast.counselor}
    notice = Notice.objects.get(kind="visit.summary")
    assert notice.about_id == str(Summary.objects.get().pk)


def test_it_empties_the_draft(cast, client):
    draft = make_whole_draft(cast)
    finish(client, draft)
    draft.refresh_from_db()
    assert draft.finished_at is not None
    assert draft.data == {}
    assert not Draft.objects.open().exists()


def test_it_finishes_without_sharing(cast, client):
    finish(client, make_whole_draft(cast), name="draft-finish-unshared")
    assert Visit.objects.get().is_held
    assert not Summary.objects.exists()
    assert not Notice.objects.exists()


def test_it_keeps_what_was_typed_on_the_closing_step(cast, client):
    draft = make_whole_draft(cast)
    finish(client, draft, answers=draft.data | {"staff_note": "Begin at the shelf."})
    assert Visit.objects.get().staff_note == "Begin at the shelf."


def test_it_is_one_visit_when_it_is_sent_twice(cast, client):
    draft = make_whole_draft(cast)
    key = builders.new_key()
    answers = [finish(client, draft, submission=key).url for _n in range(2)]
    answers += [finish(client, draft, submission=builders.new_key()).url]
    assert len(set(answers)) == 1
    assert Visit.objects.count() == Summary.objects.count() == Promise.objects.count() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("same_key", [True, False])
def test_it_is_one_visit_when_two_send_it_at_the_same_moment(cast, as_, same_key):
    draft = make_whole_draft(cast)
    draft.writers.add(cast.adviser)
    people = [cast.counselor, cast.counselor if same_key else cast.adviser]
    clients, key = [as_(person) for person in people], builders.new_key()
    answers, gate = [], threading.Barrier(2)

    def send(client):
        try:
            gate.wait(10)
            submission = key if same_key else builders.new_key()
            answers.append(finish(client, draft, submission=submission))
        finally:
            connection.close()

    threads = [threading.Thread(target=send, args=(client,)) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert {answer.url for answer in answers} == {reverse("visits:visit-detail", args=[draft.pk])}
    assert Visit.objects.count() == Summary.objects.count() == Promise.objects.count() == 1
    assert Entry.objects.filter(verb="visit.held").count() == 1


def test_it_leads_to_every_problem_of_every_step(cast, client):
    draft = make_whole_draft(
        cast, end="10:00", promise_0_owner="", **{f"needs_{cast.child.pk}": []}
    )
    response = finish(client, draft)
    page = response.content.decode()
    assert response.status_code == 422
    assert not Visit.objects.exists()
    for step, field in (
        (1, "id_end"),
        (3, f"id_needs_{cast.child.pk}_0"),
        (4, "id_promise_0_owner"),
    ):
        assert f"{reverse('visits:draft-step', args=[draft.pk, step])}?check#{field}" in page
    shown = client.get(reverse("visits:draft-step", args=[draft.pk, 1]) + "?check")
    assert "The end must be later than the beginning." in shown.content.decode()


def test_it_refuses_an_empty_draft(cast, client):
    draft = make_draft(cast.counselor, cast.child)
    assert finish(client, draft).status_code == 422
    assert Draft.objects.get().finished_at is None


def test_it_refuses_a_text_that_grew_too_long_meanwhile(cast, client):
    draft = make_whole_draft(cast)
    response = finish(client, draft, answers=draft.data | {"staff_note": "x" * 4001})
    assert response.status_code == 422
    assert "4,001" in response.content.decode()
    assert Draft.objects.get().data["staff_note"] == "x" * 4001


def test_it_updates_the_planned_visit_of_this_id(cast, client):
    visit = plan_visit(cast, cast.child, cast.sibling, mode="school", planned_minutes=30)
    client.post(reverse("visits:visit-start", args=[visit.pk]))
    draft = Draft.objects.with_circle().get()
    whole = make_whole_draft(cast).data
    draft.data |= whole
    draft.save(update_fields=["data"])
    finish(client, draft)
    held = Visit.objects.get(pk=visit.pk)
    assert (held.status, held.mode, held.planned_minutes) == ("held", "home", 30)
    assert held.planned_at == visit.planned_at
    assert [line.student for line in held.lines.all()] == [cast.child]


def test_it_writes_all_or_nothing(cast, monkeypatch):
    draft = make_whole_draft(cast)

    def fail(*args, **kwargs):
        raise DatabaseError

    monkeypatch.setattr(Notice, "post", fail)
    with pytest.raises(DatabaseError):
        recording.finish(draft, by=cast.counselor, share=True)
    assert not Visit.objects.exists()
    assert not Entry.objects.filter(verb="visit.held").exists()
    assert Draft.objects.get().finished_at is None


def test_it_refuses_the_id_of_a_visit_of_another_school(cast):
    theirs = Visit.objects.create(school=cast.other_school)
    mine = Visit(pk=theirs.pk, school=cast.school)
    with pytest.raises(ValueError, match="another school"):
        mine.hold(by=cast.counselor, lines=[], visitors=[])


def refuses(work):
    with pytest.raises(InternalError), transaction.atomic():
        work()


def test_it_never_changes_a_held_visit(cast):
    visit = hold_visit(cast)
    refuses(lambda: Visit.objects.filter(pk=visit.pk).update(hopes="other"))
    refuses(lambda: Visit.objects.filter(pk=visit.pk)._raw_delete("default"))
    refuses(lambda: visit.lines.update(going_well="other"))
    refuses(lambda: visit.participants.all().delete())
    refuses(lambda: visit.team.create(user=cast.principal))
    refuses(lambda: visit.summaries.update(body={}))


def test_it_answers_the_first_record_when_it_is_held_again(cast):
    visit = hold_visit(cast)
    again = Visit(pk=visit.pk, school=cast.school, hopes="Something else.")
    line = VisitChild(student=cast.sibling)
    assert again.hold(by=cast.adviser, lines=[line], visitors=[]).hopes == "That she reads alone."
    assert Entry.objects.filter(verb="visit.held").count() == 1


def test_it_names_only_the_family_and_the_home_that_was_visited(cast, client):
    flat = builders.make_household(cast.child, guardians=[cast.father])
    finish(client, make_whole_draft(cast, household=str(flat.pk)))
    assert Visit.objects.get().household == flat


def test_it_ships_the_eight_aspects_to_a_school_without_a_list(cast):
    make_draft(cast.counselor, cast.child)
    make_draft(cast.counselor, cast.child)
    assert Aspect.objects.filter(school=cast.school).count() == 8
    assert Aspect.objects.visible_to(cast.counselor, {sight.COUNSELOR}).count() == 8


def test_it_refuses_a_child_that_nobody_who_writes_looks_after_any_more(cast, client):
    draft = make_whole_draft(cast, mode="school", colleagues=[])
    cast.counselor.membership.caseloads.filter(student=cast.child).update(until=timezone.now())
    response = finish(client, draft)
    assert response.status_code == 422
    assert "no longer in the care" in response.content.decode()
    assert not Visit.objects.exists()


def test_it_lets_a_colleague_without_sight_finish_and_shows_no_more(cast, as_):
    draft = make_whole_draft(cast)
    draft.writers.add(cast.other_counselor)
    assert finish(as_(cast.other_counselor), draft).url == reverse("home")
    assert Visit.objects.get().recorded_by == cast.other_counselor


def test_it_says_so_when_the_draft_was_thrown_away_meanwhile(cast, client, monkeypatch):
    draft = make_whole_draft(cast)
    finishing = recording.finish

    def late(draft, **options):
        draft.discard(by=cast.counselor)
        return finishing(draft, **options)

    monkeypatch.setattr(recording, "finish", late)
    assert finish(client, draft).status_code == 404
