"""Announcements that change before they leave: machines and people beside each other, two schools, the
moment until which families answer."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from homeschool.people import sight
from homeschool.people.models import Membership
from messaging.machines import Unavailable
from messaging.models import Announcement, SavedList, Template, Wording
from messaging.models.announcing import CannotAnswer
from messaging.views import announcements as views
from tests import builders

from .announced import announce
from .test_announcement_pages import filled, notices, offered, sent_form, url

pytestmark = pytest.mark.django_db


@pytest.fixture
def machine(monkeypatch):
    """The operator named a machine; each test says what it answers."""
    monkeypatch.setattr(views.machines, "stands", lambda: True)


def test_what_the_machine_could_do_is_kept(cast, as_, machine, monkeypatch):
    def some(school, text, source, target):
        if target == "es":
            raise Unavailable("language")
        return f"[{target}] {text}\r\nEnd", "LibreTranslate"

    monkeypatch.setattr(views.machines, "translate", some)
    row = announce(cast, words=["en"])
    form = {"submission": builders.new_key()}
    for _again in range(2):
        answer = as_(cast.adviser).post(url("announcement-translate", row.pk), form, follow=True)
        assert answer.status_code == 200
        assert set(row.wordings.values_list("language", flat=True)) == {"en", "zh-hans"}
    assert row.wordings.get(language="zh-hans").text == "[zh-hans] We go to the museum.\nEnd"
    form = {"submission": builders.new_key()}
    answer = as_(cast.adviser).post(url("announcement-translate", row.pk), form)
    assert "does not know one of these languages" in answer.content.decode()
    assert "Español" in answer.content.decode()


@pytest.mark.parametrize("stood", [(), ("es",)])
def test_a_machine_does_not_write_over_who_was_quicker(cast, as_, machine, monkeypatch, stood):
    row = announce(cast, words=["en", *stood])
    row.change(
        by=cast.adviser, version=row.version,
        words={"language": "en", "title": "Trip", "text": "By bus."},
    )  # fmt: skip

    def slow(school, text, source, target):
        if target == "es" and text == "By bus.":
            Wording.objects.put(row, "es", "Excursión", "En autobús.", by=cast.principal)
        return f"[{target}] {text}", "LibreTranslate"

    monkeypatch.setattr(views.machines, "translate", slow)
    form = {"submission": builders.new_key()}
    assert as_(cast.adviser).post(url("announcement-translate", row.pk), form).status_code == 302
    words = row.wordings.get(language="es")
    assert (words.text, words.by, words.provider) == ("En autobús.", cast.principal, "")
    assert row.wordings.get(language="zh-hans").is_of_a_machine


def test_the_first_words_do_not_move_to_a_language_that_stands(cast, as_):
    row = announce(cast)
    form = filled(cast, language="es", text="Vamos.", version=row.version)
    answer = as_(cast.adviser).post(url("announcement-edit", row.pk), form)
    assert answer.status_code == 422
    assert "language" in answer.context["form"].errors
    assert Announcement.objects.get().first_words().text == "We go to the museum."
    form |= {"language": "zh-hans", "text": "我们去博物馆。"}
    answer = as_(cast.adviser).post(url("announcement-edit", row.pk), form)
    assert answer.status_code == 302
    assert Announcement.objects.get().first_words().language == "zh-hans"


def test_the_line_ends_of_a_browser_change_no_words(cast, as_):
    client, two = as_(cast.adviser), "We go.\nTo the museum."
    form = filled(cast, text=two.replace("\n", "\r\n"))
    assert client.post(url("announcement-new"), form).status_code == 302
    row = Announcement.objects.get()
    assert row.first_words().text == two
    Wording.objects.put(row, "es", "Ir", "Uno.\nDos.", by=cast.adviser, provider="LibreTranslate")
    row.refresh_from_db()
    form = {"title": "Ir", "text": "Uno.\r\nDos.", "version": row.version}
    assert client.post(url("announcement-words", row.pk, "es"), form).status_code == 302
    assert row.wordings.get(language="es").provider == "LibreTranslate"


def test_it_leaves_while_it_can_be_answered(cast, as_):
    client, now = as_(cast.adviser), timezone.now()
    row = announce(cast, level="tap", answer_by=now + dt.timedelta(days=1))
    send_url = url("announcement-send", row.pk)
    late = (builders.today() + dt.timedelta(days=3)).isoformat() + "T08:00"
    answer = client.post(send_url, sent_form(row, when="later", at=late))
    assert answer.status_code == 422
    assert "Answer until" in answer.content.decode()
    row.schedule(now + dt.timedelta(hours=5), by=cast.adviser)
    with pytest.raises(CannotAnswer):
        row.change(by=cast.adviser, version=row.version, answer_by=now + dt.timedelta(hours=4))
    Announcement.objects.filter(pk=row.pk).update(answer_by=now)
    assert client.post(send_url, sent_form(row)).status_code == 422
    assert not notices().exists()


def test_who_has_two_schools_changes_it_within_its_own(cast, as_):
    row = announce(cast)
    other = cast.other_school
    second = Membership.objects.create(user=cast.adviser, school=other, role=sight.ADVISER)
    elsewhere = builders.make_class(other, "3x", adviser=second)
    builders.make_student(elsewhere, "Over there")
    client, edit = as_(cast.adviser), url("announcement-edit", row.pk)
    form = filled(cast, audience=f"class:{elsewhere.pk}", version=row.version)
    form |= {"level": "tap", "answer_by": "2090-01-01T10:00"}
    assert f"class:{elsewhere.pk}" in offered(client)
    assert client.post(edit, form).status_code == 422
    form |= {"audience": f"class:{cast.school_class.pk}"}
    assert client.post(edit, form).status_code == 302


# --- what the school keeps to write again ---------------------------------------------------------


def keep_template(cast, n):
    words = [{"language": "en", "title": "Trip", "text": "We go."}]
    Template.objects.keep(cast.school, f"Template {n}", "read", words, by=cast.adviser)


def keep_list(cast, n):
    row = SavedList.objects.begin(cast.school, f"List {n}", by=cast.adviser)
    row.students.add(cast.child)


@pytest.mark.parametrize(
    ("name", "keep"), [("wording-list", keep_template), ("saved-list-list", keep_list)]
)
def test_a_list_costs_the_same_at_one_and_at_twenty(cast, as_, name, keep):
    client, counts = as_(cast.adviser), []
    for rows in (range(1), range(1, 20)):
        for n in rows:
            keep(cast, n)
        client.get(url(name))
        with CaptureQueriesContext(connection) as seen:
            assert client.get(url(name)).status_code == 200
        counts.append(len(seen))
    assert counts[0] == counts[1] <= 12
