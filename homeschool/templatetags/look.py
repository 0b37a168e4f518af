"""Small parts of the look that templates use everywhere; a builtin, so no page loads it."""

import re
import zlib
from functools import lru_cache

from django import template
from django.forms.utils import flatatt
from django.templatetags.static import static
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.html import conditional_escape, escape, format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext

from homeschool.forms import readable

register = template.Library()

_HAN = re.compile(r"[㐀-鿿豈-﫿]")
_TURNING = {"chevron-right", "chevron-left", "undo-2", "log-out", "send"}
_DECORATIVE = SafeString('aria-hidden="true"')
_TONES = ("", "b", "c", "d")
_ANY_KEY = "00000000-0000-4000-8000-000000000000"


@register.simple_tag
def icon(name, label="", css=""):
    """Return the icon `name` of static/icons.svg; decorative unless `label` says what it means.

    Icons that point along the line turn round where the page reads from right to left.
    """
    return _icon(str(name), str(label), str(css))


@lru_cache(maxsize=1000)
def _icon(name, label, css):
    classes = " ".join(filter(None, ["i", "i-turn" if name in _TURNING else "", css]))
    named = format_html('role="img" aria-label="{}"', label) if label else _DECORATIVE
    return format_html(
        '<svg class="{}" {} focusable="false"><use href="{}#{}"/></svg>',
        classes,
        named,
        static("icons.svg"),
        name,
    )


@register.simple_tag
def rowlink(href, person, detail="", chip=""):
    """Return the row of a long list that leads to a person: what `<c-rowlink person=…>` draws, ten
    times as quickly."""
    chip = f'<span class="chip">{conditional_escape(chip)}</span>' if chip else ""
    return SafeString(
        f'<li><a class="rowlink" href="{conditional_escape(href)}">'
        f'<span class="mono {person_tone(person)}" aria-hidden="true">{escape(initials(person))}</span>'
        f'<span class="grow"><b dir="auto">{conditional_escape(person)}</b>'
        f'<span class="quiet d-block">{conditional_escape(detail)}</span></span>'
        f"{chip}{icon('chevron-right')}</a></li>"
    )


@register.simple_tag
def placelink(place, mark):
    """Return the link to a place of the navigation; `mark` is the class of the number beside it."""
    current = ' aria-current="page"' if place.current else ""
    number = ""
    if place.count:
        number = format_html(
            '<span class="{}">{}<span class="visually-hidden"> {}</span></span>',
            mark,
            place.count,
            gettext("new"),
        )
    words = f"{icon(place.icon)}{escape(place.label)}{number}"
    return SafeString(f'<a href="{escape(place.url)}"{current}>{words}</a>')


@register.simple_tag(takes_context=True)
def drawn_once(context, name):
    """Return the template `name`, drawn in this page once wherever it stands."""
    drawn = context["request"].__dict__.setdefault("_drawn", {})
    if name not in drawn:
        drawn[name] = context.template.engine.get_template(name).render(context)
    return drawn[name]


@register.simple_tag
def options(groups):
    """Return the options of a select, as its widget gives them; Django's own templates are two for
    each option, and a list of classes has many."""
    found = []
    for group, choices, _index in groups:
        inner = "".join(map(_option, choices))
        named = (
            f'<optgroup label="{conditional_escape(group)}">{inner}</optgroup>' if group else inner
        )
        found.append(named)
    return SafeString("".join(found))


def _option(choice):
    attrs = flatatt(choice["attrs"]) if choice["attrs"] else ""
    value, label = conditional_escape(str(choice["value"])), conditional_escape(choice["label"])
    return f'<option value="{value}"{attrs}>{label}</option>'


@register.simple_tag
def address(name, key):
    """Return the address of the page `name` about the row with this key, as `{% url %}` would.

    For the rows of a list: the pattern is looked up once.
    """
    return _pattern(name).replace(_ANY_KEY, str(key))


@lru_cache(maxsize=200)
def _pattern(name):
    return reverse(name, args=[_ANY_KEY])


@register.filter
def initials(name):
    """Return one hanzi (the family name) or up to two letters that stand for a person."""
    name = str(name or "").strip()
    if found := _HAN.search(name):
        return found[0]
    words = [word for word in name.split() if word[0].isupper()] or name.split()
    return "".join(word[0] for word in words[:2]).upper() or "?"


@register.filter
def person_tone(name):
    """Return the class that colours a person's monogram: always the same for the same name."""
    return _TONES[zlib.crc32(str(name or "").encode("utf-8", "replace")) % len(_TONES)]


@register.filter
def lang_tag(code):
    """Return a Django language code as HTML writes it: zh-hans as zh-Hans."""
    language, _, rest = str(code).partition("-")
    return f"{language}-{rest.title() if len(rest) == 4 else rest.upper()}" if rest else language


@register.filter
def short_month(day):
    """Return the month in a few signs; Chinese counts its months: 12月."""
    if (get_language() or "").startswith("zh"):
        return f"{day.month}月"
    return date_format(day, "M")


@register.filter(name="readable")
def readable_text(text):
    """Return `text` with NUL and lone surrogates shown as the replacement sign."""
    return readable(text)


@register.filter
def as_attributes(attrs):
    """Return a component's further attributes as HTML, every value escaped.

    Cotton's own `{{ attrs }}` marks values safe as they come; this does not.
    """
    pairs = [
        (key, value) for key, value in attrs.attrs_dict().items() if value not in (None, False)
    ]
    return format_html_join(
        "",
        "{}",
        ((_attribute(key, value),) for key, value in pairs),
    )


def _attribute(key, value):
    if value is True:
        return format_html(" {}", key)
    return format_html(' {}="{}"', key, conditional_escape(value))


def _fields_in_error(form):
    for field in form:
        if field.errors:
            plain_id = field.id_for_label
            yield plain_id or f"{field.auto_id}_0", field.errors
    if form.non_field_errors():
        yield "", form.non_field_errors()


def _single_forms(forms):
    for form in forms:
        if hasattr(form, "management_form"):
            yield from form.forms
        elif form:
            yield form


@register.simple_tag
def error_links(form=None, forms=None):
    """Return [{"target", "message"}] for every error, in the order in which fields stand.

    `target` is the id of the control, or empty for an error of the whole form.
    """
    given = [*(forms or []), *([form] if form else [])]
    links = [
        {"target": target, "message": readable(message)}
        for one in _single_forms(given)
        if one.is_bound
        for target, errors in _fields_in_error(one)
        for message in errors
    ]
    for formset in given:
        if hasattr(formset, "management_form") and formset.is_bound:
            links += [{"target": "", "message": str(e)} for e in formset.non_form_errors()]
    return links


@register.simple_tag
def step_states(step, of):
    """Return the class of each of `of` steps when `step` is the one at hand."""
    return [
        "done" if n < int(step) else "now" if n == int(step) else "" for n in range(1, int(of) + 1)
    ]


@register.simple_tag(takes_context=True)
def page_link(context, number):
    """Return the query string that opens page `number` and keeps every filter of the URL."""
    query = context["request"].GET.copy()
    query["page"] = number
    return f"?{query.urlencode()}"


@register.simple_tag
def scheme_media(scheme):
    """Return when the dark colours hold: always, never, or as the person's machine wishes.

    Paper stays light.
    """
    return {"dark": "screen", "light": "not all"}.get(
        scheme or "", "screen and (prefers-color-scheme: dark)"
    )
