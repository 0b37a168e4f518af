"""Volunteers: an account with the yes, nobody leads without a check, hours and who is told."""

import datetime as dt
import threading

import pytest
from django.core import mail
from django.db import connection, transaction
from django.utils import timezone

from counseling.models import Clearance, DayOff, Volunteer
from counseling.models.session import NotCleared
from counseling.models.volunteer import (
    FREED,
    REFUSAL,
    RUNS_OUT,
    TAKEN,
    NotThatState,
    hours_by_programme,
    hours_of,
)
from counseling.reading.sessions import set_up
from counseling.reading.volunteer_letters import write_refusal
from counseling.reading.volunteers import certificate_of, hours_by_term
from homeschool.fields import unseal
from homeschool.journal import kinds
from homeschool.journal.models import Entry, Job, JobRun, Notice, Receipt, reminding
from homeschool.people import sight
from homeschool.people.models import Membership, Student, User
from tests.visits.test_conference_race import race

from .after_school import make_programme, make_session, make_volunteer

DAY = dt.timedelta(days=1)


def in_days(n, hour=8):
    return (timezone.now() + n * DAY).replace(hour=hour, minute=0, second=0, microsecond=0)


def applied(cast, **columns):
    usual = {"school": cast.school, "full_name": "Wen Li", "email": "wen@example.org"}
    return Volunteer.objects.create(**usual | {"good_at": "Chess", "language": "es"} | columns)


def helper(cast, days=400, **how):
    """Return a volunteer who is checked from a year ago for so many days from today."""
    today = timezone.localdate()
    return make_volunteer(cast, since=today - 365 * DAY, until=today + days * DAY, **how)


def led_by(volunteer, cast, *days, name="Reading club"):
    programme = make_programme(cast, name=name)
    sessions = [make_session(programme, in_days(n)) for n in days]
    for session in sessions:
        session.lead(by=cast.counselor, volunteer=volunteer)
    return sessions


def told(notice):
    """Return {who is told: the letter} of a notice, as its words stand now."""
    kind = kinds.get(notice.kind)
    if not kind.alive(notice):
        return {}
    found = {}
    for row in kind.recipients(notice):
        receipt = Receipt(notice=notice, person=User.objects.get(pk=row.user_id), language="en")
        with kinds.speaking_to(receipt):
            context = kinds.context_of(receipt, link="", stop_link="", site_url="")
            texts = [kinds.words(receipt, form, context) for form in ("txt", "html", "page.html")]
        found[receipt.person.full_name] = "\n".join(texts)
    return found


# --- yes and no -----------------------------------------------------------------------------------


def test_a_yes_makes_an_account_with_one_role_and_writes_how_to_come_in(cast):
    volunteer = applied(cast)
    for _time in range(2):
        volunteer.accept(by=cast.principal, words="Come on Tuesday.")
    user = volunteer.user
    assert (volunteer.state, user.email, user.language) == ("accepted", "wen@example.org", "es")
    assert Membership.objects.filter(user=user, role=sight.VOLUNTEER, until=None).count() == 1
    assert user.roles() & sight.SECOND_FACTOR_ROLES == {sight.VOLUNTEER}
    assert not Student.objects.visible_to(user).exists()
    User.objects.filter(pk=user.pk).update(language="en")
    letters = told(Notice.objects.get(kind=TAKEN))
    assert [*letters] == ["Wen Li"]
    assert "Come on Tuesday." in letters["Wen Li"]
    assert "second step" in letters["Wen Li"]
    verbs = Entry.objects.about(volunteer).values_list("verb", flat=True)
    assert list(verbs).count("volunteer.accepted") == 1


def test_an_account_that_is_there_is_joined_and_has_its_role_once(cast):
    first, second = applied(cast, email=cast.mother.email), applied(cast, email="x@example.org")
    first.accept(by=cast.principal, user=cast.mother)
    assert first.user == cast.mother
    assert cast.mother.roles() == {sight.GUARDIAN, sight.VOLUNTEER}
    second.accept(by=cast.principal, user=cast.volunteer)
    assert Membership.objects.filter(user=cast.volunteer).count() == 1


def test_without_an_e_mail_there_is_no_account_until_one_is_known(cast):
    volunteer = applied(cast, email="", phone="555 0101")
    volunteer.accept(by=cast.principal)
    assert (volunteer.state, volunteer.user) == ("accepted", None)
    assert not Notice.objects.filter(kind=TAKEN).exists()
    other = applied(cast, email="", phone="555 0102")
    other.accept(by=cast.principal, email="New@Example.org")
    assert (other.email, other.user.email) == ("new@example.org", "new@example.org")


def test_a_no_is_written_once_in_the_language_of_the_application(cast):
    volunteer = applied(cast)
    for _time in range(2):
        volunteer.refuse(by=cast.principal, words="Canary: we have nobody to <read> with.")
    job = Job.objects.get(kind=REFUSAL)
    assert write_refusal(job) is True
    letter = mail.outbox[0]
    assert letter.to == ["wen@example.org"]
    assert "nobody to <read> with" in letter.body
    assert 'lang="es"' in letter.alternatives[0][0]
    assert "&lt;read&gt;" in letter.alternatives[0][0]
    assert not User.objects.filter(email="wen@example.org").exists()
    with pytest.raises(NotThatState):
        volunteer.accept(by=cast.principal)
    silent = applied(cast, email="", phone="5550101")
    silent.refuse(by=cast.principal)
    assert Job.objects.filter(kind=REFUSAL).count() == 1


# --- nobody leads without a check --------------------------------------------------------------------


def test_whoever_stops_helping_leads_nothing_and_the_keeper_is_told(cast):
    volunteer = applied(cast)
    volunteer.accept(by=cast.principal)
    volunteer.clear(
        by=cast.principal, kind="police", issued_on=timezone.localdate() - 9 * DAY,
        expires_on=timezone.localdate() + 300 * DAY,
    )  # fmt: skip
    past, coming = led_by(volunteer, cast, -2, 3)
    volunteer.rest(by=cast.principal)
    assert past.leaders.get().live
    assert not coming.leaders.get().live
    volunteer.come_back(by=cast.principal)
    assert not coming.leaders.get().live  # not given back by itself
    coming.lead(by=cast.counselor, volunteer=volunteer)
    volunteer.end(by=cast.principal)
    assert not coming.leaders.filter(live=True).exists()
    assert volunteer.user.roles() == set()
    notices = Notice.objects.filter(kind=FREED)
    assert notices.count() == 2
    letters = told(notices[0])
    assert [*letters] == [cast.counselor.full_name]
    assert "Reading club" in letters[cast.counselor.full_name]
    coming.lead(by=cast.counselor, user=cast.adviser)
    assert told(notices[0]) == {}  # somebody was found


def test_the_leaders_are_told_where_the_keeper_is_gone(cast):
    volunteer = helper(cast)
    led_by(volunteer, cast, 3)
    cast.counselor.membership.end(by=cast.school_admin)
    volunteer.end(by=cast.principal)
    assert [*told(Notice.objects.get(kind=FREED))] == [cast.principal.full_name]


def test_a_check_that_is_withdrawn_frees_the_days_that_no_other_covers(cast):
    volunteer = helper(cast)
    soon, late = led_by(volunteer, cast, 3, 30)
    long = volunteer.clearances.get()
    volunteer.clear(
        by=cast.principal, kind="police", issued_on=long.issued_on,
        expires_on=timezone.localdate() + 10 * DAY,
    )  # fmt: skip
    for _time in range(2):
        long.withdraw(by=cast.principal, because="The record is not valid any more.")
    assert soon.leaders.get().live
    assert not late.leaders.get().live
    assert Notice.objects.filter(kind=FREED).count() == 1
    with pytest.raises(NotCleared):
        late.lead(by=cast.counselor, volunteer=volunteer)
    entry = Entry.objects.about(volunteer).get(verb="volunteer.check_withdrawn")
    assert entry.data == {"check": long.pk}


def test_the_database_frees_them_whoever_withdraws(cast):
    volunteer = helper(cast)
    (session,) = led_by(volunteer, cast, 3)
    Clearance.objects.filter(volunteer=volunteer).update(withdrawn_at=timezone.now())
    assert not session.leaders.get().live


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("first", ["lead", "withdraw", "rest"])
def test_of_assigning_and_withdrawing_at_once_none_leaves_an_assignment_without_a_check(
    cast, first
):
    """Whoever comes second waits for the other's transaction, and sees what it did."""
    volunteer, session = helper(cast), make_session(make_programme(cast), in_days(3))
    check, done = volunteer.clearances.get(), threading.Event()
    works = {
        "lead": lambda: session.lead(by=cast.counselor, volunteer=volunteer),
        "withdraw": lambda: check.withdraw(by=cast.principal, because="Not valid"),
        "rest": lambda: volunteer.rest(by=cast.principal),
    }
    second = works["withdraw" if first == "lead" else "lead"]

    def begins():
        with transaction.atomic():
            works[first]()
            done.set()
            wait_for_a_lock()

    def follows():
        done.wait(10)
        second()

    found = race([begins, follows])
    assert found[0] is None, found
    assert not session.leaders.filter(live=True).exists()
    assert isinstance(found[1], NotCleared) == (first != "lead")


def wait_for_a_lock():
    """Return once another connection waits for a lock, or after two seconds."""
    for _time in range(40):
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
            if cursor.fetchone()[0]:
                return
        threading.Event().wait(0.05)


def test_the_number_of_a_check_is_sealed(cast):
    check = helper(cast).clear(
        by=cast.principal, kind="health", reference="K-4711", issued_on="2026-01-01",
        expires_on="2027-01-01",
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("SELECT reference FROM counseling_clearance WHERE id = %s", [check.pk])
        kept = cursor.fetchone()[0]
    assert "4711" not in kept
    assert unseal(kept) == "K-4711"


# --- a check that runs out ----------------------------------------------------------------------------


def test_leaders_and_the_volunteer_are_told_thirty_days_before_the_last_check_ends(cast):
    volunteer = helper(cast, days=30)
    Volunteer.objects.filter(pk=volunteer.pk).update(user=cast.volunteer)
    rule = next(rule for rule in reminding.table() if rule.kind == RUNS_OUT)
    check = volunteer.clearances.get()
    eight = dt.datetime.combine(timezone.localdate(), dt.time(0, 1), dt.UTC)
    JobRun.objects.create(job=rule.job, period_start=eight - dt.timedelta(minutes=5))
    assert reminding.run(rule, eight) == 1  # eight in the morning of Shanghai
    notice = Notice.objects.get(kind=RUNS_OUT)
    letters = told(notice)
    assert {*letters} == {cast.volunteer.full_name, cast.principal.full_name}
    assert "you cannot lead a group" in letters[cast.volunteer.full_name]
    assert volunteer.full_name in letters[cast.principal.full_name]
    volunteer.clear(
        by=cast.principal, kind="police", issued_on=timezone.localdate(),
        expires_on=check.expires_on + 300 * DAY,
    )  # fmt: skip
    assert told(notice) == {}


# --- hours --------------------------------------------------------------------------------------------


def test_hours_are_those_of_sessions_that_were_held_and_led(cast, django_assert_num_queries):
    volunteer, other = helper(cast), helper(cast, name="Otis")
    first, second, off = led_by(volunteer, cast, -9, -2, -3)
    first.lead(by=cast.counselor, volunteer=other)
    off.leaders.update(live=False)  # led by somebody else in the end
    for session in (first, second, off):
        session.hold(by=cast.counselor)
    since, until = timezone.localdate() - 30 * DAY, timezone.localdate()
    assert (hours_of(volunteer, since, until), hours_of(other, since, until)) == (120, 60)
    assert hours_of(volunteer, since, first.on) == 60
    with django_assert_num_queries(1):
        found = hours_by_programme(cast.school, since, until)
    assert found == {first.programme_id: (2, 2, 180)}
    with django_assert_num_queries(1):
        rows = hours_by_term(volunteer, [cast.term])
    inside = [s for s in (first, second) if cast.term.start <= s.on < cast.term.end]
    assert rows == [(cast.term, len(inside), 60 * len(inside))]


def test_a_certificate_has_one_number_for_the_same_figures(cast):
    volunteer = helper(cast)
    (session,) = led_by(volunteer, cast, -2)
    session.hold(by=cast.counselor)
    since, until = timezone.localdate() - 30 * DAY, timezone.localdate()
    one, again = (certificate_of(volunteer, since, until) for _time in range(2))
    other = certificate_of(volunteer, since + DAY, until)
    assert one.number == again.number != other.number
    assert (one.times, one.minutes, one.programmes) == (1, 60, ("Reading club",))
    one.record(cast.volunteer)
    again.record(cast.principal)
    assert Entry.objects.get(verb="volunteer.certified").data["number"] == one.number


def test_the_same_address_waits_once_at_a_school(cast):
    applied(cast)
    with (
        pytest.raises(Exception, match="one_application_of_an_address_waits"),
        transaction.atomic(),
    ):
        applied(cast, email="WEN@example.org")
    applied(cast, school=cast.other_school)


@pytest.mark.parametrize("kind", ["health", "reference"])
def test_another_check_alone_lets_nobody_lead(cast, kind):
    volunteer, session = applied(cast), make_session(make_programme(cast), in_days(3))
    volunteer.accept(by=cast.principal, user=cast.volunteer)
    volunteer.clear(
        by=cast.principal, kind=kind, issued_on=timezone.localdate() - 9 * DAY,
        expires_on=timezone.localdate() + 300 * DAY,
    )  # fmt: skip
    assert not Volunteer.objects.cleared_on(session.on).exists()
    assert not Volunteer.objects.helping(cast.volunteer).exists()
    assert volunteer.clearance_on(session.on) is None
    with pytest.raises(NotCleared):
        session.lead(by=cast.counselor, volunteer=volunteer)


def test_whoever_was_freed_is_not_of_a_session_that_is_called_off_later(cast):
    volunteer = helper(cast)
    (session,) = led_by(volunteer, cast, 3)
    session.lead(by=cast.counselor, user=cast.adviser)
    volunteer.rest(by=cast.principal)
    session.call_off(by=cast.counselor)
    assert [row.user for row in session.leaders.named()] == [cast.adviser]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("other", ["set up", "day off"])
def test_nobody_waits_for_each_other_where_a_volunteer_goes_meanwhile(cast, other):
    volunteer = helper(cast)
    clubs = [make_programme(cast, name=f"Club {n}", weekly=()) for n in range(2)]
    sessions = [make_session(clubs[n % 2], in_days(3 + n)) for n in range(8)]
    today, works = timezone.localdate(), []
    for session in reversed(sessions):
        session.lead(by=cast.counselor, volunteer=volunteer)
    if other == "set up":
        things = {"leaders": [cast.adviser, volunteer], "things": []}
        works = [lambda club=club: set_up(club, by=cast.counselor, **things) for club in clubs]
    else:
        off = {"on": today, "until": today + 30 * DAY, "name": "Feast"}
        works = [lambda: DayOff.objects.add(cast.school, by=cast.counselor, **off)]
    found = race([*works, lambda: volunteer.rest(by=cast.principal)])
    assert not [one for one in found if isinstance(one, Exception)], found
    assert not volunteer.to_come().exists()
