"""Conversations of the demo between homes and the school: in three languages, with an answer of one tap,
one copy for each of two homes, a question that waits, remarks of staff, and a draft."""

import datetime as dt

from homeschool.demo.visits import copy_of
from homeschool.journal.models import Notice, Receipt
from messaging.models import Draft, Message, Remark, Seat, Thread, Translation
from messaging.models.message import UNDO, WRITTEN

Tap = Message.Tap
# Key, child, whose homes' people, people of the school; then the messages: (days, hour, minute, who, language,
# words, whether it asks for a tap). What a word of Tap stands in for words is an answer of one tap to the
# message before it.
THREADS = (
    ("xiaoyu", "xiaoyu", ("lin_mei", "zhou_yulan"), ("mei_chen", "daniel_okafor"), (
        (-9, 19, 5, "lin_mei", "zh-hans", "小雨昨晚给外婆讲了十分钟故事，讲到桥的时候自己先笑了。还有这样的书吗？", False),
        (-8, 8, 10, "daniel_okafor", "en",
         "What good news! Yes: I am sending “The house that grows” home with her today. She chose it herself "
         "from three.", False),
        (-8, 8, 42, "mei_chen", "en", "The bus pass arrives on Friday. I am sorry that it is late.", False),
        (-8, 21, 30, "lin_mei", "zh-hans", "谢谢你们！她说这本书比上一本好看。", False),
        (-1, 15, 20, "daniel_okafor", "en",
         "May we move the reading group to 15:30 from next week, so that it does not depend on the bus?", True),
    )),
    ("mateo", "mateo", ("camila_ruiz", "rosa_hernandez"), ("daniel_okafor", "mei_chen"), (
        (-6, 20, 15, "camila_ruiz", "es",
         "Mateo leyó diez minutos con su hermana. Se rió con la historia del puente. ¿Hay otro libro así?", False),
        (-5, 8, 5, "daniel_okafor", "en",
         "How lovely! I put one into his bag. Could you come by on Thursday at 16:00, to see what he built?", True),
        (-5, 12, 30, "camila_ruiz", "es", Tap.YES, False),
        (-1, 19, 40, "camila_ruiz", "es",
         "Mañana llega media hora tarde, tiene cita con el dentista. ¿Le guardan la comida?", False),
    )),
    ("ethan_mother", "ethan", ("karen_brooks",), ("mei_chen",), (
        (-4, 10, 0, "mei_chen", "en",
         "The reading check went well: Ethan reads two levels higher than in September. Would you like to "
         "talk about it by telephone this week?", True),
        (-4, 17, 25, "karen_brooks", "en", Tap.YES, False),
        (-3, 9, 10, "mei_chen", "en", "Good. I call you on Wednesday after 17:00.", False),
    )),
    ("ethan_father", "ethan", ("steven_brooks",), ("mei_chen",), (
        (-4, 10, 0, "mei_chen", "en",
         "The reading check went well: Ethan reads two levels higher than in September. Would you like to "
         "talk about it by telephone this week?", True),
        (-2, 20, 50, "steven_brooks", "en", Tap.QUESTION, False),
        (-2, 20, 52, "steven_brooks", "en", "I work nights until Friday. Is Saturday morning possible?", False),
    )),
    ("ziang", "ziang", ("zhao_xiuying",), ("mei_chen", "sun_lihua"), (
        (-20, 16, 0, "mei_chen", "zh-hans", "赵奶奶，课后班的接送名单已经改好了，下周一起您来接两个孩子。", False),
        (-20, 18, 10, "zhao_xiuying", "zh-hans", "好的，谢谢陈老师。", False),
    )),
    ("sofia", "sofia", ("javier_morales",), ("sun_lihua",), (
        (-3, 9, 0, "sun_lihua", "zh-hans", "索菲亚在合唱团选上了领唱，演出是下个月的第一个星期五。您能来吗？", True),
        (-3, 13, 5, "javier_morales", "es", Tap.YES, False),
        (-3, 13, 7, "javier_morales", "es", "¡Qué orgullo! Vamos todos.", False),
    )),
)  # fmt: skip
CLOSED = {"ziang": (-19, "mei_chen")}
ONE_TEXT = ("ethan_mother", "ethan_father")  # the same first message, each home by itself
# Whose newest messages have not been read: (thread, reader).
NOT_READ = {
    ("xiaoyu", "lin_mei"), ("xiaoyu", "zhou_yulan"), ("mateo", "daniel_okafor"),
    ("mateo", "mei_chen"), ("ethan_father", "mei_chen"),
}  # fmt: skip
REMARKS = (
    ("mateo", -1, 20, "daniel_okafor", "The kitchen knows. I keep a plate warm."),
    ("ethan_father", -2, 21, "mei_chen",
     "Both parents ask for the same talk. I offer each a time of its own."),
)  # fmt: skip
# (thread, number of the message, language, words, who checked the machine's words)
TRANSLATED = (
    ("xiaoyu", 0, "en",
     "Last night Xiaoyu told her grandmother stories for ten minutes, and laughed first when she came to the "
     "bridge. Is there another book like it?", "mei_chen"),
    ("xiaoyu", 1, "zh-hans",
     "太好了！有的：今天我让她把《会长大的房子》带回家。是她自己从三本里挑的。", "mei_chen"),
    ("xiaoyu", 2, "zh-hans", "公交卡星期五到。抱歉晚了。", ""),
    ("xiaoyu", 3, "en", "Thank you! She says this book is nicer than the last one.", ""),
    ("xiaoyu", 4, "zh-hans", "从下周起，阅读小组可以改到15:30吗？这样就不用等公交车了。", "mei_chen"),
    ("mateo", 0, "en",
     "Mateo read for ten minutes with his sister. He laughed at the story of the bridge. Is there another "
     "book like it?", "lucia_vega"),
    ("mateo", 1, "es",
     "¡Qué bonito! Le puse uno en la mochila. ¿Podría pasar el jueves a las 16:00 para ver lo que construyó?",
     "lucia_vega"),
    ("mateo", 3, "en",
     "Tomorrow he comes half an hour late, he has an appointment with the dentist. Do you keep his lunch?", ""),
    ("sofia", 0, "es",
     "Sofía canta la primera voz en el coro. La función es el primer viernes del próximo mes. ¿Puede venir?", ""),
)  # fmt: skip
MACHINE = "LibreTranslate"
DRAFT = ("ethan_father", "mei_chen", "Saturday at ten would")


def load(world):
    """Make the conversations, once."""
    if not Thread.objects.filter(pk=world.id("thread", "xiaoyu")).exists():
        _make(world)
    for key, *_about in THREADS:
        setattr(world, f"thread_{key}", Thread.objects.get(pk=world.id("thread", key)))


def _make(world):
    for key, *about in THREADS:
        _conversation(world, key, *about)
    _translate(world)
    for key, days, hour, who, text in REMARKS:
        row = Remark(
            id=world.id("remark", key), thread_id=world.id("thread", key), text=text,
            author=getattr(world, who), at=world.at(days, hour),
        )  # fmt: skip
        world.save([row])
    key, who, text = DRAFT
    place = {"person": getattr(world, who), "thread_id": world.id("thread", key)}
    world.save([Draft(text=text, saved_at=world.at(-1, 17), **place)])
    world.save_notes()


def _translate(world):
    rows = []
    for key, n, language, text, checker in TRANSLATED:
        at = _moment(world, next(said for name, *_rest, said in THREADS if name == key)[n]) + UNDO
        by = getattr(world, checker) if checker else None
        rows.append(
            Translation(
                message_id=world.id("message", key, n), language=language, text=text,
                provider=MACHINE, made_at=at, checked_by=by, checked_at=by and at,
            )
        )  # fmt: skip
    world.save(rows)


def _conversation(world, key, child, home, school, said):
    child = getattr(world, child)
    first, last = _moment(world, said[0]), _moment(world, said[-1])
    closed = CLOSED.get(key)
    thread = Thread(
        id=world.id("thread", key), school=world.school, student=child, opened_at=first,
        opened_by=getattr(world, said[0][3]), last_at=last + UNDO,
        copies=world.id("copies", *ONE_TEXT) if key in ONE_TEXT else None,
        closed_at=world.at(closed[0]) if closed else None,
        closed_by=getattr(world, closed[1]) if closed else None,
    )  # fmt: skip
    world.save([thread])
    sides = ((Seat.Side.HOME, home), (Seat.Side.SCHOOL, school))
    world.save(
        [
            Seat(thread=thread, person=getattr(world, who), side=side, since=first)
            for side, people in sides
            for who in people
        ]
    )
    world.note("thread.begun", thread, first, by_id=thread.opened_by_id, student=child)
    messages = _messages(world, thread, key, home, said)
    world.save(messages)
    _tell(world, key, thread, messages, home, school)


def _moment(world, line):
    days, hour, minute, *_rest = line
    return world.at(days, hour, minute)


def _messages(world, thread, key, home, said):
    found = []
    for n, line in enumerate(said):
        _days, _hour, _minute, who, language, text, asks = line
        at, is_tap = _moment(world, line), text in Tap.values
        found.append(
            Message(
                id=world.id("message", key, n), thread=thread, author=getattr(world, who),
                side=Seat.Side.HOME if who in home else Seat.Side.SCHOOL, language=language,
                text="" if is_tap else text, tap=text if is_tap else "", asks=asks,
                answers=found[-1] if is_tap else None, written_at=at, leaves_at=at + UNDO,
            )
        )  # fmt: skip
    return found


def _tell(world, key, thread, messages, home, school):
    """Let everybody who takes part have been told, and have read two hours later."""
    notices = [
        Notice(
            school=world.school, kind=WRITTEN, student=thread.student, actor=message.author,
            about_type=message._meta.label_lower, about_id=str(message.pk),
            dedupe_key=str(message.pk), created_at=message.written_at, next_at=message.leaves_at,
            expanded_at=message.leaves_at, urgency=Notice.Urgency.DIRECT,
        )
        for message in messages
    ]  # fmt: skip
    world.save(notices)
    people = (*home, *school)
    receipts, newest = [], {(key, who): _newest_for(world, messages, who) for who in people}
    for notice, message in zip(notices, messages, strict=True):
        for who in people:
            person = getattr(world, who)
            waits = (key, who) in NOT_READ and newest[key, who] is message
            if person != message.author:
                receipts.append(
                    Receipt(
                        notice=notice, person=person, language=person.language or "en",
                        why="guardianship" if who in home else "caseload",
                        created_at=message.leaves_at,
                        read_at=None if waits else message.leaves_at + dt.timedelta(hours=2),
                    )
                )  # fmt: skip
    world.save(receipts)
    world.save([copy_of(receipt, world) for receipt in receipts])


def _newest_for(world, messages, who):
    """Return the newest message that `who` did not write."""
    person = getattr(world, who)
    return next(message for message in reversed(messages) if message.author != person)
