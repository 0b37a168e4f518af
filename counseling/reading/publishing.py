"""What plans tell people, and whom: a plan to read for the family, a question for its owner."""

from datetime import timedelta

from django.conf import settings
from django.db.models import DateField, Exists, F, OuterRef, Q, Value
from django.db.models.functions import Cast
from django.urls import reverse
from django.utils.translation import gettext, gettext_lazy as _

from counseling.models import READERS, Answer, AtHome, Plan, Version
from counseling.models.answer import ASKED
from counseling.models.plan import ITEM
from counseling.models.version import PUBLISHED
from homeschool.journal import kinds
from homeschool.people import sight

from .version import FamilyPlan


def address(name, key):
    """Return a page of plans as it stands in a letter."""
    return f"{settings.SITE_URL}{reverse(f'counseling:{name}', args=[key])}"


# --- a plan to read ---------------------------------------------------------------------------------------
def _version(notice):
    rows = Version.objects.select_related("plan__student__school", "by")
    return rows.get(pk=notice.about_id)


def readers_of_plan(notice):
    """Return the rows of Sight of those who are told of a plan: the family that may receive."""
    versions = Version.objects.filter(pk=notice.about_id)
    return sight.receivers(versions.values("plan__student"), ITEM)


def words_of_plan(notice, user):
    """Return what a letter about a plan holds for `user`."""
    version = _version(notice)
    page = FamilyPlan(user, version)
    return {"page": page, "version": version, "plan_link": address("family-plan", version.plan_id)}


def is_news(notice):
    """Whether the version is still the one that holds, of a plan that is open."""
    newest = Version.objects.newest().filter(pk=notice.about_id)
    return newest.exclude(plan__state="closed").exists()


# --- a question -------------------------------------------------------------------------------------------
# Who is asked where the plan's owner no longer sees the child.
INSTEAD = (sight.COUNSELOR, sight.ADVISER, sight.LEADER)


def _question(notice):
    rows = AtHome.objects.select_related("version__plan__student", "person")
    return rows.get(pk=notice.about_id)


def reader_of_question(notice):
    """Return the rows of Sight of who looks after the plan; where this person no longer sees the child,
    of those who do in the first role of `INSTEAD` that somebody has."""
    plan = _question(notice).version.plan
    rows = sight.watchers([plan.student_id], READERS)
    found = rows.filter(user=plan.owner_id)
    for role in INSTEAD:
        if found.exists():
            break
        found = rows.filter(role=role)
    return found


def words_of_question(notice, user):
    """Return what a letter about a question holds."""
    row = _question(notice)
    plan = row.version.plan
    return {"row": row, "plan": plan, "plan_link": address("plan-detail", plan.pk)}


def waits(notice):
    """Whether nobody has read the question yet."""
    return AtHome.objects.unheard().filter(pk=notice.about_id).exists()


# --- what waits for the owner -----------------------------------------------------------------------------
HEARD = (
    "id", "plan", "title", "child", "at", "who", "text", "proposes", "kind", "due",
)  # fmt: skip

KIND = {name: Value(name) for name in ("answer", "question", "review")}


def to_do(user, today, *more):
    """Return what waits for `user`, who looks after the plan, as one queryset of dicts (`HEARD`): answers
    that want something, then questions, the longest waiting first (for `heard_in_words`); then, of
    the kind "review", the plans whose review is due on `today` or was before, the latest first.

    Answers and questions also wait for those who are asked instead (`reader_of_question`). `more` are
    querysets of the same dicts, of other kinds."""
    answers = _waiting(Answer.objects.visible_to(user, roles=READERS).unheard(), user)
    asked = _waiting(AtHome.objects.visible_to(user, roles=READERS).unheard(), user)
    answers = answers.standing().wanting().annotate(proposes=F("proposals"), kind=KIND["answer"])
    asked = asked.filter(said=AtHome.Said.QUESTION)
    asked = asked.annotate(proposes=Value(""), kind=KIND["question"])
    due = Plan.objects.visible_to(user, roles=READERS).review_due(today).filter(owner=user.pk)
    return (
        _told(answers)
        .union(_told(asked), _due(due), *more, all=True)
        .order_by("kind", "due", "at", "id")
    )


def _waiting(rows, user):
    """Return those that wait for `user`: as who looks after the plan, or instead of that person."""
    path = "version__plan__student"
    sees = sight.Sight.objects.filter(student=OuterRef(path), user__is_active=True)
    owner = sees.filter(user=OuterRef("version__plan__owner"), role__in=READERS)
    mine = Q(version__plan__owner=user.pk)
    for n, role in enumerate(INSTEAD):
        instead = sight.within(user, path, {role}, ITEM)
        if instead is not None:  # what costs least is asked first
            before = sees.filter(role__in=INSTEAD[:n])
            mine |= instead & ~Exists(owner) & (~Exists(before) if n else Q())
    return rows.filter(mine)


def _told(rows):
    return rows.order_by().annotate(
        plan=F("version__plan"), title=F("version__plan__title"), text=F("words"),
        child=F("version__plan__student__full_name"), who=F("person__full_name"),
        due=Cast(None, DateField()),
    ).values(*HEARD)  # fmt: skip


def _due(plans):
    return plans.order_by().annotate(
        plan=F("pk"), child=F("student__full_name"), at=F("made_at"), who=Value(""), text=Value(""),
        proposes=Value(""), kind=KIND["review"], due=F("next_review_on"),
    ).values(*HEARD)  # fmt: skip


def heard_in_words(row, zone):
    """Return one row of `to_do` with `said`, the sentence, `when`, `icon` and `url`, where it is noted."""
    child = {"name": row["who"] or row["child"], "child": row["child"]}
    is_question = row["kind"] == "question"
    if is_question:
        said = gettext("%(name)s asks something about %(child)s’s plan")
    elif row["proposes"]:
        said = gettext("%(name)s proposes a change to %(child)s’s plan")
    else:
        said = gettext("%(name)s does not agree with %(child)s’s plan")
    name = "home-note" if is_question else "answer-note"
    return row | {
        "said": said % child,
        "icon": "circle-help" if is_question else "message-circle",
        "when": row["at"].astimezone(zone),
        "text": row["text"] if is_question else row["proposes"] or row["text"],
        "url": reverse(f"counseling:{name}", args=[row["id"]]),
    }


def register_publishing():
    """Tell the journal of these kinds of notices."""
    kinds.register(
        kinds.Kind(
            name=PUBLISHED,
            label=_("A plan to read"),
            recipients=readers_of_plan,
            template="counseling/letters/plan",
            context=words_of_plan,
            alive=is_news,
            lives_for=timedelta(days=30),
            again_when_uncertain=True,
            asks="tap",
        )
    )
    kinds.register(
        kinds.Kind(
            name=ASKED,
            label=_("A family asks about a plan"),
            recipients=reader_of_question,
            template="counseling/letters/plan_question",
            context=words_of_question,
            alive=waits,
            asks="read",
            for_staff=True,
        )
    )
