"""Who has left the demo school, and who is about to go on to the demo college with the record."""

from homeschool.demo.world import COLLEGE_CODE, SCHOOL_CODE
from homeschool.people.models import Leaving, School, SchoolClass, Student, Transfer, User

# key, name, birth (age, month, day), sex, days ago, where to, note for the office
LEAVERS = (
    (
        "jonas", "Jonas Berg", (18, 2, 11), "male", 31, Leaving.Where.AWAY,
        "Moved to an aunt in another province. She asked us to send the reports by post.",
    ),
    ("chen_xi", "陈曦", (18, 6, 30), "female", 12, Leaving.Where.SCHOOL, ""),
)  # fmt: skip
CLASS_CODE = "12a"


def load(world):
    """Make those who left (`world.leavers`), and `world.transfer` as soon as both schools stand."""
    if world.school.code == SCHOOL_CODE:
        _load_leavers(world)
    _load_transfer(world)


def _load_leavers(world):
    last = world.classes[CLASS_CODE]
    students = world.make(_student(world, last, n, *of[:4]) for n, of in enumerate(LEAVERS))
    world.leavers = list(students.values())
    vars(world).update(zip((key for key, *_rest in LEAVERS), world.leavers, strict=True))
    world.students += world.leavers
    admin, made = world.omar_haddad, world.made
    world.make(_leaving(world, last, admin, *of) for of in LEAVERS)
    if world.made > made:
        for row, of in zip(world.leavers, LEAVERS, strict=True):
            world.note("student.left", row, world.at(-of[4], 15), by_id=admin.pk, student=row)
        world.save_notes()


def _student(world, last, n, key, name, born, sex):
    student = Student(
        id=world.id("student", key),
        number=f"{world.term.start.year}{n + 901}",
        full_name=name,
        birth_date=world.born(*born),
        sex=sex,
        status=Student.Status.LEFT,
    )
    student.join(last)
    student.set_keys()
    return student


def _leaving(world, last, admin, key, _name, _born, _sex, days, where, note):
    return Leaving(
        id=world.id("leaving", key),
        student_id=world.id("student", key),
        school=world.school,
        school_class=last,
        class_name=last.name,
        on=world.day(-days),
        where=where,
        note=note,
        by=admin,
        at=world.at(-days, 15),
    )


def _load_transfer(world):
    """Let one of the last class be offered to the college, which has not answered yet."""
    found = SchoolClass.objects.filter(school__code=SCHOOL_CODE, code=CLASS_CODE).first()
    college = School.objects.filter(code=COLLEGE_CODE).first()
    admin = User.objects.filter(pk=world.id("user", "omar_haddad")).first()
    world.transfer = None
    if not (found and college and admin):
        return
    going = Student.objects.active().filter(school_class=found, user=None).first()
    if going is None:
        return
    row = Transfer(
        id=world.id("transfer"),
        student=going,
        from_school_id=going.school_id,
        from_class=found,
        class_name=found.name,
        number=going.number,
        to_school=college,
        message="Has a place with you in nursing. We would like the visits to go along.",
        offered_by=admin,
        offered_at=world.at(-2, 10),
    )
    world.transfer = world.make([row])[row.pk]
