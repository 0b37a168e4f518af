"""How the rows behind a figure are drawn: what stands in a line, and where it leads."""

from django.template.defaultfilters import floatformat
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _, ngettext

from homeschool.people.views.seen import listed
from visits.models.record import READERS, closed_among
from visits.reading.standing import in_confidence, names_by_visit


def drawn_rows(user, code, rows):
    """Return [{"title", "detail", "url"}] of rows of the kind `code` (at most one query more)."""
    return DRAWN[code](user, rows)


def _students(user, rows):
    return [
        {
            "title": student.full_name,
            "detail": f"{student.school_class} · {student.number}",
            "url": reverse("people:child-detail", args=[student.pk]),
        }
        for student in rows
    ]


def _visits(user, rows):
    rows = list(rows)
    names = names_by_visit(rows, user)
    return [
        {
            "title": listed(names[visit.pk]),
            "detail": f"{_day(visit.at)} · {visit.get_mode_display()}",
            "url": visit.get_absolute_url(),
        }
        if visit.pk in names
        else in_confidence()
        for visit in rows
    ]


def _offers(user, rows):
    rows = list(rows)
    names = names_by_visit([row.visit_id for row in rows], user)
    return [
        {
            "title": listed(names[offer.visit_id]),
            "detail": " · ".join(filter(None, [_day(offer.asked_at), offer.get_answer_display()])),
            "url": reverse("visits:visit-detail", args=[offer.visit_id]),
        }
        if offer.visit_id in names
        else in_confidence()
        for offer in rows
    ]


def _staff(user, rows):
    return [{"title": person.full_name, "detail": "", "url": ""} for person in rows]


def _needs(user, rows):
    return _in_sight(user, rows, lambda need: {
        "title": f"{need.student.full_name}: {need.get_kind_display()}",
        "detail": " · ".join(filter(None, [_day(need.noted_at), need.get_outcome_display()])),
        "url": need.get_absolute_url(),
    })  # fmt: skip


def _suggestions(user, rows):
    return _in_sight(user, rows, lambda suggestion: {
        "title": suggestion.text,
        "detail": _("answered on %(day)s") % {"day": _day(suggestion.answered_at)}
        if suggestion.answered_at
        else _("due on %(day)s") % {"day": date_format(suggestion.due_on)},
        "url": suggestion.get_absolute_url(),
    })  # fmt: skip


def _gifts(user, rows):
    return _in_sight(user, rows, lambda gift: {
        "title": gift.item,
        "detail": " · ".join(filter(None, [_day(gift.given_at), _worth(gift)])),
        "url": reverse("visits:visit-detail", args=[gift.visit_id]),
    })  # fmt: skip


def _worth(gift):
    return floatformat(gift.value, 2) if gift.value is not None else ""


def _in_sight(user, rows, drawn):
    """Draw the rows that `user` may read; the others are counted, and say nothing."""
    rows = list(rows)
    if not rows:
        return []
    seen = type(rows[0]).objects.visible_to(user, roles=READERS)
    seen = set(seen.filter(pk__in=[row.pk for row in rows]).values_list("pk", flat=True))
    return [drawn(row) if row.pk in seen else in_confidence() for row in rows]


def _day(moment):
    return date_format(timezone.localtime(moment), "DATE_FORMAT") if moment else ""


def _promises(user, rows):
    rows = list(rows)
    closed = closed_among({promise.visit_id for promise in rows}, user)
    return [
        in_confidence()
        if promise.visit_id in closed
        else {
            "title": promise.what,
            "detail": " · ".join(filter(None, [promise.student.full_name, _until(promise)])),
            "url": reverse("visits:visit-detail", args=[promise.visit_id]),
        }
        for promise in rows
    ]


def _plans(user, rows):
    return [
        {
            "title": f"{plan.student.full_name}: {plan.title}",
            "detail": " · ".join(filter(None, [_stands(plan), _next_review(plan)])),
            "url": plan.get_absolute_url(),
        }
        for plan in rows
    ]


def _stands(plan):
    return str(plan.get_outcome_display() or plan.get_state_display())


def _next_review(plan):
    if not plan.is_at_work:
        return ""
    return _("next review on %(day)s") % {"day": date_format(plan.next_review_on)}


def _goals(user, rows):
    return [_of_plan(goal.plan, goal.statement) for goal in rows]


def _habits(user, rows):
    return [_of_plan(habit.goal.plan, habit.what) for habit in rows]


def _habit_weeks(user, rows):
    return [_of_plan(week.habit.goal.plan, week.habit.what, _share_of(week)) for week in rows]


def _share_of(week):
    said = {"day": date_format(week.monday), "share": floatformat(week.point.value, 0)}
    return _("week of %(day)s: %(share)s %%") % said


def _of_plan(plan, words, detail=""):
    return {
        "title": f"{plan.student.full_name}: {words}",
        "detail": detail or plan.title,
        "url": plan.get_absolute_url(),
    }


def _reviews(user, rows):
    return [
        {
            "title": f"{row['child']}: {row['plan_title']}",
            "detail": " · ".join(filter(None, [
                _("due on %(day)s") % {"day": date_format(row["due"])},
                _("held on %(day)s") % {"day": date_format(row["held"])} if row["held"] else "",
            ])),
            "url": reverse("counseling:plan-detail", args=[row["plan_key"]]),
        }
        for row in rows
    ]  # fmt: skip


def _sessions(user, rows):
    return [
        {
            "title": session.programme.name,
            "detail": f"{date_format(session.on)} · {session.get_state_display()}",
            "url": reverse("counseling:session-detail", args=[session.pk]),
        }
        for session in rows
    ]


def _marks(user, rows):
    return [
        {
            "title": f"{mark.student.full_name}: {mark.session.programme.name}",
            "detail": " · ".join(filter(None, [
                date_format(mark.session.on), str(mark.get_mark_display()), _minutes(mark),
            ])),
            "url": reverse("people:child-detail", args=[mark.student_id]),
        }
        for mark in rows
    ]  # fmt: skip


def _minutes(mark):
    if not mark.is_there:
        return ""
    return ngettext("%(n)d minute", "%(n)d minutes", mark.minutes) % {"n": mark.minutes}


def _seats(user, rows):
    return [
        {
            "title": f"{seat.student.full_name}: {seat.programme.name}",
            "detail": f"{seat.get_state_display()} · {_day(seat.asked_at)}",
            "url": reverse("people:child-detail", args=[seat.student_id]),
        }
        for seat in rows
    ]


def _volunteers(user, rows):
    return [{"title": row.full_name, "detail": "", "url": ""} for row in rows]


def _led(user, rows):
    return [
        {
            "title": f"{row.name}: {row.session.programme.name}",
            "detail": date_format(row.session.on),
            "url": reverse("counseling:session-detail", args=[row.session_id]),
        }
        for row in rows
    ]


def _announcements(user, rows):
    return _in_sight(user, rows, lambda row: {
        "title": row.called or row.made_by.full_name,
        "detail": f"{_day(row.sent_at)} · {row.get_level_display()}",
        "url": row.get_absolute_url(),
    })  # fmt: skip


def _until(promise):
    if promise.done_at:
        return _("kept on %(day)s") % {"day": _day(promise.done_at)}
    return _("due on %(day)s") % {"day": date_format(promise.due)} if promise.due else ""


def _households(user, rows):
    return [{"title": listed(row["names"]), "detail": "", "url": ""} for row in rows]


def _regions(user, rows):
    return [
        {"title": region.name, "detail": " · ".join(_above(region)), "url": ""} for region in rows
    ]


def _above(region):
    while region := region.parent:
        yield region.name


def _meetings(user, rows):
    return [{"title": row.theme, "detail": date_format(row.on), "url": ""} for row in rows]


def _classes(user, rows):
    return [{"title": row.name, "detail": row.division.name, "url": ""} for row in rows]


DRAWN = {
    "students": _students,
    "visits": _visits,
    "promises": _promises,
    "households": _households,
    "regions": _regions,
    "meetings": _meetings,
    "classes": _classes,
    "offers": _offers,
    "staff": _staff,
    "needs": _needs,
    "suggestions": _suggestions,
    "gifts": _gifts,
    "plans": _plans,
    "goals": _goals,
    "plan_reviews": _reviews,
    "habits": _habits,
    "habit_weeks": _habit_weeks,
    "sessions": _sessions,
    "marks": _marks,
    "seats": _seats,
    "volunteers": _volunteers,
    "led": _led,
    "announcements": _announcements,
    "ideas": _suggestions,
}
