"""Announcements of the demo: read, tapped and signed for, one that waits for its hour, one being written;
templates and a saved list."""

import datetime as dt

from homeschool.journal import actions
from homeschool.journal.models import Delivery, Notice, Receipt
from messaging.models import Announcement, SavedList, Template, Told, Wording
from messaging.models.announcing import ANNOUNCED

State, Level = Announcement.State, Announcement.Level
# A machine translated the last words and nobody looked at them yet.
MACHINE = "LibreTranslate"
# key: (audience, whose, by, level, days ago, hour, answer within days, [(language, title, text, provider)])
SENT = {
    "holiday": ("school", "", "ruth_adler", Level.READ, 9, 10, 0, (
        ("en", "No lessons on Friday afternoon",
         "On Friday lessons end at twelve: all teachers learn together in the afternoon.\n\n"
         "The library stays open until five for children who cannot go home earlier. "
         "Please tell the class teacher if your child stays.", ""),
        ("zh-hans", "星期五下午不上课",
         "星期五中午十二点放学，下午全体老师一起学习。\n\n"
         "不能提前回家的孩子，可以在图书馆待到五点。请告诉班主任您的孩子是否留校。", ""),
        ("es", "El viernes por la tarde no hay clases",
         "El viernes las clases terminan a las doce: por la tarde todos los maestros aprenden juntos.\n\n"
         "La biblioteca abre hasta las cinco para los niños que no pueden irse antes. "
         "Avise por favor a la maestra si su hijo se queda.", ""),
    )),
    "evening": ("class", "3b", "daniel_okafor", Level.TAP, 4, 16, 6, (
        ("en", "Parent evening of class 3B",
         "I invite you to our parent evening next Thursday at six, in room 204.\n\n"
         "The children will show their maps of the neighbourhood. Brothers and sisters may come along. "
         "There is somebody who interprets into Chinese and Spanish.", ""),
        ("zh-hans", "三年二班家长会",
         "邀请您参加下星期四晚上六点在204教室举行的家长会。\n\n"
         "孩子们会展示自己画的街区地图。弟弟妹妹可以一起来。现场有中文和西班牙语翻译。", ""),
        ("es", "Reunión de padres de 3B",
         "Los invito a nuestra reunión el próximo jueves a las seis, en el aula 204.\n\n"
         "Los niños mostrarán sus mapas del barrio. Pueden venir los hermanos. "
         "Habrá intérprete de chino y español.", MACHINE),
    )),
    "museum": ("class", "3b", "daniel_okafor", Level.SIGN, 3, 15, 5, (
        ("en", "May your child come along to the museum?",
         "Next Wednesday class 3B goes to the city museum by bus. We leave at nine and are back at three.\n\n"
         "Two teachers and a parent go along. Your child needs water, a lunch box and good shoes. "
         "With your name you say that your child may come along.", ""),
        ("zh-hans", "孩子可以一起去博物馆吗？",
         "下星期三三年二班坐校车去市博物馆，九点出发，三点回来。\n\n"
         "两位老师和一位家长同行。请给孩子带水、午饭，穿舒服的鞋。"
         "签上您的名字，就表示您同意孩子参加。", ""),
        ("es", "¿Puede su hijo venir al museo?",
         "El próximo miércoles la clase 3B va en autobús al museo de la ciudad. Salimos a las nueve y "
         "volvemos a las tres.\n\nVan dos maestros y un padre. Su hijo necesita agua, almuerzo y buenos "
         "zapatos. Con su nombre dice que su hijo puede venir.", ""),
    )),
}  # fmt: skip
COMING = ("division", "g3", "ruth_adler", Level.READ, (
    ("en", "Swimming lessons begin",
     "Grade 3 swims every Monday from now on. Please give your child a towel and a bathing cap.", ""),
    ("zh-hans", "游泳课开始了", "三年级从现在起每星期一上游泳课。请给孩子带毛巾和泳帽。", ""),
))  # fmt: skip
WRITTEN = ("saved_list", "readers", "mei_chen", Level.TAP, (
    ("en", "Books for the holidays",
     "We lend each child of the reading group three books for the holidays. "
     "Please look at them together, ten minutes a day are enough.", ""),
    ("zh-hans", "假期的书",
     "我们借给阅读小组的每个孩子三本书，带回家过假期。请和孩子一起看，每天十分钟就够了。", MACHINE),
))  # fmt: skip
LISTS = (("readers", "Reading group", "mei_chen", ("xiaoyu", "mateo", "ethan", "sofia")),)
TEMPLATES = (
    ("evening", "Parent evening", Level.TAP, SENT["evening"][-1]),
    ("outing", "An outing, to be signed", Level.SIGN, SENT["museum"][-1]),
    ("free", "No lessons", Level.READ, SENT["holiday"][-1]),
)


def load(world):
    """Make the rows, once; what the demo tells of itself does not leave as letters."""
    world.saved_list = _lists(world)
    world.wording = _templates(world)
    for key, told in SENT.items():
        setattr(world, f"announced_{key}", _sent(world, key, *told))
    _coming(world)
    world.announcement = _written(world)
    world.save_notes()


def _there(world, key):
    return Announcement.objects.filter(pk=world.id("announcement", key)).first()


def _key(world, audience, whose):
    """Return (key, name) of an audience."""
    row = {
        "school": lambda: world.school,
        "class": lambda: world.classes[whose],
        "division": lambda: world.divisions[whose],
        "saved_list": lambda: world.saved_list,
    }[audience]()
    return str(row.pk), str(row)


def _make(world, key, audience, whose, by, level, words, made_at, **columns):
    """Make an announcement that has not left, with its words."""
    to, called = _key(world, audience, whose)
    row = Announcement.objects.create(
        id=world.id("announcement", key), school=world.school, audience=audience, key=to,
        called=called, level=level, made_by=getattr(world, by), made_at=made_at, **columns,
    )  # fmt: skip
    world.made += 1
    (language, title, text, _provider), *others = words
    first = Wording(announcement=row, language=language, title=title, text=text, by=row.made_by)
    rows = [first]
    for language, title, text, provider in others:
        rows.append(
            Wording(
                announcement=row, language=language, title=title, text=text, by=row.made_by,
                provider=provider, of_digest=first.digest,
                checked_by=None if provider else world.lucia_vega,
            )
        )  # fmt: skip
    world.save(rows)
    world.note("announcement.begun", row, made_at, by_id=row.made_by_id)
    return row


def _sent(world, key, audience, whose, by, level, ago, hour, within, words):
    """Make one that has left, and was told to everybody whom it concerned."""
    if row := _there(world, key):
        return row
    at = world.at(-ago, hour)
    until = world.at(within - ago, 18) if within else None
    row = _make(world, key, audience, whose, by, level, words, at, answer_by=until)
    row = Announcement.objects.get(pk=row.pk)
    world.save([Told(announcement=row, student=child) for child in row.children()])
    row.state, row.sent_at = State.SENT, at
    row.save(update_fields=["state", "sent_at"])
    world.note("announcement.sent", row, at, by_id=row.made_by_id)
    notice = Notice.objects.create(
        school=world.school, kind=ANNOUNCED, about_type=row._meta.label_lower, about_id=str(row.pk),
        actor=row.made_by, dedupe_key=str(row.pk), created_at=at, next_at=at,
    )  # fmt: skip
    actions.address(notice)
    Notice.objects.filter(pk=notice.pk).update(expanded_at=at)
    Receipt.objects.filter(notice=notice).update(created_at=at)
    Delivery.objects.filter(receipt__notice=notice).update(
        state=Delivery.State.SENT, created_at=at, sent_at=at + dt.timedelta(minutes=1), not_before=None,
    )  # fmt: skip
    world.made += 1 + Receipt.objects.filter(notice=notice).count()
    return row


def _coming(world):
    """Make one that leaves by itself: in a week, so that it is there however long somebody tries."""
    if not _there(world, "swimming"):
        at = world.at(7, 8)
        _make(
            world, "swimming", *COMING, made_at=world.at(-1, 11), state=State.SCHEDULED, sends_at=at
        )


def _written(world):
    row = _there(world, "books")
    return row or _make(world, "books", *WRITTEN, made_at=world.at(-1, 17))


def _lists(world):
    for key, name, by, children in LISTS:
        row = SavedList(
            id=world.id("saved list", key), school=world.school, name=name,
            made_by=getattr(world, by),
        )  # fmt: skip
        new = not SavedList.objects.filter(pk=row.pk).exists()
        row = world.make([row])[row.pk]
        if new:
            row.students.set([getattr(world, child) for child in children])
    return row


def _templates(world):
    rows = [
        Template(
            id=world.id("template", key), school=world.school, name=name, level=level,
            words=[{"language": c, "title": t, "text": x} for c, t, x, _provider in words],
            made_by=world.ruth_adler,
        )
        for key, name, level, words in TEMPLATES
    ]  # fmt: skip
    made = world.make(rows)
    return made[rows[0].pk]
