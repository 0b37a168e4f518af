"""Photos of a visit: kept on the family's yes to each one, seen by its home, erased when it wishes."""

import datetime as dt
import threading

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from homeschool.journal.models import Entry
from homeschool.people.models import School
from homeschool.uploads import checked
from tests import builders
from visits.models import Photo, Visit, VisitChild
from visits.models.photo import MOST, Enough, NotNow, who_may_say_yes

from .builders import hold_visit, plan_visit
from .pictures import CANARY, exif, full_of_tricks, halves, opened, paper, picture, upload

GONE, NO, WRONG = 404, 403, 422


@pytest.fixture(scope="module")
def made():
    """A picture that was made anew, once for all tests of the file."""
    return checked(upload(halves(exif=exif())))


@pytest.fixture
def visit(cast):
    """A held and shared visit of the counselor and the adviser, at a school that keeps photos."""
    cast.school.photos = True
    cast.school.save(update_fields=["photos"])
    found = hold_visit(cast)
    return Visit.objects.select_related("school").get(pk=found.pk)


def add(visit, made, by, **more):
    return Photo.objects.add(visit, made, by=by, **{"said_by_name": "Rosa", "how": "spoken"} | more)


@pytest.fixture
def photo(visit, made, cast):
    return add(visit, made, cast.counselor, said_by=cast.mother, words="The reading corner")


def url(name, row):
    return reverse(f"visits:photo-{name}", args=[row.pk])


def sent(cast, **more):
    """Return what the form sends with a photo to which the mother said yes."""
    answers = {"said_by": str(cast.mother.pk), "how": "spoken", "shown": "on", "words": "A drawing"}
    return answers | {"file": upload(halves())} | more


def entries(verb):
    return Entry.objects.filter(verb=verb)


# --- adding ------------------------------------------------------------------------------------------


def test_it_keeps_a_photo_with_the_yes_it_stands_on(cast, visit, as_):
    answer = as_(cast.counselor).post(
        url("add", visit), sent(cast, file=upload(halves(exif=exif(), comment=CANARY.encode())))
    )
    assert answer.status_code == 302
    photo = Photo.objects.get()
    assert (photo.said_by, photo.said_by_name, photo.how, photo.shown) == (
        cast.mother, cast.mother.full_name, "spoken", True,
    )  # fmt: skip
    assert (photo.by, photo.visit, photo.width, photo.height) == (cast.counselor, visit, 48, 64)
    assert CANARY.encode() not in bytes(photo.content) + bytes(photo.small)
    entry = entries("photo.added").get()
    assert (entry.actor, entry.student) == (cast.counselor, cast.child)
    assert entry.data == {"photo": str(photo.pk)}


def test_it_does_not_change_the_held_visit(visit, photo):
    stands = Visit.objects.get(pk=visit.pk)
    assert all(
        getattr(stands, field.attname) == getattr(visit, field.attname)
        for field in Visit._meta.concrete_fields
    )


@pytest.mark.parametrize("missing", ["said_by", "how", "shown", "file"])
def test_it_keeps_nothing_without_a_whole_yes(cast, visit, as_, missing):
    answers = sent(cast)
    del answers[missing]
    answer = as_(cast.counselor).post(url("add", visit), answers)
    assert answer.status_code == WRONG
    assert "choose it once more" in answer.content.decode()
    assert not Photo.objects.exists()
    assert not entries("photo.added").exists()


def test_it_takes_the_yes_of_somebody_without_an_account_by_name(cast, visit, as_):
    client = as_(cast.counselor)
    nameless = client.post(url("add", visit), sent(cast, said_by="other"))
    assert nameless.status_code == WRONG
    client.post(url("add", visit), sent(cast, said_by="other", name="Rosa, the grandmother"))
    photo = Photo.objects.get()
    assert (photo.said_by, photo.said_by_name) == (None, "Rosa, the grandmother")


def test_it_offers_those_of_the_home_that_was_visited(cast, visit):
    another = builders.make_guardian(cast.child, "Another Home")
    builders.make_household(cast.child, guardians=[another])
    assert list(who_may_say_yes(visit)) == [cast.mother]


def test_it_asks_a_grown_student_and_not_its_parent(cast, as_):
    student = cast.adult.student_row
    home = builders.make_household(student, guardians=[cast.parent])
    visit = Visit(school=cast.college, household=home, happened_at=timezone.now())
    by = builders.make_staff(cast.college, "counselor")
    visit.hold(by=by, lines=[VisitChild(student=student)], visitors=[by])
    assert list(who_may_say_yes(visit)) == [cast.adult]


def test_it_keeps_one_photo_of_a_form_that_was_sent_twice(cast, visit, as_):
    key = {"submission": "10000000-0000-4000-8000-000000000001"}
    client = as_(cast.counselor)
    first, second = (client.post(url("add", visit), sent(cast, **key)) for _n in range(2))
    assert first["Location"] == second["Location"]
    assert Photo.objects.count() == 1


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"<svg/>", "no picture that can be kept"),
        (halves()[:300], "cannot be read to its end"),
        (paper(full_of_tricks), "no picture that can be kept"),
    ],
)
def test_it_says_beside_the_field_why_a_file_is_not_kept(cast, visit, as_, content, words):
    answer = as_(cast.counselor).post(url("add", visit), sent(cast, file=upload(content)))
    assert answer.status_code == WRONG
    assert words in answer.content.decode()
    assert not Photo.objects.exists()


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "gpj.\u202eexe.jpg", "x" * 300 + ".jpg", ".jpg"]
)
def test_it_does_not_care_for_the_name_of_a_file(cast, visit, as_, name):
    answer = as_(cast.counselor).post(url("add", visit), sent(cast, file=upload(halves(), name)))
    assert answer.status_code == 302
    assert "passwd" not in Photo.objects.get().file_name


def test_it_takes_six_photos_and_says_so_at_the_seventh(cast, visit, made, as_):
    for _n in range(MOST):
        add(visit, made, cast.counselor)
    with pytest.raises(Enough):
        add(visit, made, cast.counselor)
    answer = as_(cast.counselor).post(url("add", visit), sent(cast))
    assert answer.status_code == WRONG
    assert "6 photos at most" in answer.content.decode()
    Photo.objects.first().erase(by=cast.counselor)
    assert add(visit, made, cast.counselor)


@pytest.mark.django_db(transaction=True)
def test_it_takes_no_seventh_of_two_that_come_at_once(cast, made):
    cast.school.photos = True
    cast.school.save()
    visit = hold_visit(cast)
    for _n in range(MOST - 1):
        add(visit, made, cast.counselor)
    found = []

    def send():
        try:
            found.append(add(visit, made, cast.counselor))
        except Enough:
            found.append(None)
        finally:
            connection.close()

    threads = [threading.Thread(target=send) for _n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(row is not None for row in found) == 1
    assert Photo.objects.count() == MOST


def test_it_is_off_until_a_school_switches_it_on(cast, made, as_):
    assert School().photos is False
    visit = hold_visit(cast)
    with pytest.raises(NotNow):
        add(visit, made, cast.counselor)
    client = as_(cast.counselor)
    assert client.get(url("add", visit)).status_code == 302
    assert "Add a photo" not in client.get(visit.get_absolute_url()).content.decode()


def test_it_is_switched_on_at_the_school_s_settings(cast, as_):
    client = as_(cast.school_admin)
    address = reverse("people:school-settings", args=[cast.school.pk])
    page = client.get(address)
    assert "said yes to this one" in page.content.decode()
    form = page.context["form"]
    values = {name: field.value() for name, field in ((f.name, f) for f in form)}
    answer = client.post(
        address, {k: v for k, v in values.items() if v is not None} | {"photos": "on"}
    )
    assert answer.status_code == 302
    assert School.objects.get(pk=cast.school.pk).photos


def test_it_keeps_what_is_there_when_the_school_switches_it_off(cast, visit, photo, as_):
    School.objects.filter(pk=cast.school.pk).update(photos=False)
    assert as_(cast.mother).get(url("file", photo)).status_code == 200


def test_it_takes_none_of_a_visit_that_did_not_take_place(cast, visit, made, as_):
    planned = plan_visit(cast)
    with pytest.raises(NotNow):
        add(planned, made, cast.counselor)
    assert as_(cast.counselor).get(url("add", planned)).status_code == GONE


# --- who sees it ---------------------------------------------------------------------------------------


def seen_by(photo, person):
    return Photo.objects.visible_to(person).filter(pk=photo.pk).exists()


def test_it_is_seen_by_who_was_there_the_counselor_the_leader_and_the_home(cast, photo):
    seeing = {
        name for name, person in vars(cast).items()
        if getattr(person, "_meta", None) and person._meta.label == "people.User"
        and seen_by(photo, person)
    }  # fmt: skip
    assert seeing == {"counselor", "adviser", "principal", "mother"}


def test_it_is_not_seen_by_another_home_of_the_child(cast, visit, photo, as_):
    another = builders.make_guardian(cast.child, "Another Home")
    assert Visit.objects.visible_to(another).filter(pk=visit.pk).exists()
    assert not seen_by(photo, another)
    client = as_(another)
    assert client.get(url("file", photo)).status_code == GONE
    assert client.get(url("list", visit)).status_code == NO
    page = client.get(reverse("reports:progress", args=[cast.child.pk])).content.decode()
    assert "Photos of this visit" not in page


def test_it_is_not_seen_by_the_home_before_the_summary_is_shared(cast, visit, made):
    unshared = hold_visit(cast, share=False)
    photo = add(unshared, made, cast.counselor)
    assert not seen_by(photo, cast.mother)
    unshared.share(by=cast.counselor)
    assert seen_by(photo, cast.mother)


def test_it_is_not_seen_by_a_class_teacher_who_did_not_go(cast, visit, made, as_):
    visit = hold_visit(cast, colleagues=[], mode="video")
    photo = add(visit, made, cast.counselor)
    client = as_(cast.adviser)
    assert client.get(visit.get_absolute_url()).status_code == 200
    assert client.get(url("list", visit)).status_code == NO
    assert client.get(url("small", photo)).status_code == GONE


def test_it_follows_a_visit_into_confidence(cast, visit, made):
    confided = hold_visit(cast, share=False, colleagues=[], mode="video")
    photo = add(confided, made, cast.counselor)
    role = cast.principal.membership
    role.division = cast.school_class.division
    role.save(update_fields=["division"])
    assert seen_by(photo, cast.principal)
    confided.keep_in_confidence(by=cast.counselor)
    # the leader of the division does not read what was said in confidence
    assert not seen_by(photo, cast.principal)
    assert seen_by(photo, cast.counselor)
    assert not seen_by(photo, cast.mother)


def test_it_is_added_only_by_who_made_the_visit(cast, visit, as_):
    assert as_(cast.principal).get(url("add", visit)).status_code == NO
    assert as_(cast.mother).get(url("add", visit)).status_code == NO
    assert as_(cast.other_mother).get(url("add", visit)).status_code == GONE
    assert as_(cast.adviser).get(url("add", visit)).status_code == 200


def test_it_leads_the_family_from_its_page_to_the_photos(cast, visit, photo, as_):
    client = as_(cast.mother)
    page = client.get(reverse("reports:progress", args=[cast.child.pk])).content.decode()
    assert url("list", visit) in page
    listed = client.get(url("list", visit)).content.decode()
    assert url("small", photo) in listed
    assert "The reading corner" in listed
    assert "The reading corner" not in page


def test_it_stands_on_the_staff_s_page_of_the_visit(cast, visit, photo, as_):
    page = as_(cast.counselor).get(visit.get_absolute_url()).content.decode()
    assert url("small", photo) in page
    assert url("add", visit) in page


def test_it_leaves_the_bytes_in_the_database_until_they_are_wanted(
    cast, visit, photo, as_, django_assert_num_queries
):
    def asked():
        with connection.execute_wrapper(keep):
            statements.clear()
            assert as_(cast.counselor).get(url("list", visit)).status_code == 200
        return len(statements)

    statements = []

    def keep(execute, sql, params, many, context):
        statements.append(sql)
        return execute(sql, params, many, context)

    one = asked()
    assert not [sql for sql in statements if '"visits_photo"."content",' in sql]
    assert not [sql for sql in statements if '"visits_photo"."small",' in sql]
    for _n in range(MOST - 1):
        Photo.objects.add(
            visit, checked_again(photo), by=cast.counselor, said_by_name="Rosa", how="spoken"
        )
    assert asked() == one


def checked_again(photo):
    from homeschool.uploads import Checked

    row = Photo.objects.defer(None).get(pk=photo.pk)
    return Checked("jpeg", bytes(row.content), bytes(row.small), row.width, row.height)


# --- giving it out ----------------------------------------------------------------------------------------


def test_it_shows_a_photo_so_that_nothing_else_can_be_done_with_it(cast, photo, as_):
    answer = as_(cast.mother).get(url("file", photo))
    assert answer["Content-Type"] == "image/jpeg"
    assert answer["Content-Disposition"].startswith('inline; filename="photo-')
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert (
        answer["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'; sandbox"
    )
    assert answer["Cache-Control"] == "private, no-store"
    assert opened(answer.content).size == (48, 64)
    saved = as_(cast.mother).get(url("file", photo) + "?download")
    assert saved["Content-Disposition"].startswith("attachment")


def test_it_gives_a_small_one_for_a_page(cast, visit, as_):
    made = checked(upload(picture(size=(900, 600))))
    photo = add(visit, made, cast.counselor)
    answer = as_(cast.mother).get(url("small", photo))
    assert opened(answer.content).size == (480, 320)


def test_it_writes_down_who_of_staff_looked_and_who_saved(cast, visit, photo, as_):
    client = as_(cast.principal)
    client.get(url("file", photo))
    client.get(url("file", photo) + "?download")
    looked, saved = entries("photo.viewed").get(), entries("photo.saved").get()
    assert (looked.kind, looked.actor, looked.student) == ("viewed", cast.principal, cast.child)
    assert saved.data == {"photo": str(photo.pk)}


def test_it_writes_down_once_an_hour_that_a_small_one_was_seen(cast, photo, as_):
    client = as_(cast.counselor)
    client.get(url("small", photo))
    client.get(url("small", photo))
    assert entries("photo.viewed").count() == 1


def test_it_tells_no_other_home_that_a_family_looked_at_its_photo(cast, photo, as_):
    as_(cast.mother).get(url("file", photo))
    entry = entries("photo.viewed").get()
    assert (entry.actor, entry.student) == (cast.mother, None)


# --- taking the yes back ------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["mother", "counselor", "adviser", "principal"])
def test_it_is_erased_at_once_when_the_yes_is_taken_back(cast, visit, photo, as_, who):
    person = getattr(cast, who)
    as_(person).post(url("erase", photo))
    row = Photo.objects.defer(None).get(pk=photo.pk)
    assert (row.content, row.small, row.sha256, row.size, row.words) == (None, None, "", 0, "")
    assert (row.erased_by, row.by, row.said_by_name) == (
        person, cast.counselor, cast.mother.full_name,
    )  # fmt: skip
    entry = entries("photo.erased").get()
    assert (entry.actor, entry.student) == (person, cast.child)
    client = as_(cast.counselor)
    assert client.get(url("file", photo)).status_code == GONE
    assert client.get(url("small", photo)).status_code == GONE
    assert "erased a photo" in client.get(url("list", visit)).content.decode()
    assert "erased a photo" not in as_(cast.mother).get(url("list", visit)).content.decode()


def test_it_is_erased_once(cast, photo):
    photo.erase(by=cast.mother)
    photo.erase(by=cast.counselor)
    assert Photo.objects.get().erased_by == cast.mother
    assert entries("photo.erased").count() == 1


def test_it_is_not_erased_by_who_does_not_see_it(cast, photo, as_):
    for person in (cast.father, cast.other_mother, cast.school_admin, cast.other_teacher):
        assert as_(person).post(url("erase", photo)).status_code == GONE
    assert not Photo.objects.get().is_erased


def test_it_leaves_no_copy_of_an_erased_photo_in_the_database(cast, photo):
    """No table of history keeps what is gone."""
    mark = bytes(Photo.objects.defer(None).get().content)[-40:]
    photo.erase(by=cast.mother)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, column_name FROM information_schema.columns"
            " WHERE table_schema = 'public' AND data_type = 'bytea'"
        )
        for table, column in cursor.fetchall():
            holds = f'SELECT count(*) FROM "{table}" WHERE position(%s in "{column}") > 0'  # noqa: S608
            cursor.execute(holds, [mark])
            assert cursor.fetchone() == (0,), table


# --- what the database refuses --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "values",
    [
        {"shown": False},
        {"said_by_name": ""},
        {"content": None},
        {"small": None},
        {"sha256": ""},
        {"erased_at": dt.datetime(2026, 10, 1, tzinfo=dt.UTC)},
    ],
    ids=str,
)
def test_it_refuses_a_photo_without_its_yes_or_half_erased(photo, values):
    with pytest.raises(IntegrityError), transaction.atomic():
        Photo.objects.filter(pk=photo.pk).update(**values)
