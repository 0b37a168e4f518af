"""A photo of a visit and a paper of a meeting, drawn when the demo is made; told once.

They come in by the one path of uploads, like whatever a school sends.
"""

import io

from django.core.files.base import ContentFile
from PIL import Image, ImageDraw

from homeschool.people.models import School
from homeschool.uploads import checked
from visits.models import Material, Photo

DOTS = (1200, 900)
PAPER = (1240, 1754)  # A4 at 150 dots an inch
WORDS = "画本里的桥"
TITLE = "冬天上学路线图 · The way to school in winter"


def load(world):
    """Make `world.photo`, at a school that keeps photos, and `world.material`."""
    key = world.id("photo", "bridge")
    world.photo = Photo.objects.filter(pk=key).first()
    visit = world.visits.get("xiaoyu")
    if world.photo is None and visit is not None:
        School.objects.filter(pk=world.school.pk).update(photos=True)
        world.photo = _photo(world, key, visit)
        world.made += 1
    key = world.id("material", "winter")
    world.material = Material.objects.filter(pk=key).first()
    if world.material is None and world.meeting:
        world.material = _material(world, key)
        world.made += 1


def _photo(world, key, visit):
    photo = Photo(
        id=key, visit=visit, by=world.mei_chen, at=visit.recorded_at, words=WORDS,
        said_by=world.lin_mei, said_by_name=world.lin_mei.full_name, how=Photo.How.SPOKEN, shown=True,
    )  # fmt: skip
    made = checked(_file(_drawing(), "JPEG"))
    photo.hold(made)
    photo.small = made.small
    photo.save(force_insert=True)
    world.note(
        "photo.added", visit, visit.recorded_at, by_id=world.mei_chen.pk, student=world.xiaoyu
    )
    world.save_notes()
    return photo


def _material(world, key):
    by = world.meeting.recorded_by
    material = Material(id=key, meeting=world.meeting, title=TITLE, by=by, at=world.at(-1, 16))
    material.hold(checked(_file(_map(), "PDF", resolution=150)))
    material.save(force_insert=True)
    return material


def _file(image, form, **options):
    out = io.BytesIO()
    image.save(out, form, **options)
    return ContentFile(out.getvalue(), f"drawn.{form.lower()}")


# --- drawn -------------------------------------------------------------------------------------------


def _drawing():
    """Return a page of a child's drawing book: a bridge over a river, under the sun."""
    image = Image.new("RGB", DOTS, "#F3EAD8")
    draw = ImageDraw.Draw(image)
    draw.rectangle((60, 60, 1140, 840), fill="#FFFDF7", outline="#CFC4B8", width=4)
    draw.ellipse((900, 120, 1050, 270), fill="#F2B84B")
    for n in range(5):
        draw.arc((40 + n * 230, 660, 330 + n * 230, 800), 200, 340, fill="#4F86B5", width=14)
    draw.arc((180, 380, 1020, 1100), 200, 340, fill="#B5513A", width=26)
    for x in range(300, 950, 90):
        draw.line((x, 430 + abs(600 - x) // 3, x, 330), fill="#B5513A", width=10)
    draw.line((270, 330, 940, 330), fill="#B5513A", width=14)
    for x, colour in ((520, "#1F6F66"), (610, "#7A4E8A")):
        draw.ellipse((x, 215, x + 44, 259), fill="#E8B990")
        draw.polygon(((x - 12, 330), (x + 56, 330), (x + 22, 255)), fill=colour)
    return image


def _map():
    """Return a sheet with the way from the bus stop to the school."""
    image = Image.new("RGB", PAPER, "white")
    draw = ImageDraw.Draw(image)
    way = ((180, 1500), (180, 1050), (620, 1050), (620, 560), (1040, 560), (1040, 260))
    draw.line(way, fill="#1F6F66", width=26, joint="curve")
    for x, y in way:
        draw.ellipse((x - 34, y - 34, x + 34, y + 34), fill="white", outline="#1F6F66", width=12)
    draw.rectangle((900, 110, 1180, 250), fill="#F3EAD8", outline="#B5513A", width=10)
    draw.polygon(((880, 112), (1200, 112), (1040, 20)), fill="#B5513A")
    draw.rectangle((110, 1540, 250, 1640), fill="#4F86B5")
    return image
