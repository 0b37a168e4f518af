"""News of the demo school and what its parents may use, in three languages; the picture and the form are
made when the demo is made, and come in by the one path of uploads."""

import datetime as dt
import io

from django.core.files.base import ContentFile
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.formats import date_format
from PIL import Image, ImageDraw

from homeschool import pdf
from homeschool.uploads import checked
from messaging.models import (
    News,
    NewsPicture,
    NewsRead,
    NewsWords,
    Resource,
    ResourceRead,
    ResourceWords,
)

from .shelf_words import ALT, LINES, NEWS, RESOURCES

# key, category, class ("": the whole school), by, days ago, state, days to come of which it tells
ARTICLES = (
    ("garden", "life", "", "daniel_okafor", 1, "published", 5),
    ("evening", "events", "", "omar_haddad", 3, "published", 9),
    ("reading", "lessons", "3b", "daniel_okafor", 6, "published", 0),
    ("cold", "health", "", "ruth_adler", 10, "published", 0),
    ("tables", "lessons", "", "priya_nair", 15, "published", 0),
    ("bell", "notices", "", "omar_haddad", 22, "published", 0),
    ("football", "events", "", "mei_chen", 0, "proposed", 0),
)
# key, topic, kind, who answers for it, days ago, days until it is looked at again
THINGS = (
    ("welcome", "welcome", "article", "omar_haddad", 80, 120),
    ("homework", "learning", "article", "priya_nair", 60, 200),
    ("screens", "growing", "article", "mei_chen", 45, 160),
    ("lunch", "health", "article", "lucia_vega", 300, -12),
    ("absences", "rules", "policy", "ruth_adler", 70, 90),
    ("form", "forms", "paper", "omar_haddad", 70, 90),
)
# What changed after families had read it: so many days ago.
CHANGED = {"absences": 2}
DOTS = (1280, 720)


def load(world):
    """Make `world.news`, `world.resources` and `world.news_draft`, once."""
    there = News.objects.filter(school=world.school).exists()
    world.news = {row[0]: _article(world, *row) for row in ARTICLES}
    world.resources = {row[0]: _thing(world, *row) for row in THINGS}
    for rows in (world.news, world.resources):
        made = world.make(rows.values())
        rows.update({key: made[row.pk] for key, row in rows.items()})
    world.article, world.news_draft = world.news["garden"], world.news["football"]
    world.resource, world.resource_late = world.resources["absences"], world.resources["lunch"]
    if not there:
        _words(world)
        _picture(world)
        _versions(world)
        _readers(world)
        world.save_notes()


def _whom(world, code):
    row = world.classes[code] if code else world.school
    return {"school": world.school, "audience": "class" if code else "school", "key": str(row.pk)}


def _published(world, days):
    at = world.at(-days, 8)
    return {"since": at, "published_at": at, "published_by": world.ruth_adler}


def _article(world, key, category, code, by, days, state, _ahead):
    stands = _published(world, days) if state == "published" else {}
    return News(
        id=world.id("news", key), category=category, state=state, made_by=getattr(world, by),
        made_at=world.at(-days - 1, 15), **_whom(world, code), **stands,
    )  # fmt: skip


def _thing(world, key, topic, kind, by, days, again):
    return Resource(
        id=world.id("resource", key), topic=topic, kind=kind, state="published",
        made_by=getattr(world, by), responsible=getattr(world, by), look_again_on=world.day(again),
        made_at=world.at(-days - 1, 15), **_whom(world, ""), **_published(world, days),
    )  # fmt: skip


def _note(world, row, *whats):
    """Write down what was done with a row: begun, and published if it is."""
    world.note(f"{row._meta.model_name}.begun", row, row.made_at, by_id=row.made_by_id)
    for what in whats:
        at = row.published_at or row.made_at
        by = row.published_by_id or row.made_by_id
        world.note(f"{row._meta.model_name}.{what}", row, at, by_id=by)


def _words(world):
    rows = []
    for key, _category, _code, _by, _days, state, ahead in ARTICLES:
        row = world.news[key]
        for language, (title, text) in NEWS[key].items():
            with translation.override(language):
                text = text.replace("{day}", date_format(world.day(ahead), "DATE_FORMAT"))
            rows.append(
                NewsWords(news=row, language=language, title=title, text=text, by=row.made_by,
                          at=row.made_at)
            )  # fmt: skip
        _note(world, row, state)
    world.save(rows)


def _picture(world):
    out = io.BytesIO()
    _garden().save(out, "JPEG", quality=88)
    row = world.news["garden"]
    picture = NewsPicture(
        id=world.id("picture", "garden"), news=row, alt=ALT, by=row.made_by, at=row.made_at
    )
    picture.hold(checked(ContentFile(out.getvalue(), "drawn.jpeg")))
    world.save([picture])


def _versions(world):
    rows = []
    for key, *_rest in THINGS:
        thing = world.resources[key]
        changed = world.at(-CHANGED[key], 10) if key in CHANGED else thing.made_at
        for n, (language, (title, text)) in enumerate(RESOURCES[key].items()):
            rows.append(
                ResourceWords(
                    id=world.id("version", key, language), resource=thing, language=language,
                    title=title, text=text, by=thing.made_by, at=changed, changed_at=changed,
                    first_at=thing.made_at + dt.timedelta(minutes=n),
                )
            )  # fmt: skip
        _note(world, thing, "published")
    if not pdf.missing():
        for row in rows:
            if row.resource == world.resources["form"]:
                row.hold(_form(world, row))
    world.save(rows)


def _form(world, row):
    """Return the form in one language, as a school would send it in."""
    context = {"row": row, "lines": LINES[row.language], "school": world.school}
    paper = pdf.made_of(render_to_string("demo/absence_form.html", context), css="css/letters.css")
    return checked(ContentFile(paper, "form.pdf"))


def _readers(world):
    """Let families have read some of it: each its own part, always the same."""
    people = list(dict.fromkeys(world.guardians))
    read, used = [], []
    for n, person in enumerate(people):
        language = person.language if person.language in LINES else "en"
        for m, (key, *_rest) in enumerate(ARTICLES[1:6]):
            row = world.news[key]
            if (n + m) % 3 and row.audience == "school":
                at = row.since + dt.timedelta(hours=11)
                read.append(NewsRead(news=row, person=person, language=language, at=at))
        for m, thing in enumerate(world.resources.values()):
            if (n * 2 + m) % 5 < 2 or person == world.lin_mei:
                at = thing.since + dt.timedelta(days=5, hours=11)
                saved = at if thing == world.resources["form"] and n % 2 else None
                used.append(
                    ResourceRead(resource=thing, person=person, language=language, first_at=at,
                                 last_at=at, saved_at=saved)
                )  # fmt: skip
    world.save(read)
    world.save(used)


# --- drawn -----------------------------------------------------------------------------------------------
def _garden():
    """Return a garden bed with beans on poles, a gym and the sun behind it."""
    image = Image.new("RGB", DOTS, "#DCEBE6")
    draw = ImageDraw.Draw(image)
    draw.ellipse((980, 70, 1140, 230), fill="#F2B84B")
    draw.ellipse((-200, 380, 700, 900), fill="#B9D3B0")
    draw.ellipse((520, 420, 1500, 980), fill="#A7C79E")
    draw.rectangle((120, 250, 620, 470), fill="#F3E4D0")
    draw.polygon(((90, 255), (370, 130), (650, 255)), fill="#B5513A")
    for x in range(160, 600, 90):
        draw.rectangle((x, 310, x + 54, 380), fill="#7FA9B8")
    draw.polygon(((0, 720), (0, 560), (1280, 500), (1280, 720)), fill="#8A5A3B")
    for n, x in enumerate(range(90, 1260, 130)):
        foot, top = 610 - n * 5, 250 + (n % 3) * 26
        draw.line((x - 44, foot, x, top), fill="#C79A5B", width=10)
        draw.line((x + 44, foot, x, top), fill="#C79A5B", width=10)
        for m, y in enumerate(range(top + 30, foot - 10, 44)):
            side = 1 if (n + m) % 2 else -1
            reach = 16 + (y - top) // 9
            draw.ellipse((x + side * reach - 26, y - 18, x + side * reach + 26, y + 18),
                         fill="#3F8A4A" if m % 2 else "#2F6B2F")  # fmt: skip
            if (n + m) % 3 == 0:
                draw.ellipse((x - side * 8 - 9, y, x - side * 8 + 9, y + 18), fill="#D9534A")
    return image
