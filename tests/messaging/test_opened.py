"""Of two people who write the same words at once, the second is shown both and nothing is lost."""

import pytest
from django.urls import reverse

from messaging.models import Template, Translation
from messaging.models.opened import Moved, digest_of, refuse_moved
from tests import builders

from .builders import make_thread

pytestmark = pytest.mark.django_db
WRONG = 422


def url(name, *args):
    return reverse(f"messaging:{name}", args=args)


@pytest.fixture
def message(cast):
    return make_thread(cast, text="See you on Friday", language="en").messages.get()


def test_of_two_who_translate_at_once_the_second_is_shown_both(cast, message, as_):
    page = url("translation-write", message.pk, "es")
    opened = as_(cast.counselor).get(page).context["form"].initial["opened"]
    Translation.objects.keep(message, "es", "Hasta el viernes", provider="LibreTranslate")
    sent = {"text": "Nos vemos", "opened": opened}
    assert as_(cast.counselor).post(page, sent).status_code == 302  # a machine is no colleague
    opened = as_(cast.counselor).get(page).context["form"].initial["opened"]
    Translation.objects.keep(message, "es", "El viernes, pues", by=cast.adviser)
    sent = {"text": "El viernes no", "opened": opened}
    answer = as_(cast.counselor).post(page, sent)
    assert answer.status_code == WRONG
    assert "El viernes, pues" in answer.content.decode()
    assert Translation.objects.get().by == cast.adviser
    sent["opened"] = answer.context["form"]["opened"].value()
    assert as_(cast.counselor).post(page, sent).status_code == 302
    assert Translation.objects.get().text == "El viernes no"


def test_a_template_keeps_what_a_colleague_added(cast, as_):
    form = {
        "name": "Evening",
        "level": "tap",
        "title_en": "Parent evening",
        "text_en": "Come at six.",
    }
    words = [{"language": "en", "title": "Parent evening", "text": "Come at six."}]
    row = Template.objects.keep(cast.school, "Evening", "tap", words, by=cast.adviser)
    client, page = as_(cast.adviser), url("wording-edit", row.pk)
    opened = client.get(page).context["form"].initial["opened"]
    theirs = [*words, {"language": "es", "title": "Tarde", "text": "A las siete"}]
    row.change("Evening", "tap", theirs, by=cast.adviser)
    sent = form | {"opened": opened, "text_es": "", "title_es": ""}
    answer = client.post(page, sent | {"submission": builders.new_key()})
    assert answer.status_code == WRONG
    assert "A las siete" in answer.content.decode()
    assert Template.objects.get().words == theirs
    sent["opened"] = answer.context["form"]["opened"].value()
    assert client.post(page, sent | {"submission": builders.new_key()}).status_code == 302
    assert Template.objects.get().words == words


def test_line_ends_and_equal_words_are_no_difference():
    now = [("en", "A", "one\ntwo")]
    refuse_moved(digest_of(["en", "A", "one\r\ntwo"]), now, [("en", "B", "mine")])
    refuse_moved(digest_of([]), now, [("en", "A", "one\r\ntwo")])
    refuse_moved(None, now, [("en", "B", "mine")])
    with pytest.raises(Moved):
        refuse_moved(digest_of([]), now, [("en", "B", "mine")])
