"""Machines that translate: what is asked of the operator's server, its troubles, and the school's words."""

import os
import subprocess
import sys

import pytest

from homeschool.management.commands import doctor
from homeschool.services import ROOT
from messaging import machines
from messaging.machines import Unavailable, glossary, libretranslate
from messaging.models import Term

from . import translator


def ask(text="Good day", source="en", target="es", **how):
    return machines.get().translate(text, source, target, **how)


def refusal(*words, **how):
    with pytest.raises(Unavailable) as caught:
        ask(*words, **how)
    return caught.value


# --- the server of the operator -----------------------------------------------------------------------


def test_it_asks_as_the_interface_says(machine, settings):
    settings.TRANSLATION_KEY = machine.key = "a-key-of-the-school"
    assert ask() == "DOOG YAD"
    assert machine.asked == [
        ("/languages", {}),
        (
            "/translate",
            {
                "q": "Good day", "source": "en", "target": "es", "format": "text",
                "api_key": "a-key-of-the-school",
            },
        ),
    ]  # fmt: skip


@pytest.mark.parametrize("code", ["zh", "zh-Hans", "zh-CN"])
def test_it_knows_chinese_under_each_of_its_names(machine, code):
    machine.languages = [{"code": "en", "name": "English", "targets": ["en", code]}, {"code": code}]
    ask(target="zh-hans")
    assert machine.asked[-1][1]["target"] == code


def test_it_asks_once_for_the_languages(machine):
    ask()
    ask("Good night")
    assert [path for path, _values in machine.asked] == ["/languages", "/translate", "/translate"]


def test_a_text_goes_in_pieces_and_keeps_its_lines(machine):
    machine.says = translator.keeping
    text = "\n\n".join(f"line {n} " + "word " * 60 for n in range(12)) + "\n"
    assert ask(text) == text.upper()
    assert len(machine.texts) > 1
    assert all(len(piece) <= libretranslate.PIECE for piece in machine.texts)


@pytest.mark.parametrize("text", ["。".join(["字" * 400] * 9), "x" * 5000, "", "a\n" * 3000])
def test_pieces_are_the_text(text):
    pieces = libretranslate.pieces(text)
    assert "".join(pieces) == text
    assert all(len(piece) <= libretranslate.PIECE for piece in pieces)


@pytest.mark.parametrize(
    ("code", "reason"),
    [(400, "language"), (401, "refused"), (403, "refused"), (413, "too_long"), (429, "busy"),
     (404, "refused"), (500, "failed"), (503, "failed")],
)  # fmt: skip
def test_a_refusal_is_told_by_its_reason(machine, code, reason):
    machine.troubles = [False, translator.status(code, "secret words of the text")]
    refused = refusal()
    assert refused.reason == reason
    assert refused.passes == (reason in ("busy", "failed"))
    assert refused.words
    assert "secret" not in repr(refused)


@pytest.mark.parametrize(
    "body",
    [b"", b"<html>", b"[]", b"{}", b'{"translatedText": 7}', b'{"translatedText": ["x"]}', b"\xff",
     b"[" * 100_000, b'{"translatedText": "' + b"x" * 300_000 + b'"}'],
)  # fmt: skip
def test_garbage_is_no_translation(machine, body):
    machine.troubles = [False, translator.garbage(body)]
    assert refusal().reason == "failed"


@pytest.mark.parametrize("body", [b"{}", b'[{"name": "English"}]', b"[7]"])
def test_a_list_of_languages_that_is_none(machine, body):
    machine.troubles = [translator.garbage(body)]
    assert refusal().reason == "failed"


def test_a_server_that_says_nothing_is_left(machine, monkeypatch):
    monkeypatch.setattr(libretranslate, "ANSWER", 0.2)
    machine.troubles = [False, translator.silence]
    assert refusal().reason == "away"


def test_a_server_that_is_not_there(machine, settings):
    settings.TRANSLATION_URL = "http://127.0.0.1:1"
    refused = refusal()
    assert refused.reason == "away"
    assert refused.passes
    assert refused.__cause__ is None


def test_the_text_goes_nowhere_else(machine, monkeypatch):
    """A server that sends on, and a proxy in the environment, get no text."""
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    with translator.running() as other:
        for code_of in (translator.elsewhere(other.url + "/translate"),):
            machine.troubles = [False, code_of]
            assert refusal().reason == "refused"
        assert other.asked == []
    assert ask() == "DOOG YAD"


def test_a_language_that_it_does_not_know(machine):
    assert refusal(source="es", target="zh-hans").reason == "language"
    assert refusal(source="de").reason == "language"
    assert not machine.texts


def test_a_text_that_is_too_long(machine):
    assert refusal("x" * (libretranslate.MOST + 1)).reason == "too_long"
    assert not machine.asked


def test_it_tells_which_language_it_is(machine):
    assert machines.get().detect("Good day") == "en"
    machine.guess = {"confidence": 12.0, "language": "en"}
    assert machines.get().detect("Hm") == ""


def test_the_key_is_in_no_log_and_no_words(machine, settings, caplog):
    settings.TRANSLATION_KEY = "a-key-of-the-school"
    machine.key = "another"
    caplog.set_level("DEBUG")
    refused = refusal("Words of a family")
    assert refused.reason == "refused"
    for shown in (caplog.text, repr(refused), repr(machines.get()), str(machines.get())):
        assert "a-key-of-the-school" not in shown
        assert "Words of a family" not in shown


def test_without_a_machine_it_says_so(settings):
    settings.TRANSLATION_URL = ""
    with pytest.raises(Unavailable) as caught:
        machines.get()
    assert caught.value.reason == "none"
    assert not machines.stands()


@pytest.mark.parametrize(
    "url",
    ["translate:5000", "ftp://translate", "http://", "http://me:word@translate", "http://t?x=1"],
)
def test_the_portal_does_not_start_with_an_address_that_is_none(url):
    checked = subprocess.run(
        [sys.executable, "-c", "import homeschool.settings"],
        env=os.environ | {"TRANSLATION_URL": url}, cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert "TRANSLATION_URL must be" in checked.stderr


def test_doctor_says_how_it_stands(machine, settings):
    assert doctor.translation()[2] == f"{machine.url} answers"
    machine.troubles = [translator.status(500)]
    libretranslate.at.cache_clear()
    assert "gives no languages (failed)" in doctor.translation()[2]
    machine.languages = machine.languages[:2]
    assert doctor.translation()[2] == f"{machine.url} answers; it does not know zh-hans"
    settings.TRANSLATION_URL = ""
    assert "Set TRANSLATION_URL" in doctor.translation()[2]


# --- the words of the school --------------------------------------------------------------------------


def words(source, target, **said):
    terms = [Term(word=word.replace("_", " "), said=said[word]) for word in said]
    return glossary.Words(sorted(terms, key=lambda term: -len(term.word)), source, target)


def upper(text):
    """A machine that keeps signs."""
    return text.upper()


def through(text, terms, machine=upper):
    return glossary.through(machine, text, terms)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Our home visit is on Friday.", "OUR visita al hogar IS ON FRIDAY."),
        ("Home Visit!", "visita al hogar!"),
        ("Two home visits, no homework", "TWO visita al hogar, NO HOMEWORK"),
        ("homevisit home  visit", "HOMEVISIT visita al hogar"),
        ("At home, a home visit", "AT casa, A visita al hogar"),
        ("nothing of it", "NOTHING OF IT"),
        ("home\nhome visit", "casa\nvisita al hogar"),
        ("ahome homeb home_ home9", "AHOME HOMEB HOME_ HOME9"),
    ],
)
def test_words_of_the_school_survive(text, said):
    assert through(text, words("en", "es", home="casa", home_visit="visita al hogar")) == said


def test_a_plural_of_its_own_wins():
    terms = words("en", "es", class_meeting="reunión", class_meetings="reuniones")
    assert through("class meetings", terms) == "reuniones"
    assert through("A class meeting", terms) == "A reunión"


def test_overlapping_words_go_from_left_to_right():
    terms = words("en", "es", parent_evening="A", evening_class="B")
    assert through("The parent evening class", terms) == "THE A CLASS"


def test_chinese_has_no_spaces():
    terms = words("zh-hans", "en", 家访="home visit", 班主任="class teacher")
    assert through("请班主任星期五家访。", terms) == ("请 class teacher 星期五 home visit。")
    terms = words("en", "zh-hans", home_visit="家访")
    assert (
        through("The home visit.", terms, lambda text: text.replace("The ", "这次 ")) == "这次家访."
    )
    assert through("请看home visit表", terms, lambda text: text) == "请看家访表"


def test_between_letters_stands_a_space():
    terms = words("zh-hans", "es", 家访="visita al hogar")
    assert through("我们的家访", terms, lambda text: text.replace("我们的", "Nuestra")) == (
        "Nuestra visita al hogar"
    )


@pytest.mark.parametrize("sign", ["ZQ1QZ", "zq1qz and qz2zq", "ZQQZXQQXZXXZ" + "zqqz", "1"])
def test_a_text_may_hold_what_looks_like_a_sign(sign):
    terms = words("en", "es", home="casa")
    assert through(f"{sign} at home {sign}", terms) == f"{sign.upper()} AT casa {sign.upper()}"


def test_words_that_look_like_signs_are_not_put_in_again():
    terms = words("en", "es", home="ZQ2QZ", visit="hogar")
    assert through("A home visit", terms) == "A ZQ2QZ hogar"


@pytest.mark.parametrize(
    "lose",
    [
        lambda text: text.replace("ZQ", "Z Q").upper(),
        lambda text: (text + text).upper(),
        lambda text: text.replace("1", "7").upper(),
    ],
    ids=["torn", "twice", "other"],
)
def test_where_the_machine_loses_a_sign_the_words_stand_all_the_same(lose):
    said = through("Our home is here", words("en", "es", home="casa"), lose)
    assert "casa" in said
    assert "ZQ" not in said


def test_a_text_of_nothing_but_words_of_the_school_asks_no_machine():
    def refuse(text):
        raise AssertionError(text)

    assert through("Home!", words("en", "es", home="casa"), refuse) == "casa!"


# --- both together ------------------------------------------------------------------------------------


@pytest.fixture
def terms(cast):
    for word, said in (("home visit", "visita al hogar"), ("home", "casa")):
        Term.objects.create(school=cast.school, source="en", language="es", word=word, said=said)
    Term.objects.create(
        school=cast.other_school, source="en", language="es", word="day", said="jornada"
    )


@pytest.mark.django_db
def test_the_words_of_the_school_and_no_other(cast, terms, machine):
    machine.says = translator.keeping
    said = machines.translate(cast.school, "A home visit, one day", "en", "es")
    assert said == ("A visita al hogar, ONE DAY", "LibreTranslate")
    assert machine.texts == ["A ZQ1QZ, one day"]


@pytest.mark.django_db
def test_the_words_survive_a_machine_that_breaks_every_sign(cast, terms, machine):
    said, _name = machines.translate(cast.school, "A home visit is good", "en", "es")
    assert said == "A visita al hogar SI DOOG"


@pytest.mark.django_db
def test_a_text_of_unknown_language_is_looked_at_first(cast, terms, machine):
    machine.says = translator.keeping
    assert machines.translate(cast.school, "At home", "", "es")[0] == "AT casa"
    assert machines.translate(cast.school, "At home", "", "en")[0] == "At home"
    machine.guess = {"confidence": 3.0, "language": "fr"}
    with pytest.raises(Unavailable):
        machines.translate(cast.school, "At home", "", "es")


@pytest.mark.django_db
def test_all_of_it_takes_no_longer_than_is_said(cast, machine):
    with pytest.raises(Unavailable) as caught:
        machines.translate(cast.school, "At home", "en", "es", seconds=0)
    assert caught.value.reason == "away"
