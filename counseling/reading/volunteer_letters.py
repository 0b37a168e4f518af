"""What volunteers and their schools are told, and when.

| what | whom | when | by |
|---|---|---|---|
| you were accepted | the volunteer | at once | |
| you were not accepted | whoever applied, without an account | at once | a job: nobody has a portal to read it in |
| sessions lost their leader | who looks after the programme, else the leaders | at once | |
| a check runs out | leaders and the volunteer | 30 days before, at eight | the school's calendar |
"""

import datetime as dt

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db.models import Exists, F, OuterRef, Q
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from counseling.models import Clearance, Leading, Programme, Session, Volunteer
from counseling.models.programme import KEEPERS
from counseling.models.volunteer import CLEARING, FREED, REFUSAL, RUNS_OUT, TAKEN
from homeschool.journal import kinds
from homeschool.journal.models import hours, reminding
from homeschool.journal.models.reminding import Rule, days
from homeschool.people import sight
from homeschool.people.models import Membership

from .situation import today_at

AT_EIGHT = dt.time(8)
MOST = 5  # sessions that a letter names


def _roles(notice):
    return Membership.objects.open().filter(school=notice.school_id, user__is_active=True)


def _address(name, *args):
    return settings.SITE_URL + reverse(name, args=args)


# --- the yes ------------------------------------------------------------------------------------
def _volunteer(notice):
    return Volunteer.objects.select_related("school", "user").get(pk=notice.about_id)


def who_was_taken(notice):
    """Return the role of the volunteer, with `user_id` and `why`."""
    about = Volunteer.objects.filter(pk=notice.about_id, user__isnull=False)
    roles = _roles(notice).filter(role=sight.VOLUNTEER, user__in=about.values("user"))
    return roles.annotate(why=F("role"))


def words_of_yes(notice, user):
    """Return what the school says to a volunteer, and where it comes in."""
    volunteer = _volunteer(notice)
    return {
        "words": volunteer.deciding_words,
        "email": user.email or "",
        "sign_in": _address("account_login"),
        "mine": _address("counseling:volunteer-home"),
    }


def helps(notice):
    """Whether the volunteer still helps."""
    return Volunteer.objects.filter(pk=notice.about_id, state=Volunteer.State.ACCEPTED).exists()


# --- the no -------------------------------------------------------------------------------------
def write_refusal(job):
    """Write to somebody who was not accepted, in the language of the application."""
    rows = Volunteer.objects.select_related("school")
    volunteer = rows.filter(pk=job.arguments["volunteer"], state=Volunteer.State.REFUSED).first()
    if volunteer is None or not volunteer.email:
        raise kinds.GiveUp("nobody to write to")
    with translation.override(volunteer.language):
        context = {
            "volunteer": volunteer, "school": volunteer.school, "site_url": settings.SITE_URL,
            "words": volunteer.deciding_words, "language": volunteer.language,
        }  # fmt: skip
        text = {
            form: render_to_string(f"counseling/letters/volunteer_refused.{form}", context)
            for form in ("subject.txt", "txt", "html")
        }
        mail = EmailMultiAlternatives(
            " ".join(text["subject.txt"].split())[:200], text["txt"], to=[volunteer.email],
            headers={"Auto-Submitted": "auto-generated"},
        )  # fmt: skip
        mail.attach_alternative(text["html"], "text/html")
        mail.send()
    return True


# --- sessions without a leader --------------------------------------------------------------------
def unled_of(programme):
    """Return the sessions to come of a programme that nobody leads."""
    leads = Leading.objects.filter(session=OuterRef("pk"), live=True)
    return Session.objects.to_come().filter(~Exists(leads), programme=programme).order_by("begins")


def who_keeps(notice):
    """Return the role of who looks after the programme; where this person no longer keeps programmes
    of the school, the leaders'."""
    keepers = _roles(notice).filter(role__in=KEEPERS)
    owner = Programme.objects.filter(pk=notice.about_id).values("owner")
    found = keepers.filter(user__in=owner)
    found = found if found.exists() else keepers.filter(role=sight.LEADER)
    return found.annotate(why=F("role"))


def words_of_freed(notice, user):
    """Return which sessions of the programme have no leader, and where somebody is found for them."""
    programme = Programme.objects.select_related("school").get(pk=notice.about_id)
    rows = list(unled_of(programme)[: MOST + 1])
    return {
        "programme": programme,
        "sessions": rows[:MOST],
        "more": len(rows) > MOST,
        "page": settings.SITE_URL + programme.get_absolute_url(),
    }


def has_no_leader(notice):
    """Whether a session to come still has no leader."""
    return unled_of(notice.about_id).exists()


# --- a check that runs out ------------------------------------------------------------------------
def _last_checks(since, until):
    """Return the checks that end between these moments, of who helps, and which no other outlasts."""
    day = dt.timedelta(days=1)
    longer = Clearance.objects.filter(
        volunteer=OuterRef("volunteer"), withdrawn_at=None, expires_on__gt=OuterRef("expires_on"),
        kind__in=CLEARING,
    )  # fmt: skip
    rows = Clearance.objects.filter(
        ~Exists(longer), withdrawn_at=None, volunteer__state__in=HELPING, kind__in=CLEARING,
        expires_on__gte=since.date() - day, expires_on__lte=until.date() + day,
    )  # fmt: skip
    return rows.select_related("volunteer__school").order_by("pk")


HELPING = [Volunteer.State.ACCEPTED, Volunteer.State.RESTING]


def _end_of(check):
    zone = hours.zone_of(check.volunteer.school.time_zone)
    return dt.datetime.combine(check.expires_on, AT_EIGHT, zone)


def who_renews(notice):
    """Return the roles of those who lead the school, and of the volunteer itself."""
    about = Clearance.objects.filter(pk=notice.about_id, volunteer__user__isnull=False)
    own = Q(role=sight.VOLUNTEER, user__in=about.values("volunteer__user"))
    return _roles(notice).filter(own | Q(role=sight.LEADER)).annotate(why=F("role"))


def words_of_check(notice, user):
    """Return whose check ends when; to the volunteer what that means, to others where it stands."""
    check = Clearance.objects.select_related("volunteer").get(pk=notice.about_id)
    own = check.volunteer.user_id == user.pk
    page = (
        _address("counseling:volunteer-home")
        if own
        else settings.SITE_URL + check.volunteer.get_absolute_url()
    )
    return {"check": check, "volunteer": check.volunteer, "is_own": own, "page": page}


def still_ends(notice):
    """Whether no other check outlasts this one, and it has not ended yet."""
    check = Clearance.objects.select_related("volunteer__school").get(pk=notice.about_id)
    longer = check.volunteer.clearances.filter(
        withdrawn_at=None, expires_on__gt=check.expires_on, kind__in=CLEARING
    )
    stands = check.withdrawn_at is None and check.volunteer.state in HELPING
    return stands and check.expires_on >= today_at(check.volunteer.school) and not longer.exists()


# --- the journal is told ---------------------------------------------------------------------------
def _kind(name, label, recipients, template, context, alive, **more):
    kinds.register(
        kinds.Kind(
            name=name, label=label, recipients=recipients, context=context, alive=alive,
            template=f"counseling/letters/volunteer_{template}", asks="read",
            again_when_uncertain=True, for_staff=True, **more,
        )
    )  # fmt: skip


def register_volunteers():
    """Tell the journal of these kinds of notices, of the job that says no, and of the reminder."""
    _kind(TAKEN, _("A volunteer was accepted"), who_was_taken, "accepted", words_of_yes, helps)
    _kind(FREED, _("Sessions without a leader"), who_keeps, "freed", words_of_freed, has_no_leader)
    _kind(
        RUNS_OUT, _("A volunteer’s check runs out"), who_renews, "check_ends", words_of_check,
        still_ends, lives_for=dt.timedelta(days=5), urgency=kinds.ROUTINE,
    )  # fmt: skip
    kinds.register_job(REFUSAL, write_refusal)
    reminding.register(
        Rule(
            "volunteers.check_ends", _("A check of a volunteer runs out"), RUNS_OUT, days(-30),
            rows=_last_checks, event=_end_of, school=lambda check: check.volunteer.school,
        )
    )  # fmt: skip
