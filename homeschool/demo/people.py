"""The people of the demonstration: who can be tried, and the rows that they are made of."""

import datetime
from dataclasses import dataclass
from typing import Literal

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from homeschool import names
from homeschool.demo import families
from homeschool.demo.world import SCHOOL_CODE, ZONE
from homeschool.journal.models import Entry
from homeschool.people import sight
from homeschool.people.models import (
    Address,
    Caseload,
    Division,
    Grant,
    Guardianship,
    Handover,
    Household,
    Membership,
    Region,
    School,
    SchoolClass,
    Student,
    Term,
    User,
)


@dataclass(frozen=True)
class DemoPerson:
    """Somebody of the demo with an account: where they stand, and what to try as them (`line`)."""

    email: str
    group: Literal["family", "staff", "college"]
    line: str | Promise
    name: str = ""
    part: str | Promise = ""


CAST: tuple[DemoPerson, ...] = (
    DemoPerson(
        "linmei@demo.example", "family", _("Reads Chinese. Her daughter is in class 3B."),
        "林梅", _("mother of 林小雨"),
    ),
    DemoPerson(
        "camilaruiz@demo.example", "family", _("Reads Spanish. Her son is in class 3B."),
        "Camila Ruiz", _("mother of Mateo"),
    ),
    DemoPerson(
        "wanghaitao@demo.example", "family",
        _("Works in another city. His two children live with their grandmother, who has no e-mail."),
        "王海涛", _("father of 王子涵 and 王子昂"),
    ),
    DemoPerson(
        "karenwhitfield@demo.example", "family", _("Lives apart from Ethan’s father; neither sees the other."),
        "Karen Whitfield", _("mother of Ethan"),
    ),
    DemoPerson(
        "stevenbrooks@demo.example", "family", _("Lives apart from Ethan’s mother; neither sees the other."),
        "Steven Brooks", _("father of Ethan"),
    ),
    DemoPerson(
        "markdoyle@demo.example", "family", _("His sight was withdrawn: no child’s page is open to him."),
        "Mark Doyle", _("father of Lily"),
    ),
    DemoPerson(
        "noralindgren@demo.example", "family", _("Is 19: she decides herself what her parents see."),
        "Nora Lindgren", _("student, of age"),
    ),
    DemoPerson(
        "eriklindgren@demo.example", "family", _("Sees of his grown daughter what she granted him."),
        "Erik Lindgren", _("father of Nora"),
    ),
    DemoPerson(
        "meichen@demo.example", "staff", _("Counselor with a caseload of four classes. Begin here."),
        "Mei Chen", _("counselor"),
    ),
    DemoPerson(
        "luciavega@demo.example", "staff", _("Counselor of the other classes. Speaks Spanish."),
        "Lucía Vega", _("counselor"),
    ),
    DemoPerson(
        "danielokafor@demo.example", "staff", _("Sees the children of class 3B, and no other."),
        "Daniel Okafor", _("class teacher"),
    ),
    DemoPerson(
        "amaranwosu@demo.example", "staff", _("Sees the children of class 5C, and no other."),
        "Amara Nwosu", _("class teacher"),
    ),
    DemoPerson(
        "ruthadler@demo.example", "staff", _("Sees the whole school and its figures."),
        "Ruth Adler", _("school leader"),
    ),
    DemoPerson(
        "omarhaddad@demo.example", "staff",
        _("Sets the school up: terms, classes, staff, and the sheet of children."),
        "Omar Haddad", _("school administrator"),
    ),
    DemoPerson(
        "veralindqvist@demo.example", "staff", _("Leads the chess club. Opens no child’s page."),
        "Vera Lindqvist", _("volunteer"),
    ),
    DemoPerson(
        "wuqiming@demo.example", "college",
        _("Has the term report: 252 classes, 2,184 students reached."),
        "吴启明", _("school administrator"),
    ),
    DemoPerson(
        "hejingyi@demo.example", "college", _("Looks after one college of it, 900 students."),
        "何静怡", _("counselor"),
    ),
    DemoPerson(
        "songguilan@demo.example", "college",
        _("Reads, in Chinese, of the visits that her grown daughter lets her see."),
        "宋桂兰", _("mother of 韩雪"),
    ),
)  # fmt: skip

# key, name, role, language
STAFF = (
    ("mei_chen", "Mei Chen", sight.COUNSELOR, "en"),
    ("lucia_vega", "Lucía Vega", sight.COUNSELOR, "es"),
    ("daniel_okafor", "Daniel Okafor", sight.ADVISER, "en"),
    ("amara_nwosu", "Amara Nwosu", sight.ADVISER, "en"),
    ("zhao_min", "赵敏", sight.ADVISER, "zh-hans"),
    ("grace_miller", "Grace Miller", sight.ADVISER, "en"),
    ("tomas_ortega", "Tomás Ortega", sight.ADVISER, "es"),
    ("sun_lihua", "孙丽华", sight.ADVISER, "zh-hans"),
    ("priya_nair", "Priya Nair", sight.ADVISER, "en"),
    ("helen_fraser", "Helen Fraser", sight.ADVISER, "en"),
    ("samuel_adeyemi", "Samuel Adeyemi", sight.ADVISER, "en"),
    ("ruth_adler", "Ruth Adler", sight.LEADER, "en"),
    ("omar_haddad", "Omar Haddad", sight.SCHOOL_ADMIN, "en"),
    ("vera_lindqvist", "Vera Lindqvist", sight.VOLUNTEER, "en"),
)
# class code, division code, its name, adviser
CLASSES = (
    ("1a", "g1", "Grade 1", "zhao_min"),
    ("2a", "g2", "Grade 2", "grace_miller"),
    ("3a", "g3", "Grade 3", "tomas_ortega"),
    ("3b", "g3", "Grade 3", "daniel_okafor"),
    ("4a", "g4", "Grade 4", "sun_lihua"),
    ("5a", "g5", "Grade 5", "priya_nair"),
    ("5c", "g5", "Grade 5", "amara_nwosu"),
    ("6a", "g6", "Grade 6", "helen_fraser"),
    ("12a", "upper", "Upper school", "samuel_adeyemi"),
)
CASELOADS = {
    "mei_chen": (("1a", "2a", "3a", "3b"), ("ziang", "sofia", "maria_fernanda", "aisha", "lily")),
    "lucia_vega": (("4a", "5a", "5c", "6a", "12a"), ()),
}
# (level, code, name, parent)
REGIONS = (
    ("province", "210000", "辽宁省", None),
    ("city", "210200", "大连市", "辽宁省"),
    ("city", "210100", "沈阳市", "辽宁省"),
    ("county", "210202", "中山区", "大连市"),
    ("county", "210203", "西岗区", "大连市"),
    ("county", "210204", "沙河口区", "大连市"),
    ("county", "210211", "甘井子区", "大连市"),
    ("county", "210212", "旅顺口区", "大连市"),
    ("county", "210102", "和平区", "沈阳市"),
    ("county", "210103", "沈河区", "沈阳市"),
)
A_TERM = datetime.timedelta(weeks=22)


def load(world):
    """Make the school, its staff and its families; the rows stand in `world` by their keys.

    Besides people by key: `world.school`, `world.term`, `world.divisions`, `world.classes`
    (by code), `world.memberships` (by key of the person), `world.homes` (by "child/number"),
    `world.students` and `world.guardians` (everybody, in order).
    """
    world.since = world.at(-420, 8)
    _load_school(world)
    _load_staff(world)
    _load_classes(world)
    _load_families(world)
    _load_caseloads(world)
    _load_handover(world)


def _load_handover(world):
    """Let one counselor have handed two children over to the other a month ago, with a note."""
    giver, taker = world.memberships["lucia_vega"], world.memberships["mei_chen"]
    at = world.at(-30, 16)
    world.handover = _one(
        world,
        Handover(
            id=world.id("handover"), school=world.school, giver=giver, taker=taker, at=at,
            by=world.omar_haddad, counts={"caseloads": 2, "visits": 1, "promises": 1},
            note="Sofía: her father works nights, call after four. 子昂: his grandmother opens the "
            "door and likes to be asked about the garden. Both families know that you come next.",
        ),
    )  # fmt: skip
    if not Entry.objects.about(world.handover).exists():
        world.note("caseload.handed_over", world.handover, at, by_id=world.omar_haddad.pk)
        world.save_notes()


def _load_school(world):
    school = School(
        id=world.id("school"),
        code=SCHOOL_CODE,
        name="Mill Lane School 米尔巷实验学校",
        kind=School.Kind.SECONDARY,
        time_zone=ZONE.key,
        quiet_from="00:00",  # none: people try it at any hour
        quiet_until="00:00",
        letterhead="Mill Lane School · 米尔巷实验学校\n1 Mill Lane, 大连市西岗区 · +86 411 5550 0100",
    )
    new = not School.objects.filter(pk=school.pk).exists()
    world.school = world.make([school])[school.pk]
    world.term = _one(world, _term(world))
    _load_regions(world)
    if new:
        Entry.record("demo.loaded", world.school, by=None, school=world.school)


def _one(world, row):
    return world.make([row])[row.pk]


def _term(world):
    """Return the term that runs today: it began on a Monday about eleven weeks ago."""
    began = world.day(-77)
    began -= datetime.timedelta(days=began.weekday())
    season, word = ("autumn", "Autumn") if began.month >= 7 else ("spring", "Spring")
    return Term(
        id=world.id("term"),
        school=world.school,
        code=f"{began.year}-{season}",
        name=f"{word} {began.year}",
        start=began,
        end=began + A_TERM,
    )


def _load_regions(world):
    """Make the places, parents first; a place that a real list brought is used as it is."""
    world.regions = {}
    for level, code, name, parent in REGIONS:
        above = world.regions.get(parent)
        world.regions[name], _new = Region.objects.get_or_create(
            level=level, name=name, parent=above,
            defaults={"id": world.id("region", code), "code": code},
        )  # fmt: skip


def account(world, key, name, email, language):
    return User(
        id=world.id("user", key),
        email=email or None,
        full_name=name,
        sort_key=names.sort_key(name),
        language=language,
        time_zone=ZONE.key,
        password=f"{UNUSABLE_PASSWORD_PREFIX}demo",
        date_joined=world.since,
    )


def make_accounts(world, accounts):
    """Save {key: User}, each with its address, and return them as they stand."""
    made = world.make(accounts.values())
    world.make(
        Address(
            id=world.id("address", user.pk),
            user=user,
            channel=Address.Channel.EMAIL,
            value=user.email,
            verified_at=world.since,
        )
        for user in made.values()
        if user.email
    )
    return {key: made[user.pk] for key, user in accounts.items()}


def _load_staff(world):
    accounts = {
        key: account(world, key, name, _staff_email(key), language)
        for key, name, _role, language in STAFF
    }
    vars(world).update(make_accounts(world, accounts))
    rows = {
        key: Membership(
            id=world.id("membership", key),
            user=getattr(world, key),
            school=world.school,
            role=role,
            since=world.since,
        )
        for key, _name, role, _language in STAFF
    }
    made = world.make(rows.values())
    world.memberships = {key: made[row.pk] for key, row in rows.items()}


def _staff_email(key):
    return f"{key.replace('_', '')}@demo.example"


def _load_classes(world):
    grades = {code: name for _class, code, name, _adviser in CLASSES}
    rows = [
        Division(id=world.id("division", code), school=world.school, code=code, name=name)
        for code, name in grades.items()
    ]
    world.divisions = {row.code: row for row in world.make(rows).values()}
    rows = [
        SchoolClass(
            id=world.id("class", code),
            school=world.school,
            division=world.divisions[grade],
            code=code,
            name=f"Class {code.upper()}",
            adviser=world.memberships[adviser],
        )
        for code, grade, _name, adviser in CLASSES
    ]
    world.classes = {row.code: row for row in world.make(rows).values()}


def _load_families(world):
    of_staff = {_staff_email(key) for key, *_rest in STAFF}
    everybody = [*families.TOLD, *families.ordinary(of_staff)]
    grown = [child for family in everybody for child in family.children if child.email]
    adults = [adult for family in everybody for adult in family.adults]
    accounts = {
        person.key: account(world, person.key, person.name, person.email, person.language)
        for person in adults
    } | {
        f"{child.key}_account": account(world, child.key, child.name, child.email, child.language)
        for child in grown
    }
    vars(world).update(make_accounts(world, accounts))
    _load_children(world, everybody)
    _load_ties(world, everybody)
    _load_homes(world, everybody)
    world.guardians = [getattr(world, adult.key) for adult in adults]


def _load_children(world, everybody):
    children = [child for family in everybody for child in family.children]
    rows = {child.key: _student(world, n, child) for n, child in enumerate(children)}
    made = world.make(rows.values())
    for key, row in rows.items():
        setattr(world, key, made[row.pk])
    world.students = [made[row.pk] for row in rows.values()]


def _student(world, n, child):
    student = Student(
        id=world.id("student", child.key),
        number=f"{world.term.start.year}{n + 1:03}",
        full_name=child.name,
        preferred_name=child.called,
        birth_date=world.born(*child.born),
        sex=child.sex,
        home_language=child.speaks,
        strengths=child.strengths,
        user=getattr(world, f"{child.key}_account") if child.email else None,
    )
    student.join(world.classes[child.class_code])
    student.set_keys()
    return student


def _pairs(everybody):
    for family in everybody:
        for child in family.children:
            for n, adult in enumerate(family.adults):
                yield child, adult, n


def _load_ties(world, everybody):
    world.make(_tie(world, *pair) for pair in _pairs(everybody))
    world.make(
        Grant(
            id=world.id("grant", child.key, adult.key, item),
            student=getattr(world, child.key),
            guardian=getattr(world, adult.key),
            item=item,
            since=world.at(-40),
        )
        for child, adult, _n in _pairs(everybody)
        for item in adult.granted
    )


def _tie(world, child, adult, n):
    open_to_see = not adult.restricted_for
    return Guardianship(
        id=world.id("guardianship", child.key, adult.key),
        student=getattr(world, child.key),
        guardian=getattr(world, adult.key),
        relation=adult.relation,
        relation_said=adult.said,
        primary=n == 0,
        lives_with=adult.lives_with,
        legal_guardian=adult.legal,
        may_view=open_to_see,
        may_receive=open_to_see,
        restricted_at=None if open_to_see else world.at(-60, 11),
        restricted_by=None if open_to_see else world.omar_haddad,
        restriction_reason=adult.restricted_for,
        since=world.since,
    )


def _load_homes(world, everybody):
    """Make the homes; a child belongs to those of its guardians, a guardian to one."""
    rows, students, guardians = {}, [], []
    for family in everybody:
        for n, home in enumerate(family.homes):
            key = f"{family.children[0].key}/{n}"
            rows[key] = Household(
                id=world.id("home", key),
                school=world.school,
                address=home.address,
                region=world.regions[home.region],
            )
            living = [adult for adult in family.adults if adult.home == n]
            guardians += [(rows[key].pk, getattr(world, adult.key).pk) for adult in living]
            if n == 0 or any(adult.lives_with for adult in living):
                students += [(rows[key].pk, getattr(world, c.key).pk) for c in family.children]
    made = world.make(rows.values())
    world.homes = {key: made[row.pk] for key, row in rows.items()}
    world.tie(Household.students, students)
    world.tie(Household.guardians, guardians)


def _load_caseloads(world):
    rows = []
    for key, (classes, children) in CASELOADS.items():
        targets = [{"school_class": world.classes[code]} for code in classes]
        targets += [{"student": getattr(world, child)} for child in children]
        rows += [
            Caseload(
                id=world.id("caseload", key, *(row.pk for row in target.values())),
                membership=world.memberships[key],
                since=world.since,
                **target,
            )
            for target in targets
        ]
    world.make(rows)
