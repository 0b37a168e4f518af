"""What a plan can begin from: the portal's own templates in the reader's language, the school's, and
the plan of last term.

A template holds no child and no results: its goals are proposals, measured and put into numbers by
whoever writes the plan.
"""

from dataclasses import asdict, dataclass, field

from django.utils.translation import gettext, gettext_lazy as _

from counseling.models import Domain, Plan, Task, Template
from visits.models import Need

OWN = "own:"  # before the key of a template of the school
Side = Task.Side


@dataclass
class Body:
    """What a template holds, as `Template.body` keeps it.

    `needs` [{"domain", "weight"}]; `goals` [{"statement", "measure", "unit", "baseline", "target",
    "most", "step"}], the numbers as text and examples only; `tasks` [{"what", "side", "weekly",
    "at_home"}]; `slots` [{"weekday", "starts", "minutes", "place"}]; `materials` [{"title",
    "pages"}].
    """

    title: str = ""
    about: str = ""
    review_weeks: int = 4
    needs: list = field(default_factory=list)
    goals: list = field(default_factory=list)
    tasks: list = field(default_factory=list)
    slots: list = field(default_factory=list)
    materials: list = field(default_factory=list)

    @classmethod
    def kept(cls, found):
        """Return the body that a row of `Template` keeps; what it does not know is left out."""
        return cls(**{name: found[name] for name in cls.__dataclass_fields__ if name in found})

    def as_json(self):
        return asdict(self)


def _goal(statement, measure, unit, baseline, target, most="", step="1"):
    return {
        "statement": statement, "measure": measure, "unit": unit, "baseline": baseline,
        "target": target, "most": most, "step": step,
    }  # fmt: skip


def _task(what, side, weekly=True, at_home=False):
    return {"what": what, "side": side, "weekly": weekly, "at_home": at_home}


# key: (name, what it is about, domain, goals, steps). Texts are translated when a plan is made.
SHIPPED = {
    "attendance": (
        _("Coming to school"), _("Every day counts, and a missed one is noticed at once."),
        Domain.ATTENDANCE,
        [(_("Misses fewer days of school"), _("days missed in a week"), _("days"), "3", "0", "5", "1")],
        [
            (_("Call home on the first morning of an absence"), Side.TEACHER, False),
            (_("Say the evening before what tomorrow brings"), Side.GUARDIAN, True),
        ],
    ),
    "reading": (
        _("Reading every day"), _("A few minutes a day, read together and counted."),
        Domain.LEARNING,
        [(_("Reads every day"), _("minutes read in a week"), _("minutes"), "30", "100", "600", "5")],
        [
            (_("Read ten minutes together and tick the day"), Side.GUARDIAN, True),
            (_("Listen to one page a week"), Side.TEACHER, False),
        ],
    ),
    "homework": (
        _("Homework"), _("A fixed place and a fixed time, and somebody who looks at it."),
        Domain.LEARNING,
        [(_("Hands in the homework"), _("homework handed in, in a week"), _("pieces"), "1", "4", "10", "1")],
        [
            (_("Begin at the same time at the same table"), Side.STUDENT, True),
            (_("Look at it together on two evenings"), Side.GUARDIAN, False),
        ],
    ),
    "sleep": (
        _("Sleep"), _("Rested in the morning: a fixed time in the evening."), Domain.HEALTH,
        [(_("Sleeps long enough"), _("nights with enough sleep in a week"), _("nights"), "2", "6", "7", "1")],
        [
            (_("Lights out at the agreed time"), Side.GUARDIAN, True),
            (_("Ask on Mondays how the nights were"), Side.TEACHER, False),
        ],
    ),
    "screen": (
        _("Screen time"), _("Less time before the screen, and something good in its place."),
        Domain.HEALTH,
        [(_("Spends less time before a screen"), _("hours before a screen in a week"), _("hours"), "25", "12", "112", "1")],
        [
            (_("Put the telephone away at the table and at night"), Side.GUARDIAN, True),
            (_("Choose what to do in that hour"), Side.STUDENT, False),
        ],
    ),
    "values": (
        _("Values and manners"), _("One thing at a time: to greet, to thank, to help, to listen."),
        Domain.BEHAVIOUR,
        [(_("Does what was agreed"), _("days on which it was kept, in a week"), _("days"), "1", "4", "5", "1")],
        [
            (_("Agree on one thing for the week"), Side.STUDENT, True),
            (_("Praise it on the day on which it is seen"), Side.TEACHER, False),
        ],
    ),
    "mathematics": (
        _("Mathematics"), _("Short practice several times a week, with the same kind of task."),
        Domain.LEARNING,
        [(_("Solves more tasks correctly"), _("tasks solved correctly in ten minutes"), _("tasks"), "8", "20", "60", "1")],
        [
            (_("Practise ten minutes, three times a week"), Side.STUDENT, True),
            (_("Work in a small group once a week"), Side.TEACHER, False),
        ],
    ),
    "language": (
        _("Language"), _("Speaking, understanding and writing in the language of the lessons."),
        Domain.LEARNING,
        [(_("Uses more new words"), _("new words used correctly in a week"), _("words"), "5", "15", "100", "1")],
        [
            (_("Tell a short story each week"), Side.STUDENT, True),
            (_("Speak about the day in the language of the home"), Side.GUARDIAN, False),
        ],
    ),
}  # fmt: skip
# Which template a need that was noted at a visit begins from, and what it is about.
OF_A_NEED = {
    Need.Kind.READING: ("reading", Domain.LEARNING),
    Need.Kind.MONEY: ("", Domain.MONEY),
    Need.Kind.TRAVEL: ("attendance", Domain.ATTENDANCE),
    Need.Kind.WELLBEING: ("", Domain.FEELINGS),
    Need.Kind.FAMILY: ("", Domain.FAMILY),
}


def shipped(key):
    """Return the Body of a template of the portal, in the reader's language. Raises KeyError."""
    name, about, domain, goals, tasks = SHIPPED[key]
    return Body(
        title=gettext(name),
        about=gettext(about),
        needs=[{"domain": str(domain), "weight": 3}],
        goals=[_goal(*(str(part) for part in goal)) for goal in goals],
        tasks=[_task(str(what), str(side), at_home=at_home) for what, side, at_home in tasks],
    )


def body_of(key, schools):
    """Return the Body of the template `key` (shipped, or one of these schools'), or None."""
    if not key.startswith(OWN):
        return shipped(key) if key in SHIPPED else None
    rows = Template.objects.filter(school__in=schools)
    found = rows.filter(pk=key.removeprefix(OWN)).first()
    return Body.kept(found.body) if found else None


def taken_from(plan):
    """Return the Body of a plan, to be kept as a template: nothing that was said or measured, and no
    person. (Five queries.)"""
    return Body(
        title=plan.title,
        review_weeks=plan.review_weeks,
        needs=[{"domain": need.domain, "weight": need.weight} for need in plan.needs.all()],
        goals=[
            _goal(
                goal.statement, goal.measure, goal.unit, "", str(goal.target),
                "" if goal.most is None else str(goal.most), str(goal.step),
            )
            for goal in plan.goals.filter(ended_at=None)
        ],
        tasks=[
            _task(task.what, task.side, task.weekly, task.at_home) for task in plan.tasks.all()
        ],
        slots=[
            {
                "weekday": slot.weekday, "starts": f"{slot.starts:%H:%M}", "minutes": slot.minutes,
                "place": slot.place,
            }
            for slot in plan.slots.all()
        ],
        materials=[{"title": row.title, "pages": row.pages} for row in plan.materials.all()],
    )  # fmt: skip


def choices_for(student):
    """Return [(key, name)] of what a plan for the child can begin from beside its own plans: the
    portal's templates and the school's (one query)."""
    own = Template.objects.standing().filter(school=student.school_id)
    return [
        *((key, str(row[0])) for key, row in SHIPPED.items()),
        *((f"{OWN}{pk}", name) for pk, name in own.values_list("pk", "name")),
    ]


def plans_before(student):
    """Return the child's plans that a new one can go on from, the newest first."""
    return Plan.objects.filter(student=student).order_by("-made_at")[:3]
