"""Translations, words of the school, and “I did not understand”."""

import pytest
from django.db import IntegrityError, transaction

from messaging.models import Term, Translation, Unclear

from .builders import make_thread

pytestmark = pytest.mark.django_db


@pytest.fixture
def message(cast):
    return make_thread(cast, text="See you on Friday").messages.get()


def test_a_machine_never_replaces_what_a_person_wrote(cast, message):
    keep = Translation.objects.keep
    assert keep(message, "es", "Nos vemos viernes", provider="LibreTranslate").is_of_a_machine
    mine = keep(message, "es", "Nos vemos el viernes", by=cast.counselor)
    assert not mine.is_of_a_machine
    assert keep(message, "es", "otra cosa", provider="LibreTranslate").text == mine.text


def test_what_a_person_checked_stays_and_says_by_whom(cast, message):
    row = Translation.objects.keep(message, "es", "Nos vemos", provider="LibreTranslate")
    row.check_by(cast.counselor)
    row.check_by(cast.adviser)
    assert row.checked_by == cast.counselor
    assert not row.is_of_a_machine
    same = Translation.objects.keep(message, "es", "otra cosa", provider="LibreTranslate")
    assert same.text == "Nos vemos"


def test_a_translation_says_whose_it_is(message):
    with (
        pytest.raises(IntegrityError, match="a_translation_says_whose_it_is"),
        transaction.atomic(),
    ):
        Translation.objects.create(message=message, language="es", text="Nadie")


def test_it_is_read_with_its_message(cast, message):
    Translation.objects.keep(message, "es", "Nos vemos", provider="LibreTranslate")
    seen = Translation.objects.visible_to
    assert seen(cast.mother).count() == seen(cast.counselor).count() == 1
    for person in (cast.father, cast.other_mother, cast.school_admin, cast.volunteer):
        assert not seen(person).exists()


def test_what_is_unclear_reaches_who_wrote_it_once(cast, message):
    row = Unclear.say(message, by=cast.mother)
    assert Unclear.say(message, by=cast.mother) == row
    assert row.helper == cast.counselor
    assert Unclear.objects.waiting().count() == 1
    row.help(by=cast.counselor)
    assert not Unclear.objects.waiting().exists()
    with pytest.raises(PermissionError):
        Unclear.say(message, by=cast.counselor)


def test_the_longest_words_of_the_school_come_first(cast):
    for word, said in (("home", "hogar"), ("home visit", "visita al hogar")):
        Term.objects.create(school=cast.school, source="en", language="es", word=word, said=said)
    found = Term.objects.between(cast.school, "en", "es")
    assert [term.word for term in found] == ["home visit", "home"]
