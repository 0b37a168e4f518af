"""What families suggest of their own accord, in words: the list, one suggestion, and its letters."""

import datetime as dt

from django.conf import settings
from django.db.models import Exists
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from homeschool.answering import standing
from homeschool.journal import kinds
from homeschool.journal.models import Entry, Notice, hours, reminding
from homeschool.journal.models.reminding import Rule, days
from homeschool.people import sight
from messaging.models import Suggestion
from messaging.models.suggestion import ANSWERED, ANSWERING, DUE, MADE
from messaging.models.thread import ITEM, staff_at, staff_watching

ICONS = {
    Suggestion.Outcome.TAKEN_UP: "check",
    Suggestion.Outcome.NOT_NOW: "clock",
    Suggestion.Outcome.ALREADY_SO: "star",
}
TONES = {Suggestion.Outcome.TAKEN_UP: "good", Suggestion.Outcome.ALREADY_SO: "teal"}
A_MORNING = dt.time(8)


class Suggested:
    """One suggestion as it stands today at its school, with its words; it has its `school`."""

    def __init__(self, suggestion):
        self.suggestion = suggestion
        today = timezone.localdate(timezone=suggestion.zone)
        self.state = suggestion.state(today)
        self.standing = standing(self.state, suggestion.due_on, today)
        self.asked_on = timezone.localdate(suggestion.asked_at, suggestion.zone)
        self.tone = TONES.get(suggestion.outcome, "")
        self.icon = ICONS.get(suggestion.outcome, "")

    @property
    def answered_on(self):
        at = self.suggestion.answered_at
        return at and timezone.localdate(at, self.suggestion.zone)

    @property
    def days(self):
        """Days until it was answered, by the calendar of the school, or None."""
        return (self.answered_on - self.asked_on).days if self.answered_on else None


def drawn(suggestions):
    """Return [Suggested] of these suggestions (a queryset), in its order (one query)."""
    rows = suggestions.select_related(
        "school", "by", "answered_by", "student__school_class", "student__school"
    )
    return [Suggested(row) for row in rows]


def of_family(user):
    """Return [Suggested] of what `user` suggested itself, the newest first, with what was added (two
    queries)."""
    rows = Suggestion.objects.visible_to(user, roles=sight.FAMILY_ROLES).order_by("-asked_at", "pk")
    return drawn(rows.prefetch_related("further__by")[:100])


def may_answer(user, suggestion):
    """Whether `user` leads the division or the school of the child (one query)."""
    return Suggestion.objects.visible_to(user, roles=ANSWERING).filter(pk=suggestion.pk).exists()


def record_reading(user, suggestion):
    """Write down that a leader opened it; without the child: another home is not to learn of it."""
    Entry.record(
        "suggestion.viewed", suggestion, by=user, kind=Entry.Kind.VIEWED, school=suggestion.school
    )


def answered_figures(school, term):
    """Return the suggestions that families made to the school in the term (a queryset), for the report;
    `homeschool.answering.figures` counts them. A term is days by the school's calendar."""
    zone = hours.zone_of(school.time_zone)
    begin, end = (dt.datetime.combine(day, dt.time(), zone) for day in (term.start, term.end))
    return Suggestion.objects.filter(school=school, asked_at__gte=begin, asked_at__lt=end)


# --- the letters ---------------------------------------------------------------------------------
def _suggestion(notice):
    rows = Suggestion.objects.select_related("school", "by", "answered_by", "student")
    return rows.get(pk=notice.about_id)


def who_suggested(notice):
    """Return the rows of Sight of who suggested it, as long as it may receive letters about the child."""
    row = _suggestion(notice)
    return sight.receivers([row.student_id], ITEM).filter(user=row.by_id)


def who_answers(notice):
    """Return the rows of Sight of those who lead the child's division or school; who is, or was, its
    guardian is not written to."""
    row = _suggestion(notice)
    return staff_watching([row.student_id], ANSWERING)


def waits(notice):
    """Whether nobody has answered yet."""
    return Suggestion.objects.waiting().filter(pk=notice.about_id).exists()


def words_of_answer(notice, user):
    """Return what a letter about an answer holds."""
    row = _suggestion(notice)
    further = row.further.select_related("by").order_by("at", "pk")
    page = settings.SITE_URL + row.get_absolute_url()
    return {
        "suggestion": row, "further": list(further), "page": page,
        "day": timezone.localdate(row.asked_at, row.zone),
    }  # fmt: skip


def words_of_waiting(notice, user):
    """Return what a letter to a leader holds: what was suggested, and by when it is answered."""
    row = _suggestion(notice)
    today = timezone.localdate(timezone=row.zone)
    return {
        "suggestion": row, "is_new": notice.kind == MADE, "is_late": row.due_on < today,
        "page": settings.SITE_URL + row.get_absolute_url(),
    }  # fmt: skip


# --- the reminders -------------------------------------------------------------------------------
def _due_between(since, until):
    """Return the suggestions that wait and are due on the days between these moments, in whatever zone,
    and whose child somebody leads."""
    day = dt.timedelta(days=1)
    rows = Suggestion.objects.waiting().filter(
        due_on__gte=since.date() - day, due_on__lte=until.date() + day
    )
    led = staff_at("student", ANSWERING)
    return rows.filter(Exists(led)).select_related("school", "student").order_by("due_on", "pk")


def _morning_of(suggestion):
    """Return eight in the morning of the day by which it is answered."""
    zone = hours.zone_of(suggestion.school.time_zone)
    return dt.datetime.combine(suggestion.due_on, A_MORNING, zone)


def _tell(rule, suggestion, event):
    key = f"{rule.name}:{reminding.key_of(suggestion, event)}"
    Notice.post(
        rule.kind, suggestion, school=suggestion.school, by=None, student=suggestion.student,
        dedupe_key=key,
    )  # fmt: skip


def _rule(name, label, lead):
    return Rule(
        f"suggestions.{name}", label, DUE, lead, rows=_due_between, event=_morning_of, tell=_tell,
        student=lambda row: row.student,
    )  # fmt: skip


def _kind(name, label, recipients, template, words, **more):
    kinds.register(
        kinds.Kind(
            name=name, label=label, recipients=recipients, context=words, asks="read",
            template=f"messaging/letters/suggestion_{template}", again_when_uncertain=True, **more,
        )
    )  # fmt: skip


def register_suggestions():
    """Tell the journal of the letters about suggestions, and of what reminds a leader of them."""
    _kind(
        ANSWERED, _("The school answers a suggestion"), who_suggested, "answer", words_of_answer,
        lives_for=dt.timedelta(days=30),
    )  # fmt: skip
    staff = {"alive": waits, "for_staff": True, "urgency": kinds.ROUTINE}
    _kind(
        MADE, _("A family suggests something"), who_answers, "waits", words_of_waiting,
        lives_for=dt.timedelta(days=7), **staff,
    )  # fmt: skip
    _kind(
        DUE, _("A suggestion waits for an answer"), who_answers, "waits", words_of_waiting,
        lives_for=dt.timedelta(days=2), **staff,
    )  # fmt: skip
    reminding.register(_rule("due", _("A suggestion to be answered in three days"), days(-3)))
    reminding.register(_rule("late", _("A suggestion that waits too long"), days(1)))
