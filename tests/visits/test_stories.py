"""Stories of visits: told with the family's yes to every word, and gone with it."""

import pytest
from django.db import IntegrityError, InternalError, transaction
from django.urls import reverse

from homeschool.journal import kinds
from homeschool.journal.models import Entry, Notice, Receipt
from homeschool.people.actions import merging
from tests import builders
from visits.forms.stories import names_in
from visits.models import Story
from visits.models.story import Changed, NobodyToAsk, NotAgreed, NotInTheirLanguage

from .builders import hold_visit
from .campaigns import make_campaign

pytestmark = pytest.mark.django_db
State, Naming = Story.State, Story.Naming
CHINESE = {"other_language": "zh-hans", "other_title": "一幅画", "other_text": "她把画本给我们看。"}


@pytest.fixture
def campaign(cast):
    return make_campaign(cast.principal, cast.school)


def write(cast, campaign, by=None, **columns):
    words = {
        "title": "A book of drawings", "text": "She showed us every page.", "language": "en",
        "named_as": "Grade 3",
    } | CHINESE  # fmt: skip
    story = Story(student=cast.child, campaign=campaign, **words | columns)
    return story.write(by=by or cast.counselor)


@pytest.fixture
def story(cast, campaign):
    return write(cast, campaign)


@pytest.fixture
def asked(cast, story):
    story.ask(by=cast.counselor)
    return story


@pytest.fixture
def agreed(cast, asked):
    asked.agree(by=cast.mother, version=asked.version)
    return asked


@pytest.fixture
def published(cast, agreed):
    agreed.publish(by=cast.counselor)
    return agreed


def fresh(row):
    return Story.objects.get(pk=row.pk)


def page(name, story):
    return reverse(f"visits:story-{name}", args=[story.pk])


def post(client, name, story, **data):
    return client.post(page(name, story), data)


def news(client):
    return client.get(reverse("visits:story-list")).content.decode()


# --- writing ------------------------------------------------------------------------------------------


def sent(campaign, /, **more):
    return {
        "title": "A book of drawings", "text": "She showed us every page.", "language": "en",
        "naming": "grade", "campaign": str(campaign.pk), "submission": builders.new_key(),
        **CHINESE,
    } | more  # fmt: skip


def new(cast, child=None, visit=None):
    address = f"{reverse('visits:story-create')}?child={(child or cast.child).pk}"
    return f"{address}&visit={visit.pk}" if visit else address


def test_it_is_written_once_about_a_visit_that_the_family_read(cast, as_, campaign):
    visit, data = hold_visit(cast), sent(campaign)
    first = as_(cast.counselor).post(new(cast, visit=visit), data)
    assert as_(cast.counselor).post(new(cast, visit=visit), data).url == first.url
    story = Story.objects.get()
    assert (story.state, story.visit, story.student) == (State.DRAFT, visit, cast.child)
    assert (story.named_as, story.written_by) == (cast.child.division.name, cast.counselor)
    assert Entry.objects.filter(verb="story.written", student=cast.child).count() == 1


def test_a_visit_that_the_family_did_not_read_is_not_named(cast, as_, campaign):
    visit = hold_visit(cast, share=False)
    as_(cast.counselor).post(new(cast, visit=visit), sent(campaign))
    assert Story.objects.get().visit is None


def test_only_who_works_with_the_child_writes(cast, as_, campaign):
    for person, status in ((cast.other_teacher, 404), (cast.mother, 403), (cast.school_admin, 403)):
        assert as_(person).get(new(cast)).status_code == status


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"title": ""}, "title"),
        ({"other_title": ""}, "other_title"),
        ({"other_language": ""}, "other_language"),
        ({"other_language": "en"}, "other_language"),
        ({"naming": "first", "first_name": ""}, "first_name"),
        ({"text": "We met 林小雨 at home."}, "text"),
        ({"other_text": "林美给我们看了画。"}, "other_text"),
        ({"campaign": "00000000-0000-4000-8000-000000000000"}, "campaign"),
        ({"text": "x" * 3001}, "text"),
        ({"text": "a\x00b"}, "text"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_lost(cast, as_, campaign, wrong, field):
    answer = as_(cast.counselor).post(new(cast), sent(campaign, **wrong))
    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    assert not Story.objects.exists()


def test_a_name_that_is_told_may_stand_in_the_text(cast, as_, campaign):
    data = sent(campaign, naming="full", text="We met 林小雨 at home.")
    assert as_(cast.counselor).post(new(cast), data).status_code == 302
    assert Story.objects.get().named_as == "林小雨"


def test_names_are_found_as_words():
    assert names_in("Ana eats a banana", ["Ana"]) == ["Ana"]
    assert names_in("a banana", ["Ana", "a"]) == []
    assert names_in("我们见了林小雨的妈妈", ["林小雨"]) == ["林小雨"]


# --- asking -------------------------------------------------------------------------------------------


def test_the_family_is_asked_once_with_exactly_these_words(cast, asked):
    asked.ask(by=cast.counselor)
    notice = Notice.objects.get(kind="visit.story")
    assert asked.version == asked.words_version
    rows = kinds.get("visit.story").recipients(notice)
    assert {row.user_id for row in rows} == {cast.mother.pk}


def test_it_is_asked_in_the_language_of_the_family(cast, campaign):
    story = write(cast, campaign, other_language="", other_title="", other_text="")
    with pytest.raises(NotInTheirLanguage) as error:
        story.ask(by=cast.counselor)
    assert error.value.languages == ["zh-hans"]
    assert not Notice.objects.exists()


def test_nobody_is_asked_who_does_not_decide(cast, story):
    cast.child.guardianships.filter(guardian=cast.mother).update(legal_guardian=False)
    with pytest.raises(NobodyToAsk):
        story.ask(by=cast.counselor)


def test_a_grown_student_decides_itself_and_its_parent_does_not(cast):
    row = cast.adult.student_row
    row.grants.create(guardian=cast.parent, item="plans")
    leader = builders.make_staff(cast.college, "leader")
    campaign = make_campaign(leader, cast.college)
    story = Story(
        student=row, campaign=campaign, title="T", text="T", language="en", named_as="C1"
    ).write(by=leader)
    story.ask(by=leader)
    assert story.is_decided_by(cast.adult)
    assert not story.is_decided_by(cast.parent)
    assert Story.objects.visible_to(cast.adult).exists()
    assert not Story.objects.visible_to(cast.parent).exists()


@pytest.mark.parametrize("form", ["subject.txt", "txt", "html", "page.html"])
@pytest.mark.parametrize("language", ["en", "zh-hans", "es"])
@pytest.mark.parametrize("kind", ["visit.story", "visit.story_answered"])
def test_its_letters_are_whole_in_every_language(cast, agreed, form, language, kind):
    person = cast.mother if kind == "visit.story" else cast.counselor
    person.language = language
    person.save()
    notice = Notice.objects.get(kind=kind)
    receipt = Receipt.objects.create(notice=notice, person=person, why="x", language=language)
    with kinds.speaking_to(receipt):
        context = kinds.context_of(receipt, link="https://a.example", stop_link="https://a.example")
        text = kinds.words(receipt, form, context)
    assert text.strip()
    assert "{%" not in text
    if form == "subject.txt":
        assert "林" not in text
    elif kind == "visit.story":
        assert "A book of drawings" in text
        assert "她把画本给我们看。" in text
        assert page("detail", agreed) in text


# --- the family answers -------------------------------------------------------------------------------


def test_both_texts_stand_side_by_side_before_the_answer(cast, as_, asked):
    shown = as_(cast.mother).get(page("detail", asked)).content.decode()
    for told in ("A book of drawings", "她把画本给我们看。", asked.version):
        assert told in shown


def test_a_yes_is_kept_with_words_language_and_person(cast, as_, asked):
    post(as_(cast.mother), "agree", asked, version=asked.version)
    story = fresh(asked)
    assert (story.state, story.answered_by, story.answered_in) == (
        State.AGREED, cast.mother, "zh-hans",
    )  # fmt: skip
    assert (story.version, story.answered_as, story.published_at) == (
        asked.version, "guardianship", None,
    )  # fmt: skip
    entry = Entry.objects.get(verb="story.agreed")
    assert entry.data == {"version": asked.version, "language": "zh-hans"}
    assert Notice.objects.filter(kind="visit.story_answered").count() == 1


def test_a_yes_to_other_words_does_not_count(cast, as_, asked):
    old = asked.version
    fresh(asked).change(by=cast.counselor, text="She showed us one page.")
    post(as_(cast.mother), "agree", asked, version=old)
    assert fresh(asked).state == State.DRAFT
    fresh(asked).ask(by=cast.counselor)
    post(as_(cast.mother), "agree", asked, version=old)
    assert fresh(asked).state == State.ASKED


def test_a_no_needs_no_reason_and_is_told(cast, as_, asked):
    post(as_(cast.mother), "refuse", asked)
    assert fresh(asked).state == State.REFUSED
    shown = as_(cast.counselor).get(page("detail", asked)).content.decode()
    assert "The family prefers not" in shown
    with pytest.raises(Changed):
        fresh(asked).ask(by=cast.counselor)
    with pytest.raises(NotAgreed):
        fresh(asked).publish(by=cast.counselor)


def test_silence_publishes_nothing(cast, as_, asked):
    post(as_(cast.counselor), "publish", asked)
    assert fresh(asked).published_at is None
    assert "A book of drawings" not in news(as_(cast.other_mother))


def test_one_no_is_not_overruled_by_another_guardian(cast, asked):
    other = builders.make_guardian(cast.child, "林刚", relation="father", language="en")
    asked.refuse(by=other)
    with pytest.raises(Changed):
        fresh(asked).agree(by=cast.mother, version=asked.version)
    fresh(asked).agree(by=other, version=asked.version)
    assert fresh(asked).state == State.AGREED


def test_a_yes_is_not_told_to_the_other_guardian_by_name(cast, as_, agreed):
    other = builders.make_guardian(cast.child, "林刚", relation="father", language="en")
    shown = as_(other).get(page("detail", agreed)).content.decode()
    assert "The family said yes." in shown
    assert "林美" not in shown


@pytest.mark.parametrize("verb", ["agree", "refuse"])
def test_nobody_else_answers(cast, as_, asked, verb):
    people = {
        cast.counselor: 403, cast.adviser: 403, cast.principal: 403, cast.father: 404,
        cast.other_mother: 404, cast.school_admin: 404,
    }  # fmt: skip
    for person, status in people.items():
        assert post(as_(person), verb, asked, version=asked.version).status_code == status
    assert fresh(asked).state == State.ASKED


def test_a_guardian_who_lost_the_right_answers_nothing(cast, as_, published):
    cast.child.guardianships.get(guardian=cast.mother).end(by=cast.counselor)
    assert post(as_(cast.mother), "refuse", published).status_code in (403, 404)
    # whoever decides now takes the story down
    aunt = builders.make_guardian(cast.child, "周兰", language="en")
    post(as_(aunt), "refuse", published)
    assert fresh(published).state == State.WITHDRAWN


# --- the news -------------------------------------------------------------------------------------------


def test_staff_and_families_of_the_school_read_it(cast, as_, published):
    for person in (cast.other_mother, cast.mother, cast.other_teacher, cast.school_admin):
        assert "A book of drawings" in news(as_(person))
    for person in (cast.adult, cast.other_school_admin):
        assert "A book of drawings" not in news(as_(person))
    for person in (cast.volunteer, cast.district):
        assert as_(person).get(reverse("visits:story-list")).status_code == 403


def test_the_news_names_the_child_only_as_agreed(cast, as_, published):
    shown = news(as_(cast.other_mother))
    assert "Una familia de Grade 3" in shown
    assert "林小雨" not in shown
    assert str(cast.child.pk) not in shown
    assert as_(cast.other_mother).get(page("detail", published)).url == reverse("visits:story-list")


def test_it_is_down_at_once_when_the_yes_is_taken_back(cast, as_, published):
    post(as_(cast.mother), "refuse", published)
    story = fresh(published)
    assert (story.state, story.published_at, story.withdrawn_at is None) == (
        State.WITHDRAWN, None, False,
    )  # fmt: skip
    assert "A book of drawings" not in news(as_(cast.other_mother))


def test_any_change_takes_it_down_and_asks_again(cast, as_, campaign, published):
    data = sent(campaign, text="She showed us one page.")
    as_(cast.counselor).post(page("edit", published), data)
    story = fresh(published)
    assert (story.state, story.answered_by, story.published_at) == (State.DRAFT, None, None)
    assert "one page" not in news(as_(cast.other_mother))


def test_the_same_words_kept_again_change_nothing(cast, as_, campaign, published):
    named = published.named_as
    fresh(published).change(by=cast.counselor, campaign=campaign, named_as=named)
    assert fresh(published).is_published


def test_a_change_of_the_name_alone_asks_again(cast, published):
    fresh(published).change(by=cast.counselor, naming=Naming.FULL, named_as="林小雨")
    assert fresh(published).state == State.DRAFT


def test_staff_takes_it_down_and_puts_it_back(cast, as_, published):
    post(as_(cast.adviser), "take-down", published)
    assert (fresh(published).published_at, fresh(published).state) == (None, State.AGREED)
    post(as_(cast.adviser), "publish", published)
    assert fresh(published).is_published


def test_the_database_keeps_the_consent_whole(cast, asked, published):
    rows = Story.objects.filter(pk=published.pk)
    with pytest.raises(InternalError), transaction.atomic():
        rows.update(text="Something else")
    for wrong in ({"state": "asked"}, {"answered_by": None}, {"version": ""}):
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.update(**wrong)


def test_a_merged_account_can_still_take_its_yes_back(cast, as_, published):
    twin = builders.make_guardian(cast.child, "林美", language="en")
    merging.merge(twin, cast.mother, by=cast.school_admin, school=cast.school)
    assert fresh(published).answered_by == twin
    post(as_(twin), "refuse", published)
    assert fresh(published).state == State.WITHDRAWN


def test_what_waits_stands_above_the_news_of_the_family(cast, as_, asked):
    assert page("detail", asked) in news(as_(cast.mother))
    assert page("detail", asked) not in news(as_(cast.other_mother))


@pytest.mark.parametrize("name", ["list", "desk"])
def test_it_asks_the_same_for_one_and_for_twenty(
    cast, as_, campaign, name, django_assert_num_queries
):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    counts = []
    for more in (1, 18):
        for _n in range(more):
            story = write(cast, campaign)
            story.ask(by=cast.counselor)
            story.agree(by=cast.mother, version=story.version)
            story.publish(by=cast.counselor)
        client, address = as_(cast.counselor), reverse(f"visits:story-{name}")
        client.get(address)
        with CaptureQueriesContext(connection) as seen:
            assert client.get(address).status_code == 200
        counts.append(len(seen))
    assert counts[0] == counts[1]
