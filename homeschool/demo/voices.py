"""What the families of the demo said after visits, and two stories of visits: one told, one asked about."""

import datetime as dt

from django.utils import timezone

from homeschool.journal.models import Notice
from visits.models import Offer, Story, Summary, Voice
from visits.models.voice import OPEN_FOR

State = Story.State
# What they answer, one after the other: listened to, at home at school. Most are glad; not all.
SAID = (
    (3, 3), (3, 2), (3, 3), (2, 3), (3, 3), (3, 1), (3, 3), (3, None), (2, 2), (3, 3), (3, 3), (1, 2),
    (3, 3), (3, 2),
)  # fmt: skip
# Who has not answered yet, so that there is something to try.
SILENT = ("camila_ruiz",)


def load(world):
    """Make the voices about the shared visits, and the stories, once."""
    if not Story.objects.filter(pk=world.id("story", "xiaoyu")).exists():
        _give_voices(world)
        _tell(world)
        _ask(world)
        world.save_notes()


# --- voices -------------------------------------------------------------------------------------------
def _give_voices(world):
    """Let those answer who were written to, the day after."""
    voices = []
    for summary, person in _asked(world):
        listened, at_home = SAID[len(voices) % len(SAID)]
        at = min(summary.published_at + OPEN_FOR / 10, timezone.now())
        voice = Voice(
            id=world.id("voice", summary.visit_id, person), visit=summary.visit, person_id=person,
            listened=listened, at_home=at_home, said_at=at, changed_at=at,
        )  # fmt: skip
        voices.append(voice)
        world.note("voice.given", voice, at, by_id=person)
    world.save(voices)


def _asked(world):
    """Yield each shared visit with each person of its home, in a fixed order."""
    silent = {getattr(world, key).pk for key in SILENT}
    rows = Summary.objects.filter(visit__school=world.school).select_related("visit")
    for summary in rows.order_by("published_at", "pk"):
        people = Offer(visit=summary.visit).receivers().values_list("user", flat=True)
        for person in sorted({*people} - silent, key=str):
            yield summary, person


# --- stories ------------------------------------------------------------------------------------------
def _story(world, key, student, **columns):
    return Story(
        id=world.id("story", key), school=world.school, student=student, campaign=world.campaign,
        visit=world.visits[key], written_by=world.mei_chen, **columns,
    )  # fmt: skip


def _tell(world):
    """A story that stands in the news: the grandmother who is read to."""
    story = _story(
        world,
        "xiaoyu",
        world.xiaoyu,
        title="外婆听故事",
        text="我们去的那天，孩子拿出自己画的连环画，一页一页讲给外婆听。外婆说，她不识字，可是这本书她"
        "从头到尾都听懂了。\n\n从那以后，每周二和周六晚上，家里都有十分钟故事时间。讲错了也没关系，"
        "外婆总会问：“后来呢？”",
        language="zh-hans",
        other_title="The grandmother who listens",
        other_text="On the day of our visit a child took out the comic that she had drawn, and read it "
        "to her grandmother, page by page. Her grandmother said: I cannot read, and I understood this "
        "book from the first page to the last.\n\nSince then there are ten minutes of stories at home, "
        "every Tuesday and Saturday evening. A mistake does not matter. The grandmother only asks: "
        "“And then?”",
        other_language="en",
        named_as=world.xiaoyu.division.name,
        state=State.AGREED,
        written_at=world.at(-11, 15),
        asked_at=world.at(-11, 16),
        answered_at=world.at(-10, 20),
        answered_by=world.lin_mei,
        answered_as="guardianship",
        answered_in="zh-hans",
        published_at=world.at(-9, 9),
    )
    story.version = story.words_version
    world.save([story])
    said = {"story.written": -11, "story.asked": -11, "story.agreed": -10, "story.published": -9}
    for verb, days in said.items():
        by = world.lin_mei if verb == "story.agreed" else world.mei_chen
        at = world.at(days, 20)
        world.note(verb, story, at, by_id=by.pk, student=world.xiaoyu)


def _ask(world):
    """A story that waits for its family's answer, in two languages."""
    story = _story(
        world,
        "mateo",
        world.mateo,
        title="What he builds",
        text="Every evening he tells his little sister what he has built in the workshop, and she draws "
        "it. The two have a whole town on the kitchen wall by now: a bridge, a crane, a house with "
        "seven doors.\n\nThe workshop asked to see the drawings. Next week the sister comes along.",
        language="en",
        other_title="Lo que construye",
        other_text="Cada noche le cuenta a su hermana pequeña lo que construyó en el taller, y ella lo "
        "dibuja. Ya tienen una ciudad entera en la pared de la cocina: un puente, una grúa, una casa "
        "con siete puertas.\n\nEl taller quiso ver los dibujos. La semana que viene va también la "
        "hermana.",
        other_language="es",
        naming=Story.Naming.FIRST,
        named_as="Mateo",
        written_at=dt.datetime.combine(world.day(-2), dt.time(15), world.zone),
    )
    world.save([story])
    if (
        not story.holders().exists()
    ):  # a demo of a year to come: its guardians do not stand there yet
        return
    story.ask(by=world.mei_chen)
    # what the demo tells of itself does not leave as letters
    told = Notice.objects.about(story).filter(expanded_at=None)
    told.update(expanded_at=timezone.now())
