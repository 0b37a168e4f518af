"""News of the school: who reads them, how they are published, and stories that stand among them."""

import datetime as dt
import io
import uuid

import pytest
from django.core.files.base import ContentFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from homeschool.journal.models import Entry
from homeschool.people import sight
from homeschool.people.actions import merging
from homeschool.people.models import Student, User
from messaging.models import News, NewsPicture, NewsRead, SavedList
from messaging.models.published import NobodyThere, NotNow, NoWords
from messaging.reading.news import A_PAGE, reads
from messaging.reading.shelf import blocks
from tests import builders
from tests.cast import sign_in
from tests.visits.campaigns import make_campaign
from visits.models import Story

from .shelf import copies, make_news, whom

pytestmark = pytest.mark.django_db
LIST = "/news/"


def read(user, path=LIST, **query):
    return sign_in(user).get(path, query)


def text_of(response):
    return response.content.decode()


# --- who reads ----------------------------------------------------------------------------------------
def test_it_is_read_by_the_families_of_its_audience(cast):
    row = make_news(cast, cast.school_class)
    seen = News.objects.visible_to
    for person in (
        cast.mother,
        cast.other_mother,
        cast.adviser,
        cast.other_teacher,
        cast.principal,
    ):
        assert seen(person).get() == row
    lone = builders.make_guardian(builders.make_student(cast.other_class), "Parent elsewhere")
    for person in (lone, cast.father, cast.adult, cast.other_school_admin, cast.volunteer):
        assert not seen(person).exists()


def test_a_child_that_leaves_the_class_takes_the_sight_along(cast):
    make_news(cast, cast.school_class)
    Student.objects.filter(pk=cast.classmate.pk).update(school_class=cast.other_class)
    assert not News.objects.visible_to(cast.other_mother).exists()


def test_staff_reads_nothing_that_is_for_a_list_it_does_not_know(cast):
    row = make_news(cast)
    News.objects.filter(pk=row.pk).update(audience="saved_list", key=str(uuid.uuid4()))
    assert not News.objects.visible_to(cast.adviser).exists()
    assert News.objects.visible_to(cast.principal).exists()


def test_a_guardian_of_a_grown_student_reads_what_was_granted(cast):
    student = cast.adult.student_row
    leader = builders.make_staff(cast.college, sight.LEADER)
    row = make_news(cast, cast.college, by=leader)
    told = set(row.people().values_list("user", flat=True))
    assert told == {cast.adult.pk}
    assert News.objects.visible_to(cast.adult).get() == row
    assert not News.objects.visible_to(cast.parent).exists()
    student.grants.create(guardian=cast.parent, item="messages")
    assert News.objects.visible_to(cast.parent).get() == row


@pytest.mark.parametrize("days", [(1, None), (-3, -1)])
def test_it_stands_on_its_days_alone(cast, days):
    row = make_news(cast)
    since, until = (day and timezone.now() + dt.timedelta(days=day) for day in days)
    News.objects.filter(pk=row.pk).update(since=since, until=until)
    assert not News.objects.visible_to(cast.mother).exists()
    assert "The garden" not in text_of(read(cast.principal))


def test_ending_a_list_takes_nothing_away_that_families_read(cast):
    row = SavedList.objects.begin(cast.school, "Choir", by=cast.principal)
    row.add(Student.objects.filter(pk=cast.child.pk), by=cast.principal)
    news, draft = make_news(cast), make_news(cast, published=False)
    of_list = {"audience": "saved_list", "key": str(row.pk)}
    News.objects.update(**of_list)
    row.end(by=cast.principal)
    assert News.objects.visible_to(cast.mother).get() == news
    assert News.objects.get(pk=news.pk).people().exists()
    with pytest.raises(NobodyThere):
        News.objects.get(pk=draft.pk).publish(by=cast.principal)


# --- its way ------------------------------------------------------------------------------------------
def test_a_counselor_proposes_and_a_leader_publishes(cast):
    row = make_news(cast, by=cast.counselor, published=False)
    sign_in(cast.counselor).post(reverse("messaging:news-propose", args=[row.pk]))
    refused = sign_in(cast.counselor).post(reverse("messaging:news-publish", args=[row.pk]))
    assert refused.status_code == 403
    assert not News.objects.visible_to(cast.mother).exists()
    row.refresh_from_db()
    for _twice in range(2):
        publish(cast, row, seen=row.mark())
    assert News.objects.visible_to(cast.mother).get().published_by == cast.principal
    assert Entry.objects.about(row).filter(verb="news.published").count() == 1


def publish(cast, row, **more):
    path = reverse("messaging:news-publish", args=[row.pk])
    return sign_in(cast.principal).post(path, more, follow=True)


def test_a_leader_publishes_what_stood_on_the_page_and_nothing_else(cast):
    row = make_news(cast, by=cast.adviser, published=False)
    seen = read(cast.principal, row.desk_url()).context["seen"]
    row.put_words("en", "The garden", "Come and pay.", by=cast.adviser)
    for sent in ({"seen": seen}, {"seen": "\0"}, {}):
        assert "It was changed after you opened this page" in text_of(publish(cast, row, **sent))
    seen = read(cast.principal, row.desk_url()).context["seen"]
    row.change(by=cast.adviser, category="health", audience="school", key=str(cast.school.pk))
    assert not News.objects.open().exists()
    seen = read(cast.principal, row.desk_url()).context["seen"]
    assert "It is published" in text_of(publish(cast, row, seen=seen))


def test_a_leader_of_a_grade_publishes_nothing_of_colleagues(cast):
    leader = builders.make_staff(cast.school, sight.LEADER, division=cast.school_class.division)
    row = make_news(cast, by=cast.counselor, published=False)
    row.propose(by=cast.counselor)
    publish = reverse("messaging:news-publish", args=[row.pk])
    assert sign_in(leader).post(publish).status_code == 404
    assert read(leader, row.get_absolute_url()).status_code == 404
    row.publish(by=cast.principal)
    assert News.objects.visible_to(leader).get() == row
    for name in ("withdraw", "publish"):
        path = reverse(f"messaging:news-{name}", args=[row.pk])
        assert sign_in(leader).post(path).status_code == 403


def test_what_families_read_is_changed_by_a_leader_alone(cast):
    row = make_news(cast, by=cast.counselor, published=False)
    row.publish(by=cast.principal)
    for page in ("edit", "picture-add"):
        path = reverse(f"messaging:news-{page}", args=[row.pk])
        assert read(cast.counselor, path).status_code == 403
        assert read(cast.principal, path).status_code == 200


def test_taken_back_it_is_gone_at_once(cast):
    row = make_news(cast)
    sign_in(cast.principal).post(reverse("messaging:news-withdraw", args=[row.pk]))
    assert read(cast.mother, row.get_absolute_url()).status_code == 404
    assert "The garden" not in text_of(read(cast.mother))


def test_it_is_not_published_without_words_families_or_days(cast):
    empty = News.objects.begin(whom(cast.school) | {"category": "life"}, by=cast.principal)
    with pytest.raises(NoWords):
        empty.publish(by=cast.principal)
    nobody = make_news(cast, builders.make_class(cast.school, "9z"), published=False)
    with pytest.raises(NobodyThere):
        nobody.publish(by=cast.principal)
    answer = publish(cast, nobody, seen=nobody.mark())
    assert "No family stands behind" in text_of(answer)
    over = make_news(cast, published=False, until=timezone.now() - dt.timedelta(days=1))
    with pytest.raises(NotNow):
        over.publish(by=cast.principal)


# --- writing ------------------------------------------------------------------------------------------
def posted(cast, **more):
    return {
        "title": "A walk", "text": "We saw ducks.", "language": "en", "category": "life",
        "audience": f"class:{cast.school_class.pk}", "submission": str(uuid.uuid4()),
    } | more  # fmt: skip


def write(cast, user=None, **more):
    return sign_in(user or cast.adviser).post("/news/new/", posted(cast, **more))


def test_it_is_written_once(cast):
    key = str(uuid.uuid4())
    for _twice in range(2):
        assert write(cast, submission=key).status_code == 302
    row = News.objects.get()
    assert (row.state, row.school, row.made_by) == ("draft", cast.school, cast.adviser)
    assert row.words.get().title == "A walk"


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"title": ""}, "Please fill this in"),
        ({"title": "\u200b\u202e"}, "Nothing of this can be seen"),
        ({"title": "x" * 121}, "at most 120"),
        ({"text": "x" * 1_000_000}, "at most 10000"),
        ({"text": "a\0b"}, "cannot be kept"),
        ({"audience": ""}, "Please choose an answer"),
        ({"audience": f"class:{uuid.uuid4()}"}, "Select a valid choice"),
        ({"audience": "nonsense"}, "Select a valid choice"),
        ({"first_day": "2030-01-05", "last_day": "2030-01-01"}, "end before it begins"),
        ({"last_day": "2001-01-01"}, "This day is over"),
        ({"language": "xx"}, "Select a valid choice"),
    ],
)  # fmt: skip
def test_it_says_what_is_wrong_and_loses_nothing(cast, more, said):
    answer = write(cast, **more)
    assert answer.status_code == 422
    assert said in text_of(answer)
    assert "We saw ducks." in text_of(answer) or "text" in more
    assert not News.objects.exists()


def test_nobody_writes_to_a_class_of_others(cast):
    assert write(cast, audience=f"class:{cast.other_class.pk}").status_code == 422
    assert write(cast, audience=f"school:{cast.school.pk}").status_code == 422
    assert write(cast, cast.mother).status_code == 403


def test_html_and_signs_that_turn_lines_round_are_shown_harmlessly(cast):
    row = make_news(cast, words={"en": "<b>Bold</b> \u202egnp.exe"})
    row.put_words("en", row.words.get().title, "<script>alert(1)</script>", by=cast.principal)
    page = text_of(read(cast.mother, row.get_absolute_url()))
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page
    assert '<h1 lang="en" dir="auto">&lt;b&gt;Bold' in page
    assert write(cast, title="One\r\nBcc: two").status_code == 302
    assert News.objects.latest("made_at").words.get().title == "One Bcc: two"


def test_words_of_other_languages_and_which_are_behind(cast):
    row = make_news(cast, published=False)
    path = reverse("messaging:news-words", args=[row.pk, "es"])
    sent = {"title": "El huerto", "text": "Plantamos.", "submission": str(uuid.uuid4())}
    assert sign_in(cast.principal).post(path, sent).status_code == 302
    row.put_words("en", "The garden", "New.", by=cast.principal)
    page = text_of(read(cast.principal, row.desk_url()))
    assert "The first words were changed after this" in page
    unknown = reverse("messaging:news-words", args=[row.pk, "xx"])
    assert read(cast.principal, unknown).status_code == 404


def test_of_two_who_write_the_words_at_once_the_second_is_shown_both(cast):
    row = make_news(cast, published=False)
    for language in ("en", "es"):
        path = reverse("messaging:news-words", args=[row.pk, language])
        opened = read(cast.principal, path).context["form"].initial["opened"]
        row.put_words(language, "The pond", "We saw\nfrogs.", by=cast.adviser)
        sent = {"title": "The hedge", "text": "We saw birds.", "opened": opened}
        answer = sign_in(cast.principal).post(path, sent)
        page = text_of(answer)
        assert answer.status_code == 422
        assert "We saw<br>frogs." in page
        assert "We saw birds." in page
        assert row.words.get(language=language).title == "The pond"
        sent["opened"] = answer.context["form"]["opened"].value()
        assert sign_in(cast.principal).post(path, sent).status_code == 302
        assert row.words.get(language=language).title == "The hedge"


def test_its_days_can_be_changed_while_it_stands(cast):
    row = make_news(cast)
    since = News.objects.get().since
    path = reverse("messaging:news-edit", args=[row.pk])
    sent = {"audience": f"school:{cast.school.pk}", "category": "health", "first_day": "",
            "last_day": "2031-05-01", "submission": str(uuid.uuid4())}  # fmt: skip
    assert sign_in(cast.principal).post(path, sent).status_code == 302
    row.refresh_from_db()
    assert (row.since, row.category) == (since, "health")
    assert 'value="2031-05-01"' in text_of(read(cast.principal, path))


# --- reading ------------------------------------------------------------------------------------------
def test_it_stands_in_the_readers_language_with_the_others_one_tap_away(cast):
    row = make_news(cast, words={"en": "The garden", "zh-hans": "菜园", "es": "El huerto"})
    page = text_of(read(cast.mother, row.get_absolute_url()))
    assert '<h1 lang="zh-Hans" dir="auto">菜园' in page
    assert 'href="?in=es"' in page
    assert "El huerto" in text_of(read(cast.mother, row.get_absolute_url(), **{"in": "es"}))
    assert "菜园" in text_of(read(cast.mother, row.get_absolute_url(), **{"in": "xx\0"}))


def test_each_person_counts_once_and_staff_does_not(cast):
    row = make_news(cast, words={"en": "The garden", "zh-hans": "菜园"})
    for person in (cast.mother, cast.mother, cast.other_mother, cast.principal, cast.adviser):
        read(person, row.get_absolute_url())
    sign_in(cast.mother).head(row.get_absolute_url())
    assert row.reads.per_language() == {"zh-hans": 1, "en": 1}
    page = text_of(read(cast.principal, row.desk_url()))
    assert "2 people of 2 have read it" in page
    assert cast.mother.full_name not in page


def test_what_is_new_is_marked_until_it_was_read(cast):
    row = make_news(cast)
    assert read(cast.other_mother).context["paper"].rows[0].new
    read(cast.other_mother, row.get_absolute_url())
    assert not read(cast.other_mother).context["paper"].rows[0].new


def test_pages_go_on_where_the_last_one_ended(cast):
    copies(make_news(cast), A_PAGE + 1)  # all at the same moment
    first = read(cast.mother).context["paper"]
    second = read(cast.mother, after=first.next).context["paper"]
    keys = [row.key for row in [*first.rows, *second.rows]]
    assert len(keys) == len(set(keys)) == A_PAGE + 2
    assert not second.next
    for odd in ("x", "_", "2020-01-01_x", "\0", "9" * 400, f"2020-13-45T00:00:00Z_{uuid.uuid4()}",
                f"9999-12-31T23:59:59-23:00_{uuid.uuid4()}", f"0001-01-01T00:00:00+23:00_{uuid.uuid4()}"):  # fmt: skip
        assert read(cast.mother, after=odd, category="odd\0").status_code == 200


def test_a_category_shows_its_own_alone(cast):
    make_news(cast)
    make_news(cast, words={"en": "Flu"}, category="health")
    page = read(cast.mother, category="health").context["paper"]
    assert [row.title for row in page.rows] == ["Flu"]


@pytest.mark.parametrize(
    ("who", "path"), [("mother", LIST), ("principal", LIST), ("principal", f"{LIST}desk/")]
)
def test_a_list_costs_the_same_at_one_and_at_twenty(cast, who, path):
    client, counts = sign_in(getattr(cast, who)), []
    row = make_news(cast, cast.school_class)
    for _more in range(2):
        client.get(path)
        with CaptureQueriesContext(connection) as seen:
            client.get(path)
        counts.append(len(seen))
        copies(row, 19)
    assert counts[0] == counts[1] <= 12


# --- the picture --------------------------------------------------------------------------------------
def picture():
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "#1F6F66").save(out, "PNG")
    return ContentFile(out.getvalue(), "../../x\u202egpj.png")


def test_a_picture_is_made_anew_and_given_to_readers_alone(cast):
    row = make_news(cast)
    path = reverse("messaging:news-picture-add", args=[row.pk])
    sent = {"file": picture(), "alt": "A green wall", "submission": str(uuid.uuid4())}
    assert sign_in(cast.principal).post(path, sent).status_code == 302
    url = NewsPicture.objects.get().get_absolute_url()
    given = read(cast.mother, url)
    assert given["Content-Type"] == "image/jpeg"
    assert given["X-Content-Type-Options"] == "nosniff"
    assert read(cast.father, url).status_code == 404
    assert 'alt="A green wall"' in text_of(read(cast.mother, row.get_absolute_url()))
    sign_in(cast.principal).post(reverse("messaging:news-picture-remove", args=[row.pk]))
    assert read(cast.mother, url).status_code == 404


def test_a_picture_that_is_none_is_refused(cast):
    row = make_news(cast)
    path = reverse("messaging:news-picture-add", args=[row.pk])
    sent = {"file": ContentFile(b"<svg>", "a.svg"), "alt": "A wall"}
    answer = sign_in(cast.principal).post(path, sent)
    assert answer.status_code == 422
    assert "A wall" in text_of(answer)
    assert not NewsPicture.objects.exists()


# --- stories ------------------------------------------------------------------------------------------
@pytest.fixture
def story(cast):
    row = Story(
        student=cast.child, campaign=make_campaign(cast.principal, cast.school), title="Ein Besuch", text="Wir lachten.",
        language="zh-hans", named_as="3",
    )  # fmt: skip
    row.write(by=cast.counselor)
    row.ask(by=cast.counselor)
    row.agree(by=cast.mother, version=row.version)
    row.publish(by=cast.counselor)
    return row


def test_a_story_stands_in_the_news_as_long_as_its_family_agrees(cast, story):
    make_news(cast)
    paper = read(cast.other_mother).context["paper"]
    assert {row.title for row in paper.rows} == {"Ein Besuch", "The garden"}
    url = next(row.url for row in paper.rows if row.title == "Ein Besuch")
    assert "Wir lachten." in text_of(read(cast.other_mother, url))
    assert read(cast.adult, url).status_code == 404
    story.refuse(by=cast.mother)
    assert "Ein Besuch" not in text_of(read(cast.other_mother))
    assert read(cast.other_mother, url).status_code == 404


def test_nothing_of_a_story_is_copied(cast, story):
    read(cast.other_mother, reverse("messaging:news-tale", args=["stories", story.pk]))
    assert not News.objects.exists()
    assert not NewsRead.objects.exists()
    none = reverse("messaging:news-tale", args=["nonsense", story.pk])
    assert read(cast.mother, none).status_code == 404


# --- the report, merging, text --------------------------------------------------------------------------
def test_it_counts_for_the_report(cast):
    row = make_news(cast)
    NewsRead.mark(row, cast.mother, "zh-hans")
    NewsRead.mark(row, cast.other_mother, "es")
    found = reads(cast.school, cast.term)
    assert found["news"] == {
        "published": 1, "readers": 2, "reads": 2, "languages": {"zh-hans": 1, "es": 1},
    }  # fmt: skip
    assert found["resources"] == {
        "published": 0, "readers": 0, "reads": 0, "languages": {}, "saved": 0,
    }  # fmt: skip


def test_merged_accounts_have_read_once(cast):
    one, two = make_news(cast), make_news(cast)
    twin = builders.make_user("林美美")
    for row in (one, two):
        NewsRead.mark(row, twin, "en")
    NewsRead.mark(one, cast.mother, "en")
    merge = merging.Merge(cast.mother, twin, cast.school_admin, cast.school, timezone.now())
    merging.declared("messaging.NewsRead.person")(merge)
    assert NewsRead.objects.filter(person=cast.mother).count() == 2
    assert not NewsRead.objects.filter(person=twin).exists()
    assert User.objects.filter(pk=twin.pk).exists()


def test_plain_text_becomes_headings_points_and_paragraphs():
    found = blocks("# Why\nBecause.\nStill.\n\n- one\n* two\n#\n-no point\n")
    assert [(block.kind, block.lines) for block in found] == [
        ("heading", ["Why"]), ("text", ["Because.", "Still."]), ("points", ["one", "two"]),
        ("text", ["#", "-no point"]),
    ]  # fmt: skip
