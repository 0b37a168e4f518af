"""A conversation of the demo in two languages, with a file and a sentence that was not understood; and the
words of the school."""

import datetime as dt
import io

from django.core.files.base import ContentFile
from PIL import Image, ImageDraw

from homeschool.uploads import checked
from messaging.models import Attachment, Message, Seat, Term, Thread, Translation, Unclear
from messaging.models.message import UNDO

MACHINE = "LibreTranslate"
PAPER = (1240, 1754)  # A4 at 150 dots an inch
# (word, in Chinese, in Spanish)
WORDS = (
    ("caring class", "关爱班", "aula de acompañamiento"),
    ("class teacher", "班主任", "maestra o maestro de la clase"),
    ("family evening", "亲子夜", "noche en familia"),
    ("family evenings", "亲子夜", "noches en familia"),
    ("home visit", "家访", "visita a casa"),
    ("pick-up card", "接送卡", "tarjeta para recoger"),
    ("reading bridge", "阅读之桥", "Puente de Lectura"),
)
# (key, who, days ago, hour, minute, language, text, other language, its text, machine, who checked it)
SAID = (
    ("evening", "mei_chen", 6, 9, 10, "en",
     "Good morning. Sofía sings at the family evening next week. Please bring the pick-up card, so that "
     "somebody else can take her home if you have to work.",
     "es",
     "Buenos días. Sofía canta en la noche en familia de la próxima semana. Traiga por favor la tarjeta "
     "para recoger, para que otra persona pueda llevarla a casa si usted tiene que trabajar.",
     MACHINE, "lucia_vega"),
    ("grandmother", "javier_morales", 6, 19, 42, "es",
     "Gracias. ¿Puede venir también su abuela? Le gusta mucho cantar.",
     "en", "Thank you. Can her grandmother come, too? She likes to sing very much.", MACHINE, None),
    ("sheet", "mei_chen", 5, 8, 25, "en",
     "Of course. Here is the song, so that they can practise together.",
     "es", "Por supuesto. Aquí está la canción, para que practiquen juntas.", "", None),
    ("form", "mei_chen", 1, 10, 5, "en",
     "One more thing: please hand in the consent for the caring class before the review, otherwise her "
     "seat lapses.",
     "es",
     "Una cosa más: entregue por favor el consentimiento para el aula de acompañamiento antes de la "
     "revista; de lo contrario, su asiento se acaba.",
     MACHINE, None),
)  # fmt: skip


def load(world):
    """Make the words, and the conversation as `world.song`, once."""
    world.make(
        Term(
            pk=_number(world, word, language), school=world.school, source="en", word=word,
            language=language, said=said,
        )
        for word, chinese, spanish in WORDS
        for language, said in (("zh-hans", chinese), ("es", spanish))
        if not Term.objects.filter(
            school=world.school, source="en", language=language, word__iexact=word
        ).exists()
    )  # fmt: skip
    key = world.id("thread", "song")
    if not Thread.objects.filter(pk=key).exists():
        _converse(world)
    world.song = Thread.objects.get(pk=key)


def _number(world, word, language):
    """Return a key that is always the same, above those that the database gives out."""
    return 2**40 + world.id("term", word, language).int % 2**40


def _converse(world):
    begun = world.at(-SAID[0][2], SAID[0][3], SAID[0][4])
    thread = Thread(
        id=world.id("thread", "song"), school=world.school, student=world.sofia,
        opened_by=world.mei_chen, opened_at=begun,
    )  # fmt: skip
    messages, translations = [], []
    for key, who, ago, hour, minute, language, text, other, words, machine, checker in SAID:
        at, author = world.at(-ago, hour, minute), getattr(world, who)
        side = Seat.Side.SCHOOL if author == world.mei_chen else Seat.Side.HOME
        message = Message(
            id=world.id("message", key), thread=thread, author=author, side=side, text=text,
            language=language, written_at=at, leaves_at=at + UNDO,
        )  # fmt: skip
        messages.append(message)
        translations.append(
            Translation(
                message=message, language=other, text=words, provider=machine, made_at=at,
                by=None if machine else world.lucia_vega,
                checked_by=getattr(world, checker) if checker else None,
                checked_at=at + dt.timedelta(minutes=20) if checker else None,
            )
        )  # fmt: skip
        world.note("message.written", thread, at, by_id=author.pk, student=world.sofia)
    thread.last_at = messages[-1].leaves_at
    world.save([thread])
    world.save(
        [
            Seat(thread=thread, person=person, side=side, since=begun)
            for person, side in (
                (world.mei_chen, Seat.Side.SCHOOL), (world.javier_morales, Seat.Side.HOME),
            )
        ]
    )  # fmt: skip
    world.save(messages)
    world.save(translations)
    _attach(world, messages[2])
    asked = messages[-1].leaves_at + dt.timedelta(hours=9)
    world.save(
        [
            Unclear(
                message=messages[-1], person=world.javier_morales, helper=world.mei_chen, at=asked
            )
        ]
    )
    world.note("message.unclear", thread, asked, by_id=world.javier_morales.pk, student=world.sofia)
    world.save_notes()


def _attach(world, message):
    row = Attachment(
        id=world.id("attachment", "song"), message=message, title="La canción de Sofía",
        at=message.written_at,
    )  # fmt: skip
    out = io.BytesIO()
    _song().save(out, "PDF", resolution=150)
    row.hold(checked(ContentFile(out.getvalue(), "song.pdf")))
    row.save(force_insert=True)
    world.made += 1


def _song():
    """Return a sheet of music: five lines, five times, with the notes of a small tune."""
    image = Image.new("RGB", PAPER, "#FFFDF7")
    draw = ImageDraw.Draw(image)
    tune = (0, 2, 4, 2, 3, 1, 2, 0, 4, 5, 4, 2, 3, 1, 0)
    for row in range(5):
        top = 220 + row * 290
        for line in range(5):
            draw.line((120, top + line * 24, 1120, top + line * 24), fill="#6B625A", width=2)
        for n in range(12):
            x, step = 190 + n * 76, tune[(n + row * 3) % len(tune)]
            y = top + 96 - step * 12
            draw.ellipse((x - 15, y - 11, x + 15, y + 11), fill="#1F5E58")
            draw.line((x + 14, y, x + 14, y - 78), fill="#1F5E58", width=4)
    return image
