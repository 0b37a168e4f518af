"""The look without a browser: vendored files, components, forms, language and colours."""

import gzip
import hashlib
import json
import re
import uuid

import pytest
from django import forms
from django.conf import settings
from django.template import engines
from django.template.loader import get_template, render_to_string
from django.urls import Resolver404, resolve
from django.utils import translation

from homeschool import look
from homeschool.context import FAMILY_PLACES, STAFF_PLACES, Place, places_of
from homeschool.forms import (
    UNKEEPABLE,
    CheckBoxes,
    ChoiceBoxes,
    CleanTextMixin,
    DateBox,
    SubmissionFormMixin,
)
from homeschool.templatetags.look import error_links, initials, lang_tag

from . import builders

STATIC = settings.BASE_DIR / "static"
TEMPLATES = settings.BASE_DIR / "templates"
LOCK = json.loads((STATIC / "vendor" / "LOCK.json").read_text("utf-8"))
FILES = [file for package in LOCK["packages"] for file in package["files"]]
LANGUAGES = [code for code, _name in settings.LANGUAGES]

on_its_own = pytest.mark.urls("tests.look_urls")


def draw(source, **context):
    """Return a template written in a test, with components, as a page would draw it."""
    path = TEMPLATES / "never-kept.html"
    backend = engines["django"]
    loader = backend.engine.template_loaders[0].loaders[0].loaders[0]
    compiled = loader.cotton_compiler.process(source)
    assert not path.exists()
    return backend.from_string(compiled).render(context)


class NoteForm(SubmissionFormMixin, CleanTextMixin, forms.Form):
    note = forms.CharField(label="Note", help_text="In a few words.", max_length=50)
    needs = forms.MultipleChoiceField(
        choices=[("a", "One"), ("b", "Two")],
        widget=CheckBoxes(hints={"a": "the first"}, icons={"a": "bus"}),
    )
    how = forms.ChoiceField(choices=[("x", "At home")], widget=ChoiceBoxes(row=True))
    on = forms.DateField(widget=DateBox, required=False)
    private = forms.BooleanField(required=False, help_text="Only staff")


# --- vendored files ----------------------------------------------------------------------------


@pytest.mark.parametrize("file", FILES, ids=lambda file: file["path"])
def test_a_vendored_file_is_the_one_of_the_lock_file(file):
    data = (STATIC / file["path"]).read_bytes()
    assert hashlib.sha256(data).hexdigest() == file["sha256"]
    if file.get("gzip"):
        packed = (STATIC / (file["path"] + ".gz")).read_bytes()
        assert gzip.decompress(packed) == data


def test_nothing_unlocked_lies_among_the_vendored_files():
    known = {file["path"] for file in FILES} | {file["path"] + ".gz" for file in FILES}
    found = {str(path.relative_to(STATIC)) for path in (STATIC / "vendor").iterdir()}
    assert found - known == {"vendor/LOCK.json"}


def test_every_icon_that_a_template_or_a_place_names_is_in_the_sprite():
    sprite = set(re.findall(r'<symbol id="([\w-]+)"', (STATIC / "icons.svg").read_text("utf-8")))
    named = {place.icon for place in (*STAFF_PLACES, *FAMILY_PLACES)}
    for path in TEMPLATES.rglob("*.html"):
        text = path.read_text("utf-8")
        named |= set(re.findall(r"""{% icon ["']([\w-]+)["']""", text))
        named |= set(re.findall(r"""\sicon(?:-after)?=["']([\w-]+)["']""", text))
        named |= set(re.findall(r"""<c-icon name=["']([\w-]+)["']""", text))
    assert named <= sprite


def test_nothing_is_loaded_from_another_origin():
    for path in [*STATIC.glob("css/*"), *STATIC.glob("js/*"), *TEMPLATES.rglob("*.html")]:
        text = path.read_text("utf-8")
        assert not re.search(r"""(src|href)=["']https?://|url\(["']?https?:|@import""", text), path


def test_no_template_holds_inline_style_or_script():
    for path in TEMPLATES.rglob("*.html"):
        is_letter = "letters" in path.parts and not path.name.endswith(".page.html")
        if is_letter or {"email", "mail"} & set(path.parts):  # mail carries its own style
            continue
        text = path.read_text("utf-8")
        assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)", text), path


# --- the living page ---------------------------------------------------------------------------


def test_a_named_format_stands_alone():
    """Beside other letters its name is read letter by letter: “Nov+0800nov.CST00_…”."""
    for path in [*TEMPLATES.rglob("*.html"), *TEMPLATES.rglob("*.txt")]:
        for said in re.findall(r'\|(?:date|time):"([^"]*_FORMAT[^"]*)"', path.read_text()):
            assert re.fullmatch("[A-Z_]+", said), f"{path}: {said}"


def test_the_living_page_does_not_exist_in_production():
    with pytest.raises(Resolver404):
        resolve("/look/", "homeschool.urls")


@on_its_own
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("query", ["shell=guest", "shell=staff", "shell=family&errors=1"])
def test_the_living_page_shows_every_part(client, language, query):
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    html = client.get(f"/look/?{query}").content.decode()
    assert f'<html lang="{lang_tag(language)}"' in html
    assert "<c-" not in html
    assert "{%" not in html
    assert "style=" not in html
    assert len(re.findall(r'\sid="([^"]+)"', html)) == len(set(re.findall(r'\sid="([^"]+)"', html)))


@on_its_own
def test_the_title_says_error_when_the_form_was_refused(client):
    assert "<title>Error: " in client.get("/look/?errors=1").content.decode()
    assert "<title>Error: " not in client.get("/look/").content.decode()


@on_its_own
@pytest.mark.parametrize("name", ["404", "403", "400", "403_csrf"])
def test_an_error_page_draws_itself_with_a_request(rf, name):
    request = rf.get("/somewhere")
    request.resolver_match = None
    html = render_to_string(f"{name}.html", request=request)
    assert "<h1" in html
    assert 'id="main"' in html


@on_its_own
def test_the_page_of_our_own_failure_needs_no_context():
    with translation.override("zh-hans"):
        html = get_template("500.html").render()
    assert 'lang="zh-Hans"' in html
    assert "<h1" in html


# --- language and colours ------------------------------------------------------------------------


@on_its_own
def test_colours_are_kept_in_a_cookie_and_drawn_by_the_server(client):
    assert (
        'media="screen and (prefers-color-scheme: dark)"' in client.get("/look/").content.decode()
    )
    response = client.post("/colours", {"colours": "dark", "next": "/look/?shell=staff"})
    assert response["Location"] == "/look/?shell=staff"
    html = client.get("/look/").content.decode()
    assert 'data-bs-theme="dark"' in html
    assert 'css/dark.css" media="screen"' in html
    client.post("/colours", {"colours": "", "next": "/look/"})
    assert "data-bs-theme" not in client.get("/look/").content.decode()


@on_its_own
@pytest.mark.parametrize("wanted", ["https://evil.example/", "//evil.example", "", "\x00"])
def test_colours_never_lead_to_another_site(client, wanted):
    assert client.post("/colours", {"colours": "no such", "next": wanted})["Location"] == "/"


@on_its_own
def test_language_and_colours_are_changed_by_post_alone(client):
    assert client.get("/colours").status_code == 405
    assert client.get("/language").status_code == 405


@on_its_own
def test_a_stranger_chooses_a_language(client):
    client.post("/language", {"language": "es", "next": "/look/"})
    assert '<html lang="es"' in client.get("/look/").content.decode()


@on_its_own
def test_the_language_of_a_signed_in_person_is_kept_with_them(as_, db):
    user = builders.make_user("Rosa Ruiz", language="en")
    as_(user).post("/language", {"language": "es", "next": "/look/"})
    user.refresh_from_db()
    assert user.language == "es"


@on_its_own
def test_an_unknown_language_changes_nothing(as_, db):
    user = builders.make_user("Rosa Ruiz", language="en")
    as_(user).post("/language", {"language": "tlh", "next": "/look/"})
    user.refresh_from_db()
    assert user.language == "en"


# --- forms ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("broken", ["a\x00b", "a\ud800b", "\udfff"])
def test_a_text_field_refuses_signs_that_cannot_be_kept(broken):
    form = NoteForm({"note": broken, "needs": ["a"], "how": "x"})
    assert form.errors["note"] == [str(UNKEEPABLE)]
    str(form["note"].as_field_group()).encode()


def test_every_broken_value_can_be_drawn_again():
    broken = "\ud800\x00"
    form = NoteForm({"note": broken, "needs": [broken], "how": broken, "on": broken})
    html = draw('<c-error-summary :form="form" /><c-fields :form="form" />', form=form)
    assert "\ufffd" in html
    html.encode()


def test_the_browser_neither_checks_nor_cuts():
    html = draw('<c-fields :form="form" />', form=NoteForm())
    assert " required" not in html
    assert "maxlength" not in html


def test_hint_and_error_are_wired_to_the_control():
    html = str(NoteForm({"note": ""})["note"].as_field_group())
    described = re.search(r'aria-describedby="([^"]+)"', html)[1].split()
    assert described == ["id_note_helptext", "id_note_error"]
    assert all(f'id="{target}"' in html for target in described)
    order = [html.index(part) for part in ("<label", "id_note_helptext", "id_note_error", "<input")]
    assert order == sorted(order)
    assert 'aria-invalid="true"' in html


def test_an_error_names_its_field_and_leads_to_its_control():
    form = NoteForm({})
    links = error_links(form)
    html = draw('<c-error-summary :form="form" /><c-fields :form="form" />', form=form)
    assert [link["target"] for link in links] == ["id_note", "id_needs_0", "id_how_0"]
    assert links[0]["message"] == "Please fill this in: Note"
    assert all(f'id="{link["target"]}"' in html for link in links)
    assert html.count(links[0]["message"]) == 2  # the same words above and at the field


def test_the_error_summary_takes_formsets_and_errors_of_the_whole_form():
    notes = forms.formset_factory(NoteForm, min_num=2, validate_min=True, extra=0)
    formset = notes({"form-TOTAL_FORMS": 1, "form-INITIAL_FORMS": 0, "form-0-note": "x"})
    form = NoteForm({"note": "x", "needs": ["a"], "how": "x"})
    form.add_error(None, "Both at once is not possible.")
    targets = [link["target"] for link in error_links(forms=[form, formset])]
    assert targets == ["", "id_form-0-needs_0", "id_form-0-how_0", ""]


def test_a_form_without_errors_has_no_summary():
    assert draw('<c-error-summary :form="form" />', form=NoteForm()).strip() == ""


def test_choices_are_boxes_with_hint_and_icon():
    html = str(NoteForm(initial={"needs": ["b"]})["needs"].as_field_group())
    assert html.count('class="choice"') == 2
    assert "<small>the first</small>" in html
    assert "icons.svg#bus" in html
    assert re.search(r'value="b"[^>]* checked', html)


def test_a_date_that_no_picker_can_show_stays_visible():
    html = str(NoteForm({"on": "2026-02-31"})["on"])
    assert 'type="text"' in html
    assert "2026-02-31" in html
    assert 'type="date"' in str(NoteForm({"on": "2026-02-28"})["on"])


def test_a_fresh_form_has_a_new_key_and_a_refused_one_keeps_its_own():
    first, second = NoteForm()["submission"].value(), NoteForm()["submission"].value()
    assert uuid.UUID(str(first)) != uuid.UUID(str(second))
    assert str(first) in str(NoteForm({"submission": str(first)})["submission"])


@pytest.mark.parametrize("key", ["", "no key", "\x00"])
def test_a_broken_key_is_as_good_as_a_new_one(key):
    form = NoteForm({"submission": key, "note": "x", "needs": ["a"], "how": "x"})
    assert form.is_valid()
    assert isinstance(form.cleaned_data["submission"], uuid.UUID)


def test_a_model_form_takes_both_mixins():
    form = look.SampleForm({})
    assert "submission" in form.fields
    assert not form.is_valid()


# --- small parts -----------------------------------------------------------------------------------


def test_further_attributes_of_a_component_are_escaped():
    nasty = '" onclick="x" data-y="<b>'
    html = draw('<c-button :data-who="who">Hello</c-button>', who=nasty)
    assert 'onclick="x"' not in html
    assert "<b>" not in html


def test_a_variable_of_the_page_does_not_leak_into_a_component():
    html = draw("<c-button>Hello</c-button>", icon="bus", href="/x", variant="bare", wide=True)
    assert (
        html.strip() == '<button type="submit" class="btn btn-primary"><span>Hello</span></button>'
    )


def test_a_post_button_is_a_form_with_its_own_fields():
    html = draw(
        '<c-post action="/x" variant="quiet" class="full" data-a="1"><c-slot name="fields">'
        '<input type="hidden" name="n" value="1"></c-slot>Yes</c-post>',
        csrf_token="t",
    )
    assert '<form action="/x" method="post" class="full">' in html
    assert "csrfmiddlewaretoken" in html
    assert 'class="btn btn-quiet" data-a="1"' in html


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("林小雨", "林"),
        ("Mateo Hernández Ruiz", "MH"),
        ("María de los Ángeles", "MÁ"),
        ("li", "L"),
        ("", "?"),
    ],
)
def test_initials_stand_for_a_person(name, letters):
    assert initials(name) == letters


@pytest.mark.parametrize(
    ("code", "tag"), [("zh-hans", "zh-Hans"), ("en", "en"), ("es-mx", "es-MX"), ("ar", "ar")]
)
def test_a_language_code_is_written_as_html_writes_it(code, tag):
    assert lang_tag(code) == tag


# --- the places of a person ------------------------------------------------------------------------


def places(rf, path, offered, roles=frozenset()):
    request = rf.get(path)
    request.resolver_match = None
    return places_of(offered, request, roles)


@on_its_own
def test_a_place_that_does_not_exist_is_left_out(rf):
    offered = (Place("look", "eye", "Look"), Place("no-such-room:page", "bus", "Nowhere"))
    assert [place.label for place in places(rf, "/", offered)] == ["Look"]


@on_its_own
def test_a_place_is_only_for_its_roles(rf):
    offered = (Place("look", "eye", "Look", roles=frozenset({"leader"})),)
    assert places(rf, "/", offered, frozenset({"adviser"})) == []
    assert len(places(rf, "/", offered, frozenset({"leader"}))) == 1


@on_its_own
@pytest.mark.parametrize(
    ("path", "current"), [("/look/", True), ("/look/one/", True), ("/x/", False)]
)
def test_the_place_at_hand_is_marked_on_its_own_pages_too(rf, path, current):
    assert places(rf, path, (Place("look", "eye", "Look"),))[0].current is current
