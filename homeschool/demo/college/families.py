"""The families of the demo college: homes that were visited, accounts of students, and what they grant."""

from homeschool.demo import people as demo_people
from homeschool.demo.college import programme
from homeschool.demo.college.people import HOME
from homeschool.people.models import (
    Caseload,
    Grant,
    Guardianship,
    Household,
    Membership,
    SchoolClass,
    Student,
    User,
)

GRANTED_ITEMS = (Grant.Item.BASICS, Grant.Item.VISITS)


def load(world):
    """Make what no roster carries, once; `world.students` holds all by number, `world.ties` the
    Guardianship of those who were reached by the student's id."""
    if not world.new:
        return
    rows = Student.objects.filter(school=world.school)
    world.students = {student.number: student for student in rows}
    world.reached = [seat for seat in world.seats if seat.way]
    reached = [world.students[seat.number] for seat in world.reached]
    ties = Guardianship.objects.filter(student__in=reached).select_related("guardian")
    world.ties = {tie.student_id: tie for tie in ties}
    _make_homes(world)
    _give_accounts(world)
    _grant(world)
    world.count_rows(Student, Guardianship, Grant, User, Membership, SchoolClass, Caseload)


def _make_homes(world):
    """Make the homes that were visited, one a student, each with its guardian."""
    homes, students, guardians = [], [], []
    for seat in (seat for seat in world.reached if seat.way == HOME):
        region, student = programme.place_of(world, seat), world.students[seat.number]
        home = Household(
            id=world.id("college", "home", seat.turn),
            school=world.school,
            address=_address(region.name, seat.turn),
            region=region,
        )
        homes.append(home)
        students.append((home.pk, student.pk))
        guardians.append((home.pk, world.ties[student.pk].guardian_id))
    world.save(homes)
    world.tie(Household.students, students)
    world.tie(Household.guardians, guardians)


def _address(place, turn):
    """Return an invented address in a place: a lane of a village, or a flat in a city."""
    if place.endswith(("县", "市")):
        return f"{place}向阳村{turn % 7 + 1}组{turn + 3}号"
    return f"{place}和平路{turn + 11}号{turn % 4 + 1}单元{turn % 6 + 1}01室"


def _give_accounts(world):
    """Let some students sign in themselves."""
    accounts = {
        seat.number: demo_people.account(
            world,
            f"college/student/{seat.number}",
            seat.name,
            f"student.{seat.number}@demo.example",
            "zh-hans",
        )
        for seat in world.reached
        if seat.account
    }
    made = demo_people.make_accounts(world, accounts)
    students = [world.students[number] for number in made]
    for student in students:
        student.user = made[student.number]
    Student.objects.bulk_update(students, ["user"])


def _grant(world):
    """Let some students' families read of their visits."""
    students = [world.students[seat.number] for seat in world.reached if seat.granted]
    world.save(
        [
            Grant(
                id=world.id("college", "grant", student.number, item),
                student=student,
                guardian=world.ties[student.pk].guardian,
                item=item,
                since=world.at(-50),
            )
            for student in students
            for item in GRANTED_ITEMS
        ]
    )
