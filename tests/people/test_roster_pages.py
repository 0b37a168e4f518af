"""The pages of an import: choose a file, see what it changes, say which column is which, confirm."""

import json
import re
import uuid
import zlib
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from homeschool.journal import actions as journal
from homeschool.journal.models import Entry, Job
from homeschool.journal.relay import LANES
from homeschool.people.actions import rostering
from homeschool.people.models import RosterHeading, RosterImport, Student
from tests import builders

HEADER = "student_number,name,class,guardian,relation,email,language\n"
SHEET = HEADER + "N1,Nia Cole,3B,Uma Cole,mother,uma@example.org,en\nN2,<b>Bo</b>,4Z,,,,\n"
BROKEN = SHEET + "N3,,3B,,,,\nN4,Al,3B,X,mother,nowhere,\n"
pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(cast, as_):
    return as_(cast.school_admin)


def page(name, *args):
    return reverse(f"people:{name}", args=args)


def upload(client, cast, text=SHEET, name="roster.csv", **data):
    raw = text if isinstance(text, bytes) else text.encode()
    data = {"submission": uuid.uuid4(), "file": SimpleUploadedFile(name, raw)} | data
    return client.post(page("roster-import", cast.school.pk), data)


def work():
    """Do all work that waits."""
    Job.objects.update(next_at=timezone.now())
    while ids := LANES[2].take():
        for pk in ids:
            journal.work(pk)


def sent(client, cast, *args, **data):
    """Send a file and let it be read; return the address of its page."""
    address = upload(client, cast, *args, **data).url
    work()
    return address


def confirm(client, address, **data):
    digest = re.search(r'name="digest" value="(\w+)"', client.get(address).content.decode())
    data = {"submission": uuid.uuid4(), "digest": digest[1] if digest else ""} | data
    return client.post(f"{address}confirm/", data)


# --- the file -------------------------------------------------------------------------------------


@pytest.mark.parametrize("raw", [b"", b" \n", b"%PDF-1.7", b"\xff\xfe\x00", b"\xd0\xcf\x11\xe0"])
def test_what_is_no_roster_at_a_glance_is_told_beside_the_field(cast, admin, raw):
    response = upload(admin, cast, raw, name="r\u202e.csv")
    assert set(response.context["form"].errors) == {"file"}
    assert not RosterImport.objects.exists()


def test_a_file_that_is_too_large_is_told_beside_the_field(cast, admin, monkeypatch):
    monkeypatch.setattr("homeschool.people.forms.roster.LARGEST_FILE", 100)
    assert set(upload(admin, cast).context["form"].errors) == {"file"}


def test_no_file_at_all_is_told_beside_the_field(cast, admin):
    response = admin.post(page("roster-import", cast.school.pk), {"submission": uuid.uuid4()})
    assert set(response.context["form"].errors) == {"file"}


@pytest.mark.parametrize(
    "raw", [SHEET.encode() + b'N3,"open,3B\n', b"PK\x03\x04\x14\x00", b"a\n1\n", b"a\0,b\nx\0,2\n"]
)
def test_what_cannot_be_read_is_told_on_its_page(cast, admin, raw):
    shown = admin.get(sent(admin, cast, raw))
    assert "This file cannot come in" in shown.content.decode()


def test_a_file_sent_twice_with_one_key_is_one(cast, admin):
    key = uuid.uuid4()
    answers = {upload(admin, cast, submission=key).url for _ in range(2)}
    assert len(answers) == RosterImport.objects.count() == 1


def test_a_broken_name_of_a_file_is_shown_without_harm(cast, admin):
    address = sent(admin, cast, name="r\u202e\x07<b>.csv")
    for shown in (admin.get(address), admin.get(page("roster-import", cast.school.pk))):
        assert shown.status_code == 200
        assert b"<b>.csv" not in shown.content


def test_the_example_is_a_sheet_that_comes_in(cast, admin):
    raw = admin.get(page("roster-template", cast.school.pk)).content
    assert admin.get(sent(admin, cast, raw)).context["plan"]["refused"] == 0


# --- being read ------------------------------------------------------------------------------------


def test_the_page_of_a_file_at_work_asks_how_far_it_is(cast, admin):
    address = upload(admin, cast).url
    assert "every 1s" in admin.get(address).content.decode()
    part = admin.get(f"{address}progress/")
    assert "HX-Refresh" not in part.headers
    work()
    assert admin.get(f"{address}progress/").headers["HX-Refresh"] == "true"


def test_a_file_that_is_being_read_can_be_stopped(cast, admin):
    address = upload(admin, cast).url
    admin.post(f"{address}stop/")
    work()
    assert "It was stopped" in admin.get(address).content.decode()


# --- what it would change ------------------------------------------------------------------------------


def test_a_sheet_is_shown_then_brought_in(cast, admin):
    address = sent(admin, cast)
    shown = admin.get(address)
    assert shown.context["plan"]["counts"]["students"]["new"] == 2
    assert b"<b>Bo</b>" not in shown.content
    assert not Student.objects.filter(number="N1").exists()
    assert confirm(admin, address).url == address
    work()
    assert Student.objects.filter(number="N1").exists()
    assert admin.get(address).context["counts"]["guardians"]["new"] == 1
    assert Entry.objects.get(verb="roster.imported").actor == cast.school_admin


def test_confirming_twice_does_it_once(cast, admin):
    address, key = sent(admin, cast), uuid.uuid4()
    answers = {confirm(admin, address, submission=key).url for _ in range(2)}
    work()
    assert answers == {address}
    assert Entry.objects.filter(verb="roster.imported").count() == 1
    assert b"moved on" not in admin.get(address).content


def test_the_back_button_and_another_click_say_how_it_stands(cast, admin):
    address = sent(admin, cast)
    confirm(admin, address)
    work()
    confirm(admin, address)
    assert b"moved on meanwhile" in admin.get(address).content
    assert Entry.objects.filter(verb="roster.imported").count() == 1


def test_a_page_that_is_older_than_its_plan_confirms_nothing(cast, admin):
    address = sent(admin, cast)
    confirm(admin, address, digest="an older one")
    assert RosterImport.objects.get().state == "checked"


def test_two_who_bring_the_same_in_at_once_do_it_once(cast, admin, as_):
    second = builders.make_staff(cast.school, "school_admin")
    mine, theirs = sent(admin, cast), sent(as_(second), cast)
    confirm(admin, mine)
    confirm(as_(second), theirs)
    work()
    shown = as_(second).get(theirs).content.decode()
    assert "The school changed meanwhile" in shown
    assert "Everything in this file is here already" in shown
    assert Entry.objects.filter(verb="roster.imported").count() == 1


def test_a_page_left_open_over_night_says_that_the_file_is_gone(cast, admin):
    address = sent(admin, cast)
    RosterImport.objects.update(asked_at=timezone.now() - timedelta(hours=25))
    rostering.tidy()
    assert admin.post(f"{address}confirm/").url == address
    assert "within a day" in admin.get(address).content.decode()


def test_problems_are_shown_by_row_and_column(cast, admin):
    address = sent(admin, cast, BROKEN)
    shown = admin.get(address).content.decode()
    assert "2 rows cannot come in" in shown
    rows = admin.get(f"{address}refused/").content.decode("utf-8-sig").splitlines()
    assert len(rows) == 3
    assert "email: This is no e-mail address." in rows[2]


def test_refused_rows_are_left_out_only_with_a_tick(cast, admin):
    address = sent(admin, cast, BROKEN)
    refused = confirm(admin, address)
    assert (refused.status_code, set(refused.context["form"].errors)) == (422, {"skip_refused"})
    confirm(admin, address, skip_refused="on")
    work()
    assert Student.objects.filter(number__startswith="N").count() == 2
    assert b"2 rows were left out" in admin.get(address).content


def brake(row):
    """Let the plan of an import say that many would leave."""
    brakes = [{"kind": "students", "retired": 31, "of": 100}]
    row.checked = zlib.compress(json.dumps(row.plan | {"brakes": brakes}).encode())
    row.save()


def test_many_who_would_leave_need_a_tick_of_their_own(cast, admin):
    address = sent(admin, cast)
    brake(RosterImport.objects.get())
    assert b"31 of 100 children off the roll" in admin.get(address).content
    refused = confirm(admin, address)
    assert set(refused.context["form"].errors) == {"take_off"}
    confirm(admin, address, take_off="on")
    assert RosterImport.objects.get().options["allow_retire"] == 31


def test_classes_that_are_missing_can_be_refused(cast, admin):
    shown = admin.get(sent(admin, cast, known_classes_only="on"))
    assert [group["kind"] for group in shown.context["plan"]["groups"]] == ["class"]


def test_a_file_can_be_left(cast, admin):
    address = sent(admin, cast)
    admin.post(f"{address}stop/")
    assert RosterImport.objects.get().content is None
    assert admin.get(f"{address}refused/").url == address


def test_changes_are_shown_page_by_page(cast, admin):
    text = HEADER + "".join(f"M{n},Child {n},3B,,,,\n" for n in range(150))
    address = sent(admin, cast, text)
    assert len(admin.get(address).context["page"].object_list) == 100
    assert len(admin.get(f"{address}?page=2").context["page"].object_list) == 50


# --- which column is which -------------------------------------------------------------------------------

STRANGE = "Nr.,name,class,guardian,relation,Post,language\nN1,Nia,3B,Uma,mother,u@example.org,\n"


def name_columns(client, address, **answers):
    return client.post(f"{address}columns/", {"submission": uuid.uuid4()} | answers)


def test_unknown_headings_lead_to_a_page_that_asks(cast, admin):
    address = sent(admin, cast, STRANGE)
    assert admin.get(address).url == f"{address}columns/"
    form = admin.get(f"{address}columns/").context["form"]
    assert {"student_number", "email"} <= set(form.fields)
    assert ("0", "Nr.: N1") in form.fields["student_number"].choices


def test_what_is_answered_is_used_and_kept_for_the_next_sheet(cast, admin):
    address = sent(admin, cast, STRANGE)
    name_columns(admin, address, student_number="0", email="5")
    work()
    assert admin.get(address).context["plan"]["counts"]["students"]["new"] == 1
    assert admin.get(sent(admin, cast, STRANGE)).status_code == 200


def test_a_column_may_not_be_in_the_sheet(cast, admin):
    address = sent(admin, cast, STRANGE)
    name_columns(admin, address, student_number="0", email="-")
    work()
    assert admin.get(address).context["plan"]["counts"]["guardians"]["new"] == 1
    assert not RosterHeading.objects.filter(heading="Post").exists()


@pytest.mark.parametrize(
    ("answers", "wrong"),
    [
        ({}, {"student_number", "email"}),
        ({"student_number": "0", "email": "0"}, {"email"}),
        ({"student_number": "-", "email": "5"}, {"student_number"}),
        ({"student_number": "99", "email": "5"}, {"student_number"}),
        ({"student_number": "1", "email": "5"}, {"student_number"}),
    ],
)
def test_a_wrong_answer_is_told_beside_its_column(cast, admin, answers, wrong):
    response = name_columns(admin, sent(admin, cast, STRANGE), **answers)
    assert (response.status_code, set(response.context["form"].errors)) == (422, wrong)


def test_a_heading_that_is_nearly_right_is_asked_for_and_may_be_left(cast, admin):
    address = sent(admin, cast, SHEET.replace("language\n", "language,divisions\n"))
    form = admin.get(f"{address}columns/").context["form"]
    assert form["division"].initial == "7"
    name_columns(admin, address, division="-")
    work()
    assert admin.get(address).context["plan"]["ignored"] == ["divisions"]


def test_answering_twice_reads_it_once(cast, admin):
    address, key = sent(admin, cast, STRANGE), uuid.uuid4()
    for _ in range(2):
        name_columns(admin, address, submission=key, student_number="0", email="5")
    work()
    assert Job.objects.count() == 2
    assert b"moved on" not in admin.get(address).content


# --- files that were sent -----------------------------------------------------------------------------

QUERIES_OF_A_LIST = 7  # session, user, roles, school, administered, how many, the list


def test_the_list_asks_the_same_at_twenty(cast, admin, django_assert_num_queries):
    url = page("roster-import", cast.school.pk)
    assert b"No file was sent yet" in admin.get(url).content
    sent(admin, cast)
    with django_assert_num_queries(QUERIES_OF_A_LIST):
        admin.get(url)
    for _n in range(19):
        upload(admin, cast)
    with django_assert_num_queries(QUERIES_OF_A_LIST):
        assert len(admin.get(url).context["imports"]) == 20


def test_the_list_says_who_sent_what_and_what_it_did(cast, admin):
    address = sent(admin, cast)
    confirm(admin, address)
    work()
    shown = admin.get(page("roster-import", cast.school.pk)).content.decode()
    assert cast.school_admin.full_name in shown
    assert "brought in" in shown
    assert address in shown
