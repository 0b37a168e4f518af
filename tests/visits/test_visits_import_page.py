"""The pages by which past visits come in: choose a sheet, look at it, confirm."""

import csv
import io

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from homeschool.journal.models import Entry
from tests import builders
from visits.models import Aspect, Visit

from .sheets import as_csv, as_xlsx, bring, line, whole

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(cast, as_):
    return as_(cast.school_admin)


def address(cast, name="", *args):
    return reverse(f"visits:visits-import{name}", args=[cast.school.pk, *args])


def send(client, cast, raw, name="past.csv", key=None):
    """Choose a file as the page does; returns the answer."""
    upload = SimpleUploadedFile(name, raw)
    sent = {"submission": key or builders.new_key(), "file": upload}
    return client.post(address(cast), sent)


def preview(client, cast, *lines):
    """Send lines and return the page that they lead to."""
    return client.get(send(client, cast, as_csv(*lines))["Location"])


def confirm(client, page, key=None, **more):
    """Press the button of a preview; returns the answer."""
    there = page.request["PATH_INFO"] + "confirm/"
    digest = page.context["visits"].digest
    return client.post(there, {"submission": key or builders.new_key(), "digest": digest} | more)


def test_it_shows_what_would_come_in_and_keeps_nothing(cast, admin):
    page = preview(admin, cast, whole(cast))
    text = page.content.decode()
    assert "This would come in" in text
    assert cast.child.full_name in text
    assert "沈阳市 / 和平区" in text
    assert not Visit.objects.exists()
    assert not Aspect.objects.exists()


def test_it_shows_no_text_of_a_record(cast, admin):
    text = preview(admin, cast, whole(cast)).content.decode()
    assert "孩子很懂事" not in text
    assert "谢谢您的热茶" not in text


def test_it_takes_a_workbook(cast, admin):
    answer = send(admin, cast, as_xlsx(whole(cast)), "past.xlsx")
    assert "This would come in" in admin.get(answer["Location"]).content.decode()


def test_it_writes_the_visits_once(cast, admin):
    page, key = preview(admin, cast, whole(cast), line(cast)), builders.new_key()
    first, second = confirm(admin, page, key), confirm(admin, page, key)
    assert first["Location"] == second["Location"]
    assert Visit.objects.filter(recorded_by=cast.school_admin).count() == 2
    done = admin.get(first["Location"]).content.decode()
    assert "The visits are in" in done
    assert Entry.objects.filter(verb="visits.imported").count() == 1


def test_it_looks_again_where_the_school_changed_meanwhile(cast, admin):
    page = preview(admin, cast, whole(cast))
    bring(cast.school, whole(cast))
    answer = confirm(admin, page)
    assert answer["Location"] == page.request["PATH_INFO"]
    assert (
        "Every visit of this sheet is here already"
        in admin.get(answer["Location"]).content.decode()
    )


def test_it_offers_no_button_for_what_stands_already(cast, admin):
    bring(cast.school, whole(cast))
    assert "Bring them in" not in preview(admin, cast, whole(cast)).content.decode()


def test_it_tells_refused_rows_by_how_they_are_mended(cast, admin):
    page = preview(admin, cast, line(cast), line(cast, mode="by boat"))
    text = page.content.decode()
    assert "1 row cannot come in" in text
    assert "by boat" in text
    assert "Bring them in" not in text


def test_it_brings_the_right_rows_in_where_that_is_wished(cast, admin):
    page = preview(admin, cast, line(cast), line(cast, mode="by boat"))
    answer = confirm(admin, page, skip_refused="yes")
    assert Visit.objects.count() == 1
    assert "Refused rows" in admin.get(answer["Location"]).content.decode()


def test_a_file_with_refused_rows_is_not_written_by_a_bare_confirmation(cast, admin):
    page = preview(admin, cast, line(cast), line(cast, mode="by boat"))
    assert confirm(admin, page)["Location"] == page.request["PATH_INFO"]
    assert not Visit.objects.exists()


def test_the_refused_rows_are_downloaded_with_what_is_wrong(cast, admin):
    page = preview(admin, cast, line(cast), line(cast, mode="=1+1"))
    answer = admin.get(page.request["PATH_INFO"] + "refused.csv")
    header, *rows = csv.reader(io.StringIO(answer.content.decode("utf-8-sig")))
    assert header[-1] == "Problem"
    assert [row[2] for row in rows] == ["'=1+1"]
    assert rows[0][-1].startswith("mode: ")


def test_what_was_refused_comes_in_once_it_is_mended(cast, admin):
    sibling = whole(cast, student_number="nobody")
    page = preview(admin, cast, line(cast), whole(cast), sibling)
    confirm(admin, page, skip_refused="yes")
    refused = admin.get(page.request["PATH_INFO"] + "refused.csv")
    assert refused.status_code == 302  # done: the sheet is no longer kept
    mended = whole(cast, student_number=cast.sibling.number)
    confirm(admin, preview(admin, cast, line(cast), whole(cast), mended))
    assert Visit.objects.count() == 2


@pytest.mark.parametrize("raw", [b"", b"%PDF-1.7", b"a,b\n1,2\n", b"PK\x03\x04cut off"])
def test_it_says_why_a_file_cannot_be_read(cast, admin, raw):
    answer = send(admin, cast, raw)
    assert answer.status_code == 422
    assert answer.context["form"].errors["file"]


def test_it_takes_no_more_rows_than_a_page_can(cast, admin, monkeypatch):
    monkeypatch.setattr("visits.forms.importing.MAX_ROWS_OF_A_PAGE", 1)
    answer = send(admin, cast, as_csv(line(cast), whole(cast)))
    assert "1 lines at most" in str(answer.context["form"].errors)


def test_a_preview_is_kept_for_its_own_admin(cast, admin, as_):
    page = preview(admin, cast, line(cast))
    other = builders.make_staff(cast.school, "school_admin")
    assert as_(other).get(page.request["PATH_INFO"])["Location"] == address(cast)


def test_a_preview_ends(cast, admin):
    page = preview(admin, cast, line(cast))
    cache.clear()
    assert confirm(admin, page)["Location"] == page.request["PATH_INFO"]
    assert admin.get(page.request["PATH_INFO"])["Location"] == address(cast)
    assert not Visit.objects.exists()


def test_the_example_can_be_read(cast, admin):
    raw = admin.get(address(cast, "-template")).content
    page = admin.get(send(admin, cast, raw)["Location"])
    kinds = {problem.kind for problem in page.context["visits"].problems}
    assert kinds <= {"visitor", "student", "together"}


def test_it_is_linked_from_the_school_and_the_meetings(cast, admin):
    start = admin.get(reverse("people:school-start", args=[cast.school.pk])).content.decode()
    assert address(cast) in start
    meetings = admin.get(reverse("visits:meeting-list")).content.decode()
    assert reverse("visits:past-visits") in meetings
    assert admin.get(reverse("visits:past-visits"))["Location"] == address(cast)


def test_nobody_else_finds_the_link(cast, as_):
    for person in (cast.counselor, cast.principal):
        assert "import/" not in as_(person).get(reverse("visits:visit-list")).content.decode()


def test_its_queries_do_not_depend_on_the_rows(cast, admin, django_assert_num_queries):
    pages = []
    for number in (1, 20):
        lines = [line(cast, happened_on=f"2026-01-{n + 1:02}") for n in range(number)]
        pages.append(send(admin, cast, as_csv(*lines))["Location"])
    admin.get(pages[0])
    for page in pages:
        with django_assert_num_queries(12):
            admin.get(page)
