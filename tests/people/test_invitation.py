"""Letters of invitation: who gets one, what it opens, and what it never does."""

import datetime as dt
import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from allauth.mfa.models import Authenticator
from django.core import mail
from django.core.cache import cache
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from homeschool import pdf
from homeschool.journal.models import Entry
from homeschool.people.models import Invitation, Student, User, invitation as letters
from homeschool.people.views.invitations import language_of
from tests import builders
from tests.cast import sign_in

pytestmark = pytest.mark.django_db

CODE = re.compile(r'paper-code"[^>]*>([\w-]+)<')
MOST_QUERIES = 30
WORKS_NOT = "This code does not work (any more)"


@pytest.fixture(autouse=True)
def fresh_limits():
    cache.clear()


@pytest.fixture
def admin(cast, as_):
    return as_(cast.school_admin)


def invitee(cast, user):
    return next(one for one in letters.invitees_of(cast.school_class) if one.user == user)


def issue(cast, user=None):
    """Make a letter for the mother, or for `user`; return (invitation, code)."""
    return Invitation.objects.issue(invitee(cast, user or cast.mother), by=cast.school_admin)


def page_of(school_class):
    return reverse("people:invitation-class", args=[school_class.pk])


def send(client, school_class, name="print", **fields):
    url = reverse(f"people:invitation-{name}", args=[school_class.pk])
    return client.post(url, {"submission": builders.new_key(), "which": "without"} | fields)


def type_code(client, code):
    return client.post("/accounts/letter/code/", {"code": code})


def come_in(client, code):
    """Type a code and say yes; return the last answer."""
    type_code(client, code)
    return client.post("/accounts/letter/child/yes/")


def verbs():
    found = Entry.objects.filter(verb__startswith="invitation.").order_by("id")
    return [verb.removeprefix("invitation.") for verb in found.values_list("verb", flat=True)]


# --- the code ------------------------------------------------------------------------------------


def test_its_code_holds_54_bits_in_three_groups_without_look_alikes():
    assert letters.BITS > 54
    codes = {letters.make_code() for _ in range(200)}
    assert len(codes) == 200
    assert all(re.fullmatch(r"(\w{4}-){2}\w{4}", code) for code in codes)
    assert not set("".join(codes)) & set("01258BILOSUVZ")


def test_it_is_kept_as_a_keyed_mark_alone(cast, settings):
    row, code = issue(cast)
    with connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(i)::text FROM people_invitation i")
        kept = cursor.fetchone()[0]
    assert code not in kept
    assert code.replace("-", "") not in kept
    settings.SECRET_KEY = "another key " * 5
    assert letters.digest(code) != row.digest


def test_it_reads_a_code_as_a_phone_writes_it(cast):
    row, code = issue(cast)
    for typed in (code.lower(), code.replace("-", ""), code.replace("-", " "), f" {code} "):
        assert Invitation.objects.opened_by(typed) == row


def test_it_reads_full_width_signs(cast):
    row, code = issue(cast)
    wide = "".join(chr(ord(sign) + 0xFEE0) for sign in code)
    assert Invitation.objects.opened_by(wide) == row


# --- who gets one --------------------------------------------------------------------------------


def test_it_goes_to_guardians_with_sight_and_not_to_the_withdrawn_father(cast):
    people = {one.user for one in letters.invitees_of(cast.school_class)}
    assert people == {cast.mother, cast.other_mother}


def test_it_goes_to_nobody_in_contact_restriction_or_with_a_closed_account(cast):
    cast.mother.guardianship = cast.mother.guardianships.get(student=cast.child)
    cast.mother.guardianship.restrict(by=cast.principal, reason="court")
    User.objects.filter(pk=cast.other_mother.pk).update(is_active=False)
    assert letters.invitees_of(cast.school_class) == []


def test_it_goes_to_no_staff_and_to_nobody_with_a_second_step(cast):
    builders.make_guardian(cast.child, user=cast.counselor, relation="relative")
    Authenticator.objects.create(user=cast.other_mother, type="totp", data={"secret": ""})
    assert {one.user for one in letters.invitees_of(cast.school_class)} == {cast.mother}


def test_it_goes_to_a_grown_student_who_gets_an_account_with_it(cast):
    lone = builders.make_student(
        cast.adult.student_row.school_class, "Wu Lan", birth_date="2006-05-05"
    )
    found = letters.invitees_of(lone.school_class)
    own = next(one for one in found if one.student == lone)
    row, code = Invitation.objects.issue(own, by=cast.principal)
    assert Student.objects.get(pk=lone.pk).user == row.user
    assert row.is_for_the_student
    assert Invitation.objects.opened_by(code) == row


def test_it_goes_to_a_guardian_of_a_grown_student_only_by_grant(cast):
    adult = cast.adult.student_row
    builders.make_guardian(adult, "Not Granted")
    guardians = {one.user for one in letters.invitees_of(adult.school_class) if one.tie}
    assert guardians == {cast.parent}


# --- printing ------------------------------------------------------------------------------------


def test_it_prints_one_letter_a_person_in_the_language_of_each(cast, admin):
    page = send(admin, cast.school_class)
    text = page.content.decode()
    assert len(CODE.findall(text)) == 2
    assert 'lang="zh-Hans"' in text
    assert 'lang="es"' in text
    assert cast.father.full_name not in text
    assert "no-store" in page["Cache-Control"]
    assert verbs() == ["issued", "issued"]


def test_it_prints_one_person_alone(cast, admin):
    one = invitee(cast, cast.other_mother)
    page = send(admin, cast.school_class, person=one.key)
    assert len(CODE.findall(page.content.decode())) == 1
    assert Invitation.objects.get().user == cast.other_mother


def test_it_prints_nobody_of_another_class_or_school(cast, admin):
    other = cast.other_child
    tie = builders.make_guardian(other, "Olga’s mother").guardianship
    assert send(admin, cast.school_class, person=tie.pk).status_code == 302
    assert not Invitation.objects.exists()


def test_it_shows_codes_once_even_when_the_form_is_sent_twice(cast, admin):
    key = builders.new_key()
    code = CODE.findall(send(admin, cast.school_class, submission=key).content.decode())[0]
    again = send(admin, cast.school_class, submission=key, which="anew")
    assert again.status_code == 302
    assert Invitation.objects.count() == 2
    page = admin.get(page_of(cast.school_class)).content.decode()
    assert code not in page
    assert "made already" in page


def test_it_prints_those_without_a_letter_and_anew_for_all_when_asked(cast, admin):
    send(admin, cast.school_class)
    assert send(admin, cast.school_class).status_code == 302  # everybody has one
    assert send(admin, cast.school_class, which="anew").status_code == 200
    assert Invitation.objects.open().count() == 2
    assert Invitation.objects.filter(outcome="revoked").count() == 2


def test_it_makes_a_pdf_or_says_what_is_missing(cast, admin, monkeypatch):
    monkeypatch.setattr(pdf, "packages_missing", lambda: ["libpango-1.0-0"])
    page = admin.get(page_of(cast.school_class)).content.decode()
    assert "libpango-1.0-0" in page
    assert "letters/pdf/" not in page
    assert send(admin, cast.school_class, "pdf").status_code == 302
    assert not Invitation.objects.exists()


def test_its_pdf_is_one(cast, admin):
    if pdf.packages_missing():
        pytest.skip(pdf.missing())
    answer = send(admin, cast.school_class, "pdf")
    assert answer["Content-Type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF")
    assert answer.content.count(b"/Type /Page\n") in (0, 2)  # packed or plain


def test_it_issues_nothing_where_the_paper_cannot_be_made(cast, admin, monkeypatch):
    def broken(*args, **kwargs):
        raise RuntimeError("no ink")

    monkeypatch.setattr(pdf, "packages_missing", list)
    monkeypatch.setattr(pdf, "made_of", broken)
    with pytest.raises(RuntimeError):
        send(admin, cast.school_class, "pdf")
    assert not Invitation.objects.exists()


def test_a_pdf_reads_nothing_but_static_files():
    for url in ("http://127.0.0.1/", "file:///etc/passwd", "https://example.org/x.png"):
        with pytest.raises(pdf.NotOurs):
            pdf._static(url)


def test_it_is_written_in_a_language_of_the_school_where_the_person_has_none(cast):
    row, _code = issue(cast)
    row.user.language, row.school.languages = "", ["es"]
    assert language_of(row) == "es"


# --- the list ------------------------------------------------------------------------------------


def test_it_lists_who_has_not_joined_with_the_days_of_letters(cast, admin):
    send(admin, cast.school_class)
    page = admin.get(page_of(cast.school_class)).content.decode()
    assert "letter printed on" in page
    _row, code = issue(cast)
    come_in(Client(), code)
    page = admin.get(page_of(cast.school_class)).content.decode()
    assert "joined, in on" in page


def test_it_counts_by_class(cast, admin):
    come_in(Client(), issue(cast)[1])
    counts = letters.counts_by_class(cast.school)
    assert counts[cast.school_class.pk] == (2, 1)
    assert admin.get(reverse("people:invitation-list", args=[cast.school.pk])).status_code == 200


def test_its_lists_ask_the_same_number_of_questions_for_1_and_20_families(cast, admin):
    urls = [page_of(cast.school_class), reverse("people:invitation-list", args=[cast.school.pk])]

    def asked():
        found = []
        for url in urls:
            with CaptureQueriesContext(connection) as seen:
                admin.get(url)
            found.append(len(seen))
        return found

    issue(cast)
    asked()
    few = asked()
    for _number in range(20):
        builders.make_guardian(builders.make_student(cast.school_class), "Somebody")
        builders.make_class(cast.school, builders.new_key()[:8])
    for one in letters.invitees_of(cast.school_class):
        Invitation.objects.issue(one, by=cast.school_admin)
    assert asked() == few
    assert max(few) <= MOST_QUERIES


# --- the three screens ---------------------------------------------------------------------------


def test_it_lets_a_family_in_by_three_screens(cast):
    _row, code = issue(cast)
    client = Client()
    assert "中文" in client.get(f"/accounts/letter/with/{code}/").content.decode()
    second = client.post("/accounts/letter/", {"language": "es", "code": code}, follow=True)
    assert code in second.content.decode()
    third = client.post("/accounts/letter/code/", {"code": code}, follow=True).content.decode()
    assert cast.child.called in third
    assert cast.school_class.name in third
    assert cast.mother.full_name not in third
    assert client.post("/accounts/letter/child/yes/").status_code == 302
    assert client.get("/me/").status_code == 200
    assert User.objects.get(pk=cast.mother.pk).language == "es"
    assert verbs() == ["issued", "used"]


def test_a_link_that_is_opened_changes_nothing(cast):
    row, code = issue(cast)
    client = Client()
    for url in (f"with/{code}/", "", "code/", "child/"):
        client.get(f"/accounts/letter/{url}")
    assert client.get("/accounts/letter/child/yes/").status_code == 405
    row.refresh_from_db()
    assert row.is_live
    assert verbs() == ["issued"]


def test_no_says_so_to_the_school_and_ends_the_letter(cast, admin):
    _row, code = issue(cast)
    client = Client()
    type_code(client, code)
    client.post("/accounts/letter/child/no/")
    assert verbs() == ["issued", "refused"]
    assert Invitation.objects.opened_by(code) is None
    assert client.get("/me/").status_code == 302
    assert "not my child" in admin.get(page_of(cast.school_class)).content.decode()


def spoilt(cast, how):
    """Return a code that opens nothing, for this reason."""
    row, code = issue(cast)
    tie = cast.mother.guardianships.get(student=cast.child)
    past = timezone.now() - dt.timedelta(days=1)
    {
        "wrong": lambda: None,
        "expired": lambda: Invitation.objects.filter(pk=row.pk).update(
            issued_at=past - dt.timedelta(days=9), expires_at=past
        ),
        "used": lambda: row.use(),
        "revoked": lambda: row.revoke(by=cast.school_admin),
        "refused": lambda: row.refuse(),
        "printed anew": lambda: issue(cast),
        "sight withdrawn": lambda: tie.withdraw(by=cast.principal),
        "restricted": lambda: tie.restrict(by=cast.principal, reason="court"),
        "ended": lambda: tie.end(by=cast.principal),
        "closed account": lambda: User.objects.filter(pk=cast.mother.pk).update(is_active=False),
        "became staff": lambda: cast.mother.memberships.create(school=cast.school, role="leader"),
        "child left": lambda: Student.objects.filter(pk=cast.child.pk).update(status="left"),
    }[how]()
    return "AAAA-AAAA-AAAA" if how == "wrong" else code


REASONS = [
    "wrong", "expired", "used", "revoked", "refused", "printed anew", "sight withdrawn",
    "restricted", "ended", "closed account", "became staff", "child left",
]  # fmt: skip


def body(answer):
    """Return a page without its tokens and what was typed."""
    text = re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", answer.content.decode())
    return re.sub(r'value="[\w-]{12,16}"', "", text)


@pytest.mark.parametrize("how", REASONS)
def test_it_answers_alike_whatever_is_wrong(cast, how):
    code = spoilt(cast, how)
    answer = type_code(Client(), code)
    assert answer.status_code == 422
    assert WORKS_NOT in answer.content.decode()
    assert body(answer) == body(type_code(Client(), "CCCC-CCCC-CCCC"))


@pytest.mark.parametrize("how", ["revoked", "used", "sight withdrawn", "closed account"])
def test_a_letter_that_dies_on_the_way_lets_nobody_in(cast, how, monkeypatch):
    row, code = issue(cast)
    client = Client()
    type_code(client, code)
    monkeypatch.setitem(globals(), "issue", lambda _cast: (row, code))
    spoilt(cast, how)
    assert WORKS_NOT in client.post("/accounts/letter/child/yes/", follow=True).content.decode()
    assert client.get("/me/").status_code == 302


ODD = [
    b"", b" ", b"<script>alert(1)</script>", b"%00", b"%ED%A0%80", "é".encode() * 59, b"A" * 5000,
    b"' OR 1=1 --", b"-", b"%FF%FE",
]  # fmt: skip


@pytest.mark.parametrize("typed", ODD, ids=range(len(ODD)))
def test_it_takes_anything_typed_without_falling(typed):
    form = "application/x-www-form-urlencoded"
    answer = Client().post("/accounts/letter/code/", b"code=" + typed, content_type=form)
    assert answer.status_code == 422
    assert b"<script>alert" not in answer.content


def test_a_scanned_link_with_a_script_shows_none():
    answer = Client().get("/accounts/letter/with/%22%3E%3Cscript%3Ealert(1)%3C%2Fscript%3E/")
    assert b"<script>alert" not in answer.content


def test_of_two_phones_one_comes_in(cast):
    _row, code = issue(cast)
    one, two = Client(), Client()
    type_code(one, code)
    type_code(two, code)
    one.post("/accounts/letter/child/yes/")
    two.post("/accounts/letter/child/yes/")
    assert [client.get("/me/").status_code for client in (one, two)] == [200, 302]
    assert verbs() == ["issued", "used"]


@pytest.mark.django_db(transaction=True)
def test_of_eight_phones_at_the_same_moment_one_comes_in(cast):
    row, _code = issue(cast)

    def use(_number):
        try:
            return Invitation.objects.get(pk=row.pk).use()
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as phones:
        assert sum(phones.map(use, range(8))) == 1


def test_somebody_else_who_is_signed_in_uses_nothing(cast, as_):
    row, code = issue(cast)
    other = as_(cast.other_mother)
    for answer in (
        other.get(f"/accounts/letter/with/{code}/"),
        other.post("/accounts/letter/code/", {"code": code}),
        other.post("/accounts/letter/child/yes/"),
    ):
        assert cast.other_mother.full_name in answer.content.decode()
    row.refresh_from_db()
    assert row.is_live


def test_codes_are_asked_for_sixty_times_a_minute_at_most():
    client = Client()
    answers = [type_code(client, "AAAA-AAAA-AAAA").status_code for _number in range(61)]
    assert answers == [422] * 60 + [429]


# --- coming back ---------------------------------------------------------------------------------


@pytest.fixture
def without_email(cast):
    """The mother without an e-mail, in by her letter."""
    User.objects.filter(pk=cast.mother.pk).update(email=None)
    client = Client()
    answer = come_in(client, issue(cast)[1])
    assert answer.url == "/accounts/letter/email/"
    return client


def test_an_email_counts_when_its_code_was_typed(cast, without_email):
    without_email.post("/accounts/letter/email/", {"email": "New@Example.org"})
    assert User.objects.get(pk=cast.mother.pk).email is None
    digits = re.search(r"(?m)^(\d{6})$", mail.outbox[-1].body)[1]
    without_email.post("/accounts/letter/email/code/", {"code": digits})
    assert User.objects.get(pk=cast.mother.pk).email == "new@example.org"
    assert cast.mother.addresses.get(value="new@example.org").verified_at


def test_an_email_is_not_kept_after_three_wrong_codes(cast, without_email):
    without_email.post("/accounts/letter/email/", {"email": "new@example.org"})
    digits = re.search(r"(?m)^(\d{6})$", mail.outbox[-1].body)[1]
    wrong = "000000" if digits != "000000" else "111111"
    for typed in (wrong, wrong, wrong, digits):
        without_email.post("/accounts/letter/email/code/", {"code": typed})
    assert User.objects.get(pk=cast.mother.pk).email is None


def test_an_email_of_somebody_else_is_not_told_and_never_kept(cast, without_email):
    taken = cast.other_mother.email
    answer = without_email.post("/accounts/letter/email/", {"email": taken}, follow=True)
    assert "is on its way" in answer.content.decode()
    assert mail.outbox == []
    without_email.post("/accounts/letter/email/code/", {"code": ""})
    without_email.post("/accounts/letter/email/code/", {"code": "123456"})
    assert User.objects.get(pk=cast.mother.pk).email is None


def test_it_may_be_left_out_and_a_new_letter_opens_the_account_again(cast, without_email, admin):
    assert without_email.get("/", follow=True).status_code == 200
    page = send(admin, cast.school_class, person=invitee(cast, cast.mother).key)
    client = Client()
    come_in(client, CODE.findall(page.content.decode())[0])
    assert client.get("/me/").status_code == 200


# --- the database --------------------------------------------------------------------------------


def test_the_database_holds_one_open_letter_a_person_and_an_end_with_its_day(cast):
    row, _code = issue(cast)
    with pytest.raises(IntegrityError), transaction.atomic():
        Invitation.objects.create(
            school=row.school, student=row.student, user=row.user, digest="x" * 64,
            issued_by=cast.school_admin, expires_at=row.expires_at,
        )  # fmt: skip
    with pytest.raises(IntegrityError), transaction.atomic():
        Invitation.objects.filter(pk=row.pk).update(outcome="used")


def test_a_lost_letter_is_revoked_by_a_button(cast, admin):
    row, code = issue(cast)
    admin.post(
        reverse("people:invitation-revoke", args=[row.pk]), {"submission": builders.new_key()}
    )
    assert Invitation.objects.opened_by(code) is None
    assert verbs() == ["issued", "revoked"]


def test_staff_who_look_after_children_print_no_letters(cast):
    assert send(sign_in(cast.counselor), cast.school_class).status_code == 403
    assert send(sign_in(cast.other_school_admin), cast.school_class).status_code == 404
