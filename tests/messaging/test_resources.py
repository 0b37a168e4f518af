"""What parents may use: read, searched, taken along, kept right."""

import datetime as dt
import io
import uuid

import pytest
from django.core.files.base import ContentFile
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from homeschool.uploads import PDF, Checked
from messaging.models import Resource, ResourceRead, ResourceWords
from messaging.reading.news import reads
from tests.cast import sign_in

from .shelf import copies, make_resource
from .test_thread_pages import speak

pytestmark = pytest.mark.django_db
LIST = "/for-parents/"
PAPER = Checked(PDF, b"%PDF-1.7 a paper")


def read(user, path=LIST, **query):
    return sign_in(user).get(path, query)


def text_of(response):
    return response.content.decode()


def lines(response):
    return [line for topic in response.context["topics"] for line in topic["lines"]]


# --- who reads, and what ----------------------------------------------------------------------------
def test_families_of_the_audience_find_it_under_its_topic(cast):
    row = make_resource(cast, cast.school_class)
    assert [topic["name"] for topic in read(cast.mother).context["topics"]] == ["learning"]
    assert Resource.objects.visible_to(cast.mother).get() == row
    for person in (cast.father, cast.adult, cast.other_school_admin, cast.volunteer):
        assert not Resource.objects.visible_to(person).exists()


def test_a_draft_is_read_by_who_keeps_it(cast):
    row = make_resource(cast, by=cast.counselor, published=False)
    for person, found in ((cast.mother, 404), (cast.adviser, 404), (cast.counselor, 200)):
        assert read(person, row.get_absolute_url()).status_code == found


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("quiet", 1),
        ("QUIET", 1),
        ("Tarea", 1),
        ("%", 0),
        ("' or 1=1", 0),
        ("x" * 5000, 1),
        ("\0", 1),
    ],
)
def test_it_is_found_by_its_words_in_any_language(cast, words, found):
    make_resource(cast, words={"en": "Homework", "es": "Tarea"})
    make_resource(cast, published=False, words={"en": "quiet draft"})
    response = read(cast.mother, q=words)
    assert response.status_code == 200
    assert len(lines(response)) == found


def test_search_stays_within_sight(cast):
    make_resource(cast, cast.other_class, words={"en": "Only the others"})
    assert not lines(read(cast.other_mother, q="others"))


def test_its_mark_changes_with_topic_kind_and_who_answers_for_it(cast):
    row = make_resource(cast, published=False)
    marks = [row.mark()]
    changes = {"topic": "rules", "kind": "policy", "responsible": cast.adviser}
    for name, value in changes.items():
        row.change(by=cast.principal, **{name: value})
        row.refresh_from_db()
        marks.append(Resource.objects.get(pk=row.pk).mark())
    assert len(set(marks)) == 4


# --- new, changed, counted ----------------------------------------------------------------------------
def test_it_is_new_then_read_then_changed(cast):
    speak(cast.mother, "en")
    row = make_resource(cast)
    see = lambda: lines(read(cast.mother))[0].news  # noqa: E731
    assert see() == "new"
    read(cast.mother, row.get_absolute_url())
    assert see() == ""
    row.put_words("en", "Homework at home", "A slip of the pen.", by=cast.principal, new=False)
    assert see() == ""
    row.put_words("en", "Homework at home", "Other hours.", by=cast.principal)
    assert see() == "changed"
    assert "This has changed since you read it" in text_of(
        read(cast.mother, row.get_absolute_url())
    )
    assert see() == ""


def test_readers_and_files_taken_along_are_counted_once_and_without_names(cast):
    row = make_resource(cast, file=PAPER)
    file = reverse("messaging:resource-file", args=[row.words.get().pk])
    for person in (cast.mother, cast.other_mother, cast.adviser, cast.principal):
        read(person, row.get_absolute_url())
    for _twice in range(2):
        read(cast.mother, file)
    read(cast.principal, file)
    page = text_of(read(cast.principal, row.desk_url()))
    assert "2 people of 2 have read it" in page
    assert "1 took a file along" in page
    assert cast.mother.full_name not in page
    assert "taken along by 1" in text_of(read(cast.principal, "/for-parents/desk/"))
    counted = reads(cast.school, cast.term)["resources"]
    assert (counted["readers"], counted["saved"], counted["published"]) == (2, 1, 1)


# --- files ----------------------------------------------------------------------------------------------
def test_a_file_is_saved_and_never_shown(cast):
    row = make_resource(cast, file=PAPER)
    path = reverse("messaging:resource-file", args=[row.words.get().pk])
    given = read(cast.mother, path)
    assert given.content == PAPER.content
    assert given["Content-Disposition"].startswith('attachment; filename="for-parents-')
    assert given["X-Content-Type-Options"] == "nosniff"
    assert read(cast.father, path).status_code == 404
    row.withdraw(by=cast.principal)
    assert read(cast.mother, path).status_code == 404
    assert read(cast.principal, path).status_code == 200


def a_picture():
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "#1F6F66").save(out, "PNG")
    return ContentFile(out.getvalue(), "form.png")


def posted(cast, **more):
    return {
        "title": "The trip form", "text": "Sign it.", "language": "en", "topic": "forms",
        "kind": "paper", "audience": f"school:{cast.school.pk}", "responsible": cast.principal.pk,
        "again_on": "2031-01-01", "submission": str(uuid.uuid4()),
    } | more  # fmt: skip


def write(cast, **more):
    return sign_in(cast.principal).post("/for-parents/new/", posted(cast, **more))


def test_it_is_written_once_with_its_file(cast):
    key = str(uuid.uuid4())
    for _twice in range(2):
        assert write(cast, text="", file=a_picture(), submission=key).status_code == 302
    words = ResourceWords.objects.get()
    assert words.has_file
    assert words.kind == "jpeg"
    assert Resource.objects.get().responsible == cast.principal


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"text": ""}, "Please write a text, or choose a file."),
        ({"title": "\u200b"}, "Nothing of this can be seen"),
        ({"text": "x" * 1_000_000}, "at most 20000"),
        ({"again_on": "2001-01-01"}, "Please choose a day to come."),
        ({"responsible": uuid.uuid4()}, "Select a valid choice"),
        ({"file": ContentFile(b"MZ...", "form.pdf")}, "This file cannot be kept"),
        ({"file": ContentFile(b"", "form.pdf")}, "This file is empty"),
        ({"audience": "school:x"}, "Select a valid choice"),
    ],
)
def test_it_says_what_is_wrong_and_loses_nothing(cast, more, said):
    answer = write(cast, **more)
    assert answer.status_code == 422
    assert said in text_of(answer)
    assert "The trip form" in text_of(answer) or "title" in more
    assert not Resource.objects.exists()


def test_a_parent_never_answers_for_it(cast):
    assert write(cast, responsible=cast.mother.pk).status_code == 422
    assert write(cast, responsible=cast.other_school_admin.pk).status_code == 422


def test_a_language_version_is_changed_and_its_file_taken_away(cast):
    row = make_resource(cast, file=PAPER)
    path = reverse("messaging:resource-words", args=[row.pk, "en"])
    sent = {"title": "Homework", "text": "", "drop_file": "on", "submission": str(uuid.uuid4())}
    assert sign_in(cast.principal).post(path, sent).status_code == 422
    sent |= {"text": "New hours.", "submission": str(uuid.uuid4())}
    assert sign_in(cast.principal).post(path, sent).status_code == 302
    words = row.words.get()
    assert (words.text, words.has_file, words.kind) == ("New hours.", False, "")
    assert words.content is None


def test_of_two_who_write_a_version_at_once_the_second_is_shown_both(cast):
    row = make_resource(cast)
    path = reverse("messaging:resource-words", args=[row.pk, "en"])
    opened = read(cast.principal, path).context["form"].initial["opened"]
    row.put_words("en", "Homework", "Colleague's hours.", by=cast.counselor)
    sent = {"title": "Homework", "text": "My hours.", "opened": opened}
    answer = sign_in(cast.principal).post(path, sent)
    assert answer.status_code == 422
    assert "Colleague&#x27;s hours." in text_of(answer)
    assert "My hours." in text_of(answer)
    sent["opened"] = answer.context["form"]["opened"].value()
    assert sign_in(cast.principal).post(path, sent).status_code == 302
    assert row.words.get().text == "My hours."


def test_a_new_language_may_be_a_file_alone(cast):
    row = make_resource(cast)
    path = reverse("messaging:resource-words", args=[row.pk, "zh-hans"])
    sent = {"title": "表格", "file": a_picture(), "submission": str(uuid.uuid4())}
    assert sign_in(cast.principal).post(path, sent).status_code == 302
    page = text_of(read(cast.mother, row.get_absolute_url()))
    assert '<h1 lang="zh-Hans" dir="auto">表格' in page
    assert "Homework at home" in text_of(read(cast.mother, row.get_absolute_url(), **{"in": "en"}))


def test_the_database_refuses_what_says_nothing(cast):
    row = make_resource(cast)
    with pytest.raises(IntegrityError), transaction.atomic():
        ResourceWords.objects.create(resource=row, language="es", title="Nada", by=cast.principal)


# --- kept right -----------------------------------------------------------------------------------------
def test_what_is_to_be_looked_at_again_comes_back(cast):
    row = make_resource(cast, look_again_on=dt.date(2020, 1, 1))
    late = read(cast.principal, "/for-parents/desk/", state="late")
    assert [one["row"] for one in late.context["rows"]] == [row]
    assert "to be looked at since" in text_of(late)
    path = reverse("messaging:resource-again", args=[row.pk])
    sent = {"again_on": "2031-01-01", "submission": str(uuid.uuid4())}
    assert sign_in(cast.principal).post(path, sent | {"again_on": "x"}).status_code == 422
    assert sign_in(cast.principal).post(path, sent).status_code == 302
    assert not Resource.objects.overdue(timezone.localdate()).exists()
    assert "looked at it, and it is still right" in text_of(read(cast.principal, row.desk_url()))


def test_who_proposed_it_does_not_change_what_families_read(cast):
    row = make_resource(cast, by=cast.counselor, published=False)
    row.propose(by=cast.counselor)
    row.publish(by=cast.principal)
    assert read(cast.counselor, row.desk_url()).status_code == 200
    path = reverse("messaging:resource-words", args=[row.pk, "en"])
    assert read(cast.counselor, path).status_code == 403
    withdraw = reverse("messaging:resource-withdraw", args=[row.pk])
    assert sign_in(cast.counselor).post(withdraw).status_code == 403


def test_it_can_be_printed(cast):
    speak(cast.mother, "en")
    row = make_resource(cast)
    page = text_of(read(cast.mother, reverse("messaging:resource-print", args=[row.pk])))
    assert "A quiet place helps." in page
    assert "Ruth Adler answers for it." in page


@pytest.mark.parametrize(
    ("who", "path"), [("mother", LIST), ("principal", LIST), ("principal", f"{LIST}desk/")]
)
def test_a_list_costs_the_same_at_one_and_at_twenty(cast, who, path):
    client, counts = sign_in(getattr(cast, who)), []
    row = make_resource(cast, cast.school_class)
    for _more in range(2):
        client.get(path)
        with CaptureQueriesContext(connection) as seen:
            client.get(path)
        counts.append(len(seen))
        copies(row, 19)
    assert counts[0] == counts[1] <= 12


def test_reads_are_kept_once_for_a_person(cast):
    row = make_resource(cast)
    ResourceRead.mark(row, cast.mother, "en", saved=True)
    ResourceRead.mark(row, cast.mother, "es")
    kept = ResourceRead.objects.get()
    assert kept.saved_at
    assert kept.language == "es"
    assert kept.first_at < kept.last_at
