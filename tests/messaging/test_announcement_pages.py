"""Announcements as staff writes them: composer, words, preview, sending."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone, translation

from homeschool.journal.models import Notice
from homeschool.people import sight
from homeschool.people.models import Student
from messaging.machines import Unavailable
from messaging.models import Announcement, SavedList, Template, Wording
from messaging.models.announcing import ANNOUNCED, NobodyToTell
from messaging.reading.announcements import Preview
from messaging.views import announcements as views
from tests import builders
from tests.cast import CaptureQueriesContext, connection

from .announced import announce, send

pytestmark = pytest.mark.django_db


def url(name, *args):
    return reverse(f"messaging:{name}", args=args)


def filled(cast, **other):
    return {
        "submission": builders.new_key(), "audience": f"class:{cast.school_class.pk}",
        "title": "Trip", "text": "We go to the museum.", "language": "en", "level": "read",
    } | other  # fmt: skip


def sent_form(row, **other):
    row = Announcement.objects.get(pk=row.pk)
    return {"submission": builders.new_key(), "when": "now", "version": row.version} | other


def notices():
    return Notice.objects.filter(kind=ANNOUNCED)


# --- whom one may speak to --------------------------------------------------------------------------


def offered(client):
    field = client.get(url("announcement-new")).context["form"].fields["audience"]
    return {value for _label, rows in field.choices[1:] for value, _name in rows}


def test_it_offers_what_each_may_speak_to(cast, as_):
    own, other = f"class:{cast.school_class.pk}", f"class:{cast.other_class.pk}"
    school = f"school:{cast.school.pk}"
    of_adviser = offered(as_(cast.adviser))
    assert own in of_adviser
    assert not {other, school} & of_adviser
    of_counselor = offered(as_(cast.counselor))  # brother and sister stand on the caseload
    assert {own, other} <= of_counselor
    assert school not in of_counselor
    assert {own, other, school} <= offered(as_(cast.principal))
    assert as_(cast.mother).get(url("announcement-new")).status_code == 403
    answer = as_(cast.adviser).post(url("announcement-new"), filled(cast, audience=school))
    assert answer.status_code == 422
    assert "We go to the museum." in answer.content.decode()
    assert not Announcement.objects.exists()


def test_a_leader_of_a_grade_speaks_to_that_grade(cast):
    leader = builders.make_staff(cast.school, sight.LEADER, division=cast.school_class.division)
    elsewhere = builders.make_class(
        cast.school, "9z", builders.Division.objects.create(school=cast.school, code="g9", name="9")
    )
    builders.make_student(elsewhere, "Far away")
    from messaging.reading.announcement_audiences import groups

    values = {value for _label, rows in groups(leader) for value, _name, _school in rows}
    assert f"division:{cast.school_class.division_id}" in values
    assert not {f"division:{elsewhere.division_id}", f"school:{cast.school.pk}"} & values


# --- from the composer to the sending ---------------------------------------------------------------


def test_it_is_written_looked_at_and_sent_once(cast, as_):
    client = as_(cast.adviser)
    form = filled(cast)
    for _again in range(2):
        answer = client.post(url("announcement-new"), form)
        assert answer.status_code == 302
    row = Announcement.objects.get()
    assert (row.state, row.called) == ("draft", cast.school_class.name)
    page = client.get(row.get_absolute_url()).content.decode()
    for words in ("We go to the museum.", "News from Mill Lane School", "Who gets it"):
        assert words in page
    send_form = sent_form(row)
    for form in (send_form, send_form, sent_form(row)):
        assert client.post(url("announcement-send", row.pk), form).status_code == 302
    assert notices().count() == 1
    row.refresh_from_db()
    assert row.state == "sent"
    assert {told.student for told in row.told.all()} == {cast.child, cast.classmate}


def test_title_and_text_are_words_and_nothing_else(cast, as_):
    client = as_(cast.adviser)
    title = "Trip\r\nBcc: all@example.org \u202egnp.exe\u200b"
    answer = client.post(
        url("announcement-new"), filled(cast, title=title, text="<script>alert(1)</script>")
    )
    row = Announcement.objects.get()
    assert row.first_words().title == "Trip Bcc: all@example.org gnp.exe"
    page = client.get(answer["Location"]).content.decode()
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("audience", ""),
        ("audience", "nothing:1"),
        ("title", "\u200b\u202e"),
        ("title", "a\0b"),
        ("text", "  "),
        ("text", "x" * 10_001),
        ("language", "tlh"),
        ("level", "swear"),
        ("answer_by", "tomorrow"),
        ("answer_by", "2020-01-01T10:00"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_typed_is_lost(cast, as_, field, value):
    form = filled(cast, level="tap") | {field: value}
    answer = as_(cast.adviser).post(url("announcement-new"), form)
    assert answer.status_code == 422
    assert answer.context["form"].errors
    assert form["title"].replace("\0", "\ufffd") in answer.content.decode()
    assert not Announcement.objects.exists()


def test_of_two_who_change_it_at_once_one_wins(cast, as_):
    row = announce(cast)
    version = {"version": row.version}
    first, second = as_(cast.adviser), as_(cast.principal)
    edit = url("announcement-edit", row.pk)
    assert first.post(edit, filled(cast, text="By bus.", **version)).status_code == 302
    answer = second.post(edit, filled(cast, text="On foot.", **version))
    assert answer.status_code == 422
    assert "Somebody else changed this" in answer.content.decode()
    assert "On foot." in answer.content.decode()
    assert Announcement.objects.get().first_words().text == "By bus."
    answer = second.post(url("announcement-send", row.pk), sent_form(row, **version))
    assert answer.status_code == 422
    assert not notices().exists()


def test_an_audience_that_emptied_is_said(cast, as_):
    row = announce(cast)
    elsewhere = builders.make_class(cast.school, "9z")
    Student.objects.filter(school_class=cast.school_class).update(school_class=elsewhere)
    answer = as_(cast.adviser).post(url("announcement-send", row.pk), sent_form(row))
    assert answer.status_code == 422
    assert "Nobody would get this" in answer.content.decode()
    assert not notices().exists()


def test_it_waits_for_a_moment_by_the_clock_of_the_school(cast, as_):
    client, row = as_(cast.adviser), announce(cast)
    send_url = url("announcement-send", row.pk)
    for at in ("", "soon", "2020-01-01T08:00"):
        assert client.post(send_url, sent_form(row, when="later", at=at)).status_code == 422
    at = (builders.today() + dt.timedelta(days=2)).isoformat() + "T08:00"
    assert client.post(send_url, sent_form(row, when="later", at=at)).status_code == 302
    row.refresh_from_db()
    assert row.state == "scheduled"
    assert row.sends_at.astimezone(dt.UTC).hour == 0  # eight in Shanghai
    Announcement.objects.let_leave()
    assert not notices().exists()
    for _again in range(2):
        Announcement.objects.let_leave(row.sends_at)
    assert notices().count() == 1


def test_what_cannot_leave_says_why_and_holds_up_no_other(cast):
    soon = timezone.now() + dt.timedelta(minutes=1)
    empty, other = announce(cast, by=cast.counselor), announce(cast)
    for row in (empty, other):
        row.schedule(soon, by=row.made_by)
    cast.counselor.membership.end(by=cast.school_admin)
    Announcement.objects.let_leave(soon)
    empty.refresh_from_db()
    other.refresh_from_db()
    assert (empty.state, empty.stopped, other.state) == ("called_off", "nobody", "sent")


def test_what_waits_is_called_off(cast, as_):
    client, row = as_(cast.adviser), announce(cast)
    row.schedule(timezone.now() + dt.timedelta(hours=1), by=cast.adviser)
    for _again in range(2):
        assert client.post(url("announcement-call-off", row.pk)).status_code == 302
    Announcement.objects.let_leave(timezone.now() + dt.timedelta(days=1))
    assert not notices().exists()
    answer = client.post(url("announcement-send", row.pk), sent_form(row))
    assert answer.status_code == 422
    gone = send(announce(cast))
    assert client.post(url("announcement-call-off", gone.pk)).status_code == 422


def test_the_task_lets_them_leave(cast):
    from messaging.tasks import announce as task

    row = announce(cast)
    row.schedule(timezone.now() + dt.timedelta(hours=1), by=cast.adviser)
    Announcement.objects.filter(pk=row.pk).update(sends_at=timezone.now())
    task()
    assert notices().count() == 1


# --- languages --------------------------------------------------------------------------------------


@pytest.fixture
def machine(monkeypatch):
    """A machine that says where its words come from."""
    monkeypatch.setattr(views.machines, "stands", lambda: True)
    monkeypatch.setattr(
        views.machines, "translate", lambda school, text, a, b: (f"[{b}] {text}", "LibreTranslate")
    )


def test_a_machine_translates_and_a_person_checks(cast, as_, machine):
    client, row = as_(cast.adviser), announce(cast, words=["en"])
    page = row.get_absolute_url()
    assert "Let the machine translate" in client.get(page).content.decode()
    answer = client.post(url("announcement-translate", row.pk), {"submission": builders.new_key()})
    assert answer.status_code == 302
    words = {w.language: w for w in row.wordings.all()}
    assert words["es"].text == "[es] We go to the museum."
    assert words["es"].is_of_a_machine
    one = url("announcement-words", row.pk, "es")
    row.refresh_from_db()
    form = {"title": words["es"].title, "text": words["es"].text, "version": row.version}
    assert client.post(one, form).status_code == 302
    checked = row.wordings.get(language="es")
    assert (checked.checked_by, checked.is_of_a_machine) == (cast.adviser, False)
    form |= {"text": "Vamos al museo.", "version": row.version + 1}
    assert client.post(one, form | {"submission": builders.new_key()}).status_code == 302
    assert row.wordings.get(language="es").provider == ""
    assert client.post(one, {"do": "drop"}).status_code == 302
    assert not row.wordings.filter(language="es").exists()


def test_where_somebody_was_quicker_nobody_is_asked_to_look(cast, as_, machine, monkeypatch):
    client, row = as_(cast.adviser), announce(cast, words=["en"])
    monkeypatch.setattr(type(Wording.objects), "fill", lambda *_args, **_words: None)
    form = {"submission": builders.new_key()}
    page = client.post(url("announcement-translate", row.pk), form)
    assert page.status_code == 422
    assert "Somebody else changed this meanwhile." in page.text


def test_a_machine_that_is_away_is_said(cast, as_, machine, monkeypatch):
    def away(*_):
        raise Unavailable("away")

    monkeypatch.setattr(views.machines, "translate", away)
    row = announce(cast, words=["en"])
    answer = as_(cast.adviser).post(
        url("announcement-translate", row.pk), {"submission": builders.new_key()}
    )
    assert answer.status_code == 422
    assert "does not answer now" in answer.content.decode()
    assert row.wordings.count() == 1


def test_words_older_than_the_first_ones_do_not_leave(cast, as_):
    client, row = as_(cast.adviser), announce(cast)
    form = filled(cast, text="We go to the zoo.", version=row.version)
    assert client.post(url("announcement-edit", row.pk), form).status_code == 302
    row = Announcement.objects.get()
    assert row.behind() == ["es"]
    answer = client.post(url("announcement-send", row.pk), sent_form(row))
    assert answer.status_code == 422
    assert "Español" in answer.content.decode()
    words = url("announcement-words", row.pk, "es")
    form = {"title": "Excursión", "text": "Vamos al zoológico.", "version": row.version}
    assert client.post(words, form).status_code == 302
    assert client.post(url("announcement-send", row.pk), sent_form(row)).status_code == 302


def test_it_starts_from_a_template_in_all_its_languages(cast, as_):
    client = as_(cast.adviser)
    form = {
        "submission": builders.new_key(), "name": "Evening", "level": "tap",
        "title_en": "Parent evening", "text_en": "Come at six.", "title_es": "Reunión",
        "text_es": "Vengan a las seis.",
    }  # fmt: skip
    assert client.post(url("wording-new"), form).status_code == 302
    template = Template.objects.get()
    new = f"{url('announcement-new')}?template={template.pk}"
    initial = client.get(new).context["form"].initial
    assert (initial["title"], initial["level"]) == ("Parent evening", "tap")
    client.post(
        new, filled(cast, title="Parent evening", text="Come at six.", template=template.pk)
    )
    row = Announcement.objects.get()
    assert row.wordings.get(language="es").text == "Vengan a las seis."
    assert row.behind() == []
    client.post(new, filled(cast, title="Parent evening", text="At seven.", template=template.pk))
    assert Announcement.objects.exclude(pk=row.pk).get().behind() == ["es"]
    half = form | {"text_es": "", "submission": builders.new_key()}
    assert client.post(url("wording-edit", template.pk), half).status_code == 422
    assert client.post(url("wording-end", template.pk)).status_code == 302
    assert not Template.objects.open().exists()


# --- preview ----------------------------------------------------------------------------------------


def test_the_preview_counts_homes_people_ways_and_languages(cast):
    row = announce(cast)
    counts = Preview(row).counts
    # the father's right was withdrawn
    assert (counts.children, counts.homes, counts.people, counts.reached) == (2, 2, 2, 2)
    assert {(code, n) for code, _way, n in counts.groups} == {("zh-hans", 1), ("es", 1)}
    cast.mother.addresses.update(opted_out_at=timezone.now())
    preview = Preview(row)
    assert preview.unreached == 1
    assert "portal" in {way for _code, way, _n in preview.counts.groups}
    assert [r["code"] for r in preview.missing] == ["zh-hans"]
    cast.child.guardianships.get(guardian=cast.mother).withdraw(by=cast.principal)
    assert (Preview(row).without_anybody, Preview(row).counts.children) == (1, 1)


def test_homes_that_are_apart_are_two_and_a_grown_student_is_its_own(cast):
    father = builders.make_guardian(cast.child, "Lin Bo", relation="father")
    builders.make_household(cast.child, guardians=[father])
    assert Preview(announce(cast)).counts.homes == 3
    grown = cast.adult.student_row if hasattr(cast.adult, "student_row") else cast.adult.student
    leader = builders.make_staff(grown.school, sight.LEADER)
    row = Announcement.objects.begin(
        grown.school, "class", str(grown.school_class_id), by=leader,
        words={"language": "en", "title": "Exam", "text": "On Monday."},
    )  # fmt: skip
    assert [p.pk for p in Preview(row).people(leader)] == [grown.user_id]


def test_the_list_names_only_children_in_sight(cast, as_):
    row = announce(cast, by=cast.principal)
    page = as_(cast.principal).get(url("announcement-people", row.pk)).content.decode()
    assert cast.mother.full_name in page
    assert f"looks after {cast.child.called} ({cast.school_class.name})" in page
    assert cast.father.full_name not in page


def test_who_sees_the_child_no_more_reads_no_name_of_its_home(cast, as_):
    row = send(announce(cast))
    Student.objects.filter(pk=cast.child.pk).update(
        school_class=cast.other_class, division=cast.other_class.division_id
    )
    page = as_(cast.adviser).get(url("announcement-people", row.pk))
    assert [line["person"] for line in page.context["page"]] == [cast.other_mother]
    assert page.context["page"].paginator.count == 1
    assert cast.mother.full_name not in page.content.decode()


def test_the_preview_costs_as_much_for_many(cast, as_):
    client, row = as_(cast.adviser), announce(cast)

    def queries(address):
        client.get(address)
        with CaptureQueriesContext(connection) as captured:
            assert client.get(address).status_code == 200
        return len(captured)

    one = [row.get_absolute_url(), url("announcement-people", row.pk)]
    before = [queries(address) for address in one]
    for _n in range(20):
        builders.make_guardian(builders.make_student(cast.school_class))
    assert [queries(address) for address in one] == before
    assert before[0] <= 14
    listed = queries(url("announcement-list"))
    for _n in range(19):
        announce(cast)
    send(announce(cast))
    assert queries(url("announcement-list")) <= listed + 1


# --- who may ----------------------------------------------------------------------------------------


def test_who_keeps_it(cast, as_):
    row = announce(cast)
    for person in (cast.adviser, cast.principal, cast.school_admin):
        assert as_(person).get(row.get_absolute_url()).status_code == 200
    for person in (cast.counselor, cast.other_teacher, cast.mother, cast.other_school_admin):
        assert as_(person).get(row.get_absolute_url()).status_code == 404
    send(row)
    answer = as_(cast.mother).get(row.get_absolute_url())
    assert answer["Location"] == url("announcement-own", row.pk)
    assert as_(cast.mother).get(url("announcement-people", row.pk)).status_code == 403


def test_a_leader_of_a_grade_keeps_its_own_alone(cast, as_):
    division = cast.school_class.division
    leader = builders.make_staff(cast.school, sight.LEADER, division=division)
    of_school = announce(cast, by=cast.principal, audience="school", key=str(cast.school.pk))
    own = announce(cast, by=leader, audience="division", key=str(division.pk))
    choir = SavedList.objects.begin(cast.school, "Choir", by=cast.adviser)
    mine = SavedList.objects.begin(cast.school, "Mine", by=leader)
    client = as_(leader)
    assert client.get(url("announcement-list")).context["page"].paginator.count == 1
    for name in ("announcement-detail", "announcement-people", "announcement-edit"):
        assert client.get(url(name, of_school.pk)).status_code == 404
        assert client.get(url(name, own.pk)).status_code == 200
    assert (
        client.post(url("announcement-send", of_school.pk), sent_form(of_school)).status_code == 404
    )
    assert set(SavedList.objects.visible_to(leader)) == {mine}
    assert set(SavedList.objects.visible_to(cast.principal)) == {choir, mine}


def test_a_head_gives_a_draft_no_audience_that_its_writer_does_not_reach(cast, as_):
    row = announce(cast)
    client = as_(cast.principal)
    first = {"version": row.version}
    answer = client.post(
        url("announcement-edit", row.pk), filled(cast, audience=f"school:{cast.school.pk}") | first
    )
    assert answer.status_code == 422
    assert "Please choose one of the list." in answer.content.decode()
    answer = client.post(url("announcement-edit", row.pk), filled(cast, title="Museum") | first)
    assert answer.status_code == 302
    row.refresh_from_db()
    assert (row.audience, row.first_words().title) == ("class", "Museum")


# --- saved lists ------------------------------------------------------------------------------------


def test_a_list_holds_the_children_whom_its_keeper_sees(cast, as_):
    client = as_(cast.adviser)
    form = {"submission": builders.new_key(), "name": "Choir"}
    assert client.post(url("saved-list-new"), form).status_code == 302
    again = form | {"submission": builders.new_key()}
    assert client.post(url("saved-list-new"), again).status_code == 422
    row = SavedList.objects.get()
    page = url("saved-list-detail", row.pk)
    found = client.get(page, {"class": cast.school_class.pk}).context["found"]
    assert {child.pk for child in found} == {cast.child.pk, cast.classmate.pk}
    assert client.get(page, {"q": "mateo"}).context["found"] == [cast.classmate]
    ticked = [cast.child.pk, cast.classmate.pk, cast.sibling.pk, "x"]
    client.post(url("saved-list-add", row.pk), {"child": ticked})
    assert set(row.students.all()) == {cast.child, cast.classmate}
    client.post(url("saved-list-take-off", row.pk), {"child": [cast.classmate.pk]})
    assert f"saved_list:{row.pk}" in offered(client)
    letter = announce(cast, audience="saved_list", key=str(row.pk))
    assert [p.pk for p in Preview(letter).people(cast.adviser)] == [cast.mother.pk]
    assert as_(cast.counselor).get(page).status_code == 404
    assert as_(cast.principal).get(page).status_code == 200
    new = {"submission": builders.new_key(), "name": "Small choir"}
    assert client.post(url("saved-list-name", row.pk), new).status_code == 302
    assert client.post(url("saved-list-end", row.pk)).status_code == 302
    assert f"saved_list:{row.pk}" not in offered(client)
    with pytest.raises(NobodyToTell):
        letter.send(by=cast.adviser)


def test_words_are_shown_in_their_own_language(cast, as_):
    row = announce(cast)
    Wording.objects.put(row, "zh-hans", "郊游", "去博物馆", by=cast.adviser)
    with translation.override("en"):
        page = as_(cast.adviser).get(row.get_absolute_url()).content.decode()
    assert "Noticias de Mill Lane School" in page or "News from Mill Lane School" in page
    assert 'lang="zh-Hans"' in page


# --- audiences of other rooms -----------------------------------------------------------------------


def test_a_programme_and_a_campaign_are_audiences(cast, as_):
    from counseling.models import Seat
    from tests.counseling.after_school import make_programme
    from tests.visits.campaigns import make_campaign

    club = make_programme(cast)
    Seat.objects.ask(club, cast.child, by=cast.mother)
    campaign = make_campaign(cast.principal, cast.school)
    assert {f"programme:{club.pk}", f"campaign:{campaign.pk}"} <= offered(as_(cast.principal))
    row = announce(cast, by=cast.principal, audience="programme", key=str(club.pk))
    assert row.called == club.name
    assert set(row.children()) == {cast.child}
    row = announce(cast, by=cast.principal, audience="campaign", key=str(campaign.pk))
    assert {cast.child, cast.sibling, cast.classmate} <= set(row.children())
    # whoever chose it reaches those whom it sees, and nobody else
    row = announce(cast, by=cast.other_teacher, audience="campaign", key=str(campaign.pk))
    assert set(row.children()) == {cast.sibling}
