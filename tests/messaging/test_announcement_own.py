"""Announcements as families read, answer and sign them."""

import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from homeschool.journal import channels, kinds
from homeschool.journal.models import Receipt
from homeschool.people import sight
from messaging.models import Announcement, Signature
from messaging.views.announcement_own import A_PAGE
from tests import builders
from tests.cast import CaptureQueriesContext, connection

from .announced import announce, letter_of, receipt_of, send

pytestmark = pytest.mark.django_db


def url(name, *args):
    return reverse(f"messaging:{name}", args=args)


def link(announcement, person):
    return channels.letter_token(receipt_of(announcement, person))


# --- whom it reaches --------------------------------------------------------------------------------


def told(announcement):
    rows = Receipt.objects.filter(notice__about_id=str(announcement.pk))
    return {receipt.person for receipt in rows}


def test_both_homes_are_told_and_nobody_whose_right_was_withdrawn(cast):
    father = builders.make_guardian(cast.child, "Lin Bo", relation="father")
    builders.make_household(cast.child, guardians=[father])
    row = send(announce(cast))
    assert told(row) == {cast.mother, father, cast.other_mother}


def test_who_loses_the_right_reads_it_no_more(cast, as_):
    row = send(announce(cast))
    token, client = link(row, cast.mother), as_(cast.mother)
    page, letter = url("announcement-own", row.pk), reverse("journal:letter", args=[token])
    assert client.get(page).status_code == Client().get(letter).status_code == 200
    cast.child.guardianships.get(guardian=cast.mother).withdraw(by=cast.principal)
    assert client.get(page).status_code == 404
    assert Client().get(letter).status_code == 410
    assert not client.get(url("announcement-list")).context["page"].object_list


def test_a_child_in_another_class_and_a_writer_who_left_change_nothing_for_who_was_told(cast, as_):
    row = send(announce(cast))
    cast.child.move(cast.other_class, by=cast.school_admin)
    cast.adviser.membership.end(by=cast.school_admin)
    assert as_(cast.mother).get(url("announcement-own", row.pk)).status_code == 200
    letter = reverse("journal:letter", args=[link(row, cast.mother)])
    assert Client().get(letter).status_code == 200


def test_a_grown_student_is_told_and_a_parent_by_its_grant_alone(cast):
    grown, parent = cast.adult.student_row, cast.parent
    leader = builders.make_staff(grown.school, sight.LEADER)

    def write():
        words = {"language": "en", "title": "Exam", "text": "On Monday."}
        key = str(grown.school_class_id)
        begin = Announcement.objects.begin
        return send(begin(grown.school, "class", key, by=leader, words=words))

    assert told(write()) == {cast.adult}
    grown.grants.create(guardian=parent, item="messages")
    assert told(write()) == {cast.adult, parent}


# --- reading ----------------------------------------------------------------------------------------


def test_it_stands_in_the_own_language_with_the_others_beside(cast, as_):
    row = send(announce(cast, words=["en", "es", "zh-hans"]))
    page = as_(cast.mother).get(url("announcement-own", row.pk)).content.decode()
    assert page.index("我们去博物馆。") < page.index("We go to the museum.")
    assert "Vamos al museo." in page
    other = send(announce(cast, words=["es", "en"]))
    assert "Vamos al museo." in letter_of(other, cast.mother).body


def test_it_says_why_each_got_it(cast, as_):
    builders.make_guardian(cast.classmate, user=cast.mother)
    row = send(announce(cast))
    cast.mother.language = "en"
    cast.mother.save(update_fields=["language"])
    page = as_(cast.mother).get(url("announcement-own", row.pk)).content.decode()
    assert "You get this because you look after" in page
    for child in (cast.child, cast.classmate):
        assert f"{child.called} ({cast.school_class.name})" in page
    assert cast.sibling.called not in page


def test_opening_is_reading_where_somebody_signed_in(cast, as_):
    row = send(announce(cast))
    client, page = as_(cast.mother), url("announcement-own", row.pk)
    assert client.head(page).status_code == 200
    assert receipt_of(row, cast.mother).read_at is None
    for ahead in ("prefetch", "prefetch;prerender"):
        assert client.get(page, headers={"Sec-Purpose": ahead}).status_code == 200
    assert receipt_of(row, cast.mother).read_at is None
    client.get(page)
    first = receipt_of(row, cast.mother).read_at
    client.get(page)
    assert first == receipt_of(row, cast.mother).read_at
    assert receipt_of(row, cast.other_mother).read_at is None


def test_a_link_opened_by_a_scanner_is_nothing_read(cast):
    row = send(announce(cast))
    token = link(row, cast.mother)
    assert Client().get(reverse("journal:letter", args=[token])).status_code == 200
    assert receipt_of(row, cast.mother).read_at is None
    Client().post(reverse("journal:letter-confirm", args=[token]))
    assert receipt_of(row, cast.mother).read_at


def test_the_list_puts_what_is_asked_first(cast, as_):
    asked = send(announce(cast, level="tap"))
    old = send(announce(cast))
    client = as_(cast.mother)
    client.get(url("announcement-own", old.pk))
    rows = client.get(url("announcement-list")).context["page"].object_list
    assert [row.announcement for row in rows] == [asked, old]
    client.post(url("announcement-own-confirm", asked.pk))
    assert receipt_of(asked, cast.mother).acknowledged_at
    assert as_(cast.adviser).get(url("announcement-own-list")).status_code == 200


def test_what_is_asked_stands_first_on_the_first_page(cast, as_):
    asked, unread = send(announce(cast, level="sign")), send(announce(cast))
    for _n in range(A_PAGE):
        receipt_of(send(announce(cast)), cast.mother).read()
    receipt_of(asked, cast.mother).read()
    first = as_(cast.mother).get(url("announcement-list")).context["page"].object_list
    assert [row.announcement for row in first[:2]] == [unread, asked]
    assert [row.waits for row in first] == [True, True] + [False] * (A_PAGE - 2)


def test_the_list_costs_as_much_for_many(cast, as_):
    client = as_(cast.mother)

    def queries():
        with CaptureQueriesContext(connection) as captured:
            client.get(url("announcement-list"))
        return len(captured)

    send(announce(cast))
    queries()
    one = queries()
    for _n in range(19):
        send(announce(cast))
    assert queries() <= one
    row = Announcement.objects.first()
    with CaptureQueriesContext(connection) as captured:
        client.get(url("announcement-own", row.pk))
    assert len(captured) <= 16


# --- the letter -------------------------------------------------------------------------------------


def test_a_letter_asks_by_the_level_and_says_no_topic(cast):
    said = {}
    for level in ("read", "tap", "sign"):
        row = send(announce(cast, level=level, answer_by=timezone.now() + dt.timedelta(days=3)))
        notice = receipt_of(row, cast.other_mother).notice
        letter = letter_of(row, cast.other_mother)
        said[level] = notice.urgency, kinds.get(notice.kind).asks_of(notice)
        for word in ("Excursión", "Ruiz", "museo"):
            assert word not in letter.subject
        assert "Vamos al museo." in letter.body
        assert str(row.pk) not in letter.body
    assert said == {
        "read": ("routine", "read"), "tap": ("direct", "tap"), "sign": ("direct", "sign"),
    }  # fmt: skip


def test_the_page_of_a_letter_reads_its_words_aloud_once(cast):
    token = link(send(announce(cast)), cast.mother)
    page = Client().get(reverse("journal:letter", args=[token])).content.decode()
    assert page.count("data-read-aloud=") == 1


# --- signing ----------------------------------------------------------------------------------------


def test_a_signature_from_the_composer_to_the_words_that_were_signed(cast, as_):
    writer = as_(cast.adviser)
    form = {
        "submission": builders.new_key(), "audience": f"class:{cast.school_class.pk}",
        "title": "Museum", "text": "May your child come along?", "language": "en", "level": "sign",
    }  # fmt: skip
    writer.post(url("announcement-new"), form)
    row = Announcement.objects.get()
    words = {"title": "Museo", "text": "¿Puede venir su hijo?", "version": row.version}
    writer.post(url("announcement-words", row.pk, "es"), words)
    row.refresh_from_db()
    form = {"submission": builders.new_key(), "when": "now", "version": row.version}
    assert writer.post(url("announcement-send", row.pk), form).status_code == 302
    from .announced import tell

    tell(row)
    assert "¿Puede venir su hijo?" in letter_of(row, cast.other_mother).body
    stranger, token = Client(), link(row, cast.other_mother)
    letter, sign = (
        reverse("journal:letter", args=[token]),
        url("announcement-sign-by-letter", token),
    )
    page = stranger.get(letter).content.decode()
    assert sign in page
    # a tap is no signature, and another's name is none
    stranger.post(reverse("journal:letter-confirm", args=[token]))
    for wrong in ("", "Somebody Else", "Carmen\0Ruiz", "\u202e" + cast.other_mother.full_name):
        answer = stranger.post(sign, {"name": wrong})
        assert answer.status_code == 422
        assert wrong.replace("\0", "\ufffd") in answer.content.decode()
    assert not Signature.objects.exists()
    assert receipt_of(row, cast.other_mother).acknowledged_at is None
    assert stranger.get(sign).status_code == 405
    spanish = row.wordings.get(language="es")
    typed = {"name": f" {cast.other_mother.full_name.upper()}  ", "wording": spanish.pk}
    for _again in range(2):
        answer = stranger.post(sign, typed)
        assert (answer.status_code, answer["Location"]) == (302, letter)
    signature = Signature.objects.get()
    assert (signature.wording, signature.digest) == (spanish, spanish.digest)
    assert signature.way == "letter"
    receipt = receipt_of(row, cast.other_mother)
    assert receipt.signed == cast.other_mother.full_name.upper()
    assert receipt.acknowledged_at
    assert "id_name" not in stranger.get(letter).content.decode()


def test_it_is_signed_by_who_signed_in(cast, as_):
    row = send(announce(cast, level="sign"))
    client, sign = as_(cast.mother), url("announcement-own-sign", row.pk)
    client.post(url("announcement-own-confirm", row.pk))
    answer = client.post(sign, {"name": cast.other_mother.full_name})
    assert answer.status_code == 422
    assert cast.other_mother.full_name in answer.content.decode()
    other = Announcement.objects.get(pk=send(announce(cast)).pk).first_words()
    assert client.post(
        sign, {"name": cast.mother.full_name, "wording": other.pk}
    ).status_code == 302  # fmt: skip
    signature = Signature.objects.get()
    assert (signature.wording, signature.way) == (row.first_words(), "portal")
    page = client.get(url("announcement-own", row.pk)).content.decode()
    assert cast.mother.full_name in page


def test_a_wrong_name_is_said_above_a_long_text_and_beside_the_field(cast, as_):
    row = send(announce(cast, level="sign"))
    token = link(row, cast.mother)
    own = url("announcement-own-sign", row.pk)
    by_letter = url("announcement-sign-by-letter", token)
    first = as_(cast.mother).get(url("announcement-own", row.pk)).content.decode()
    letter = Client().get(reverse("journal:letter", args=[token])).content.decode()
    for client, sign, before in ((as_(cast.mother), own, first), (Client(), by_letter, letter)):
        assert "data-error-summary" not in before
        page = client.post(sign, {"name": "x"}).content.decode()
        assert f'action="{sign}#sign"' in page
        assert page.index("data-error-summary") < page.index('href="#id_name"')
        assert page.index('href="#id_name"') < page.index('id="words"')


@pytest.mark.parametrize(
    ("known", "typed"),
    [
        ("Jos\u00e9 Ruiz", "Jose\u0301 Ruiz"), ("Jose\u0301 Ruiz", "JOS\u00c9 RUIZ"),
        ("Jo Ruiz", f"Jo{' ' * 300}Ruiz"),
    ],
)  # fmt: skip
def test_a_name_is_the_same_however_it_is_typed(cast, as_, known, typed):
    parent = builders.make_guardian(cast.child, known, relation="other")
    row = send(announce(cast, level="sign"))
    sign = url("announcement-own-sign", row.pk)
    assert as_(parent).post(sign, {"name": typed}).status_code == 302
    assert Signature.objects.get().name == " ".join(typed.split())


def test_a_link_opens_nothing_that_it_is_not_for(cast):
    signed, read = send(announce(cast, level="sign")), send(announce(cast))
    name = {"name": cast.mother.full_name}
    assert Client().post(url("announcement-sign-by-letter", "1.forged"), name).status_code == 404
    token = link(read, cast.mother)
    assert Client().post(url("announcement-sign-by-letter", token), name).status_code == 404
    token = link(signed, cast.mother)
    cast.child.guardianships.get(guardian=cast.mother).withdraw(by=cast.principal)
    assert Client().post(url("announcement-sign-by-letter", token), name).status_code == 410
    assert not Signature.objects.exists()


def test_names_that_turn_lines_around_stand_alone(cast, as_):
    trick = "Mary \u202eevil\u200b"
    parent = builders.make_guardian(cast.child, trick, relation="other", language="en")
    row = send(announce(cast, level="sign"))
    page = as_(parent).get(url("announcement-own", row.pk)).content.decode()
    assert f"<bdi>{trick}</bdi>" in page
    assert (
        as_(parent).post(url("announcement-own-sign", row.pk), {"name": trick}).status_code == 302
    )
