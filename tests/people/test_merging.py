"""Two accounts of one guardian become one, and no receipt, consent or restriction is lost."""

import threading
import uuid

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import Group
from django.core import mail
from django.db import connection, connections
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import given, settings, strategies as st
from hypothesis.extra.django import TestCase

from homeschool.journal import actions as journal
from homeschool.journal.models import Delivery, Entry, Notice, Receipt
from homeschool.people.actions import merge, merging
from homeschool.people.importing import import_roster, read_table
from homeschool.people.models import (
    Address,
    Grant,
    Guardianship,
    Invitation,
    RosterKey,
    Student,
    User,
)
from homeschool.people.views import merging as views
from tests import builders
from tests.cast import make_cast
from visits.models import Addendum, Participant, Promise, Visit

NOW = timezone.now


@pytest.fixture
def twin(cast):
    """A second account of the mother, from another sheet: with the same child, and with a classmate."""
    found = builders.make_guardian(cast.child, "林美", email="old@example.org")
    builders.make_guardian(cast.classmate, user=found)
    found.tie = Guardianship.objects.get(student=cast.child, guardian=found)
    return found


def united(cast, twin):
    """Merge the second account into the mother's and return both as they stand then."""
    merge(cast.mother, twin, by=cast.school_admin, school=cast.school)
    cast.mother.refresh_from_db()
    twin.refresh_from_db()
    return cast.mother, twin


def tie_of(user, student):
    return Guardianship.objects.get(guardian=user, student=student, until=None)


# --- the registry --------------------------------------------------------------------------------


def keys_to_accounts():
    """Yield "app.Model.field" of every key to an account in the installed apps, less history and views."""
    for relation in User._meta.get_fields(include_hidden=True):
        model = relation.related_model
        if not (
            relation.auto_created
            and not relation.concrete
            and (relation.one_to_many or relation.one_to_one)
        ):
            continue
        history = any(field.name.startswith("pgh_") for field in model._meta.fields)
        if model._meta.managed and not model._meta.proxy and not history:
            yield f"{model._meta.label}.{relation.field.name}"


@pytest.mark.parametrize("key", sorted(keys_to_accounts()))
def test_every_key_to_an_account_says_what_becomes_of_it(key):
    assert merging.declared(key), (
        f"{key}: say in AppConfig.ready() of its room what becomes of it when two accounts are "
        "merged: merging.moves(key, how)"
    )


def test_nothing_is_declared_that_does_not_exist():
    known = set(keys_to_accounts())
    rooms = {"people.Leaving.by", "people.NewYear.by", "people.NewYear.undone_by"}
    rooms |= {"people.Transfer.offered_by", "people.Transfer.answered_by"}
    assert not set(merging._moves) - known - rooms


# --- the account that goes -------------------------------------------------------------------------


def test_the_other_account_is_closed_and_leads_to_the_kept_one(cast, twin):
    keep, gone = united(cast, twin)
    assert (gone.is_active, gone.merged_into, gone.email) == (False, keep, None)
    entry = Entry.objects.get(verb="person.merged")
    assert (entry.actor, entry.school, entry.about_id) == (
        cast.school_admin,
        cast.school,
        str(keep.pk),
    )
    assert entry.data == {"merged": str(gone.pk)}


def test_its_sessions_tokens_and_second_factors_end(cast, twin, as_):
    browser = as_(twin)
    token = builders.make_token(twin)
    Authenticator.objects.create(user=twin, type="recovery_codes", data={})
    _keep, gone = united(cast, twin)
    assert browser.get(reverse("home")).url.startswith(reverse("account_login"))
    token.refresh_from_db()
    assert token.revoked_at
    assert not Authenticator.objects.filter(user=gone).exists()


def test_its_email_reaches_and_opens_the_kept_account(cast, twin, client):
    keep, _gone = united(cast, twin)
    assert keep.addresses.get(value="old@example.org").signs_in
    client.post(reverse("account_login"), {"email": "Old@example.org"})
    assert mail.outbox[-1].to == ["old@example.org"]
    code = next(word for word in mail.outbox[-1].body.split() if word.isdigit() and len(word) == 6)
    client.post(reverse("account_confirm_login_code"), {"code": code})
    assert client.session["_auth_user_id"] == str(keep.pk)


def test_an_account_without_email_takes_the_other_ones(cast, twin):
    cast.mother.email = None
    cast.mother.save()
    keep, _gone = united(cast, twin)
    assert keep.email == "old@example.org"
    assert not keep.addresses.get(value="old@example.org").signs_in


def test_what_was_merged_before_leads_to_the_last_one(cast, twin):
    third = builders.make_guardian(cast.child, "林美", email="third@example.org")
    merge(twin, third, by=cast.school_admin, school=cast.school)
    keep, _gone = united(cast, twin)
    third.refresh_from_db()
    assert third.merged_into == keep
    assert User.objects.signing_in_with("third@example.org") == keep


def test_a_new_account_may_have_the_old_address_and_comes_first(cast, twin):
    keep, _gone = united(cast, twin)
    own = builders.make_user("Somebody Else", "old@example.org")
    assert User.objects.signing_in_with("old@example.org") == own
    builders.make_guardian(cast.child, user=own)
    merge(keep, own, by=cast.school_admin, school=cast.school)
    assert User.objects.signing_in_with("old@example.org") == keep


def test_language_phone_and_last_sign_in_are_kept(cast, twin):
    at = NOW()
    User.objects.filter(pk=twin.pk).update(phone="+86 1", last_login=at, time_zone="Asia/Tokyo")
    keep, gone = united(cast, twin)
    assert (keep.phone, keep.last_login, keep.time_zone) == ("+86 1", at, "Asia/Tokyo")
    assert (gone.phone, keep.language) == (None, "zh-hans")


# --- who stands with whom ----------------------------------------------------------------------------


def test_the_kept_account_sees_the_children_of_both(cast, twin):
    keep, gone = united(cast, twin)
    assert set(Student.objects.visible_to(keep)) == {cast.child, cast.sibling, cast.classmate}
    assert not Guardianship.objects.filter(guardian=gone).exists()
    assert Guardianship.objects.filter(guardian=keep, student=cast.child).count() == 2
    assert Guardianship.objects.open().filter(guardian=keep, student=cast.child).count() == 1


def test_what_one_row_knew_stays(cast, twin):
    Guardianship.objects.filter(pk=tie_of(cast.mother, cast.child).pk).update(
        primary=False, relation="other", relation_said=""
    )
    Guardianship.objects.filter(pk=twin.tie.pk).update(primary=True, relation_said="妈妈")
    keep, _gone = united(cast, twin)
    tie = tie_of(keep, cast.child)
    assert (tie.primary, tie.relation, tie.relation_said) == (True, "mother", "妈妈")


@pytest.mark.parametrize("side", ["keep", "gone"])
def test_a_withdrawal_on_either_side_wins(cast, twin, side):
    tie = tie_of(cast.mother, cast.child) if side == "keep" else twin.tie
    tie.withdraw(by=cast.school_admin)
    keep, _gone = united(cast, twin)
    assert cast.child not in Student.objects.visible_to(keep)
    assert not tie_of(keep, cast.child).may_receive


@pytest.mark.parametrize("side", ["keep", "gone"])
def test_a_restriction_on_either_side_wins_with_author_and_reason(cast, twin, side):
    tie = tie_of(cast.mother, cast.child) if side == "keep" else twin.tie
    tie.restrict(by=cast.principal, reason="Court order 12")
    keep, _gone = united(cast, twin)
    found = tie_of(keep, cast.child)
    assert (found.restricted_by, found.restriction_reason) == (cast.principal, "Court order 12")
    assert cast.child not in Student.objects.visible_to(keep)


def test_two_restrictions_keep_both_reasons(cast, twin):
    tie_of(cast.mother, cast.child).restrict(by=cast.principal, reason="Order 1")
    twin.tie.restrict(by=cast.counselor, reason="Order 2")
    keep, _gone = united(cast, twin)
    assert tie_of(keep, cast.child).restriction_reason == "Order 1\nOrder 2"


@pytest.mark.parametrize("side", ["keep", "gone"])
def test_a_restriction_that_was_there_when_a_row_ended_still_wins(cast, twin, side):
    tie = tie_of(cast.mother, cast.child) if side == "keep" else twin.tie
    tie.restrict(by=cast.principal, reason="Court order 12")
    tie.end(by=cast.principal)
    keep, _gone = united(cast, twin)
    assert tie_of(keep, cast.child).restricted_at
    assert cast.child not in Student.objects.visible_to(keep)


def test_a_restricted_row_of_a_lone_child_moves_as_it_is(cast, twin):
    tie_of(twin, cast.classmate).restrict(by=cast.principal, reason="Order")
    keep, _gone = united(cast, twin)
    assert tie_of(keep, cast.classmate).restriction_reason == "Order"
    assert set(Student.objects.visible_to(keep)) == {cast.child, cast.sibling}


def test_the_roster_means_the_kept_rows_from_now_on(cast, twin):
    rows = {
        "person": (twin.pk, cast.mother.pk),
        "guardianship": (twin.tie.pk, tie_of(cast.mother, cast.child).pk),
    }
    for kind, (old, _new) in rows.items():
        RosterKey.objects.create(school=cast.school, kind=kind, key="x", row=old)
    united(cast, twin)
    for kind, (_old, new) in rows.items():
        assert RosterKey.objects.get(kind=kind).row == new


def test_a_sheet_with_the_old_address_means_the_one_account(cast, twin):
    keep, _gone = united(cast, twin)
    lines = f"student_number,name,class,guardian,relation,email,language\n{cast.child.number},林小雨,3B,林美,mother,old@example.org,\n"
    roster = import_roster(cast.school, read_table(lines.encode(), "roster.csv"), by=None)
    assert roster.counts["guardians"]["new"] == roster.counts["guardianships"]["new"] == 0
    keep.refresh_from_db()
    assert keep.email != "old@example.org"
    assert keep.addresses.get(value="old@example.org").signs_in


# --- consents ------------------------------------------------------------------------------------------


@pytest.fixture
def grown(cast):
    """A grown student of the school whose two guardians' accounts are one person's."""
    student = builders.make_student(cast.school_class, "Nora", birth_date="2005-01-01")
    one = builders.make_guardian(student, "Hua", email="a@example.org")
    other = builders.make_guardian(student, "Hua", email="b@example.org")
    return student, one, other


def granted(user):
    return set(Grant.objects.open().filter(guardian=user).values_list("item", flat=True))


def test_what_a_grown_student_granted_to_either_is_granted(cast, grown):
    student, one, other = grown
    for user, item in ((one, "visits"), (other, "visits"), (other, "plans")):
        Grant.objects.give(student=student, guardian=user, item=item, by=student.user)
    merge(one, other, by=cast.school_admin, school=cast.school)
    assert granted(one) == {"visits", "plans"}
    assert not Grant.objects.filter(guardian=other).exists()


@pytest.mark.parametrize("which", [0, 1])
def test_what_was_taken_back_from_either_stays_taken_back(cast, grown, which):
    student, *people = grown
    grants = [
        Grant.objects.give(student=student, guardian=user, item="visits", by=None)
        for user in people
    ]
    grants[which].withdraw(by=None)
    merge(*people, by=cast.school_admin, school=cast.school)
    assert granted(people[0]) == set()


def test_what_was_granted_after_a_withdrawal_stands(cast, grown):
    student, one, other = grown
    Grant.objects.give(student=student, guardian=one, item="visits", by=None).withdraw(by=None)
    Grant.objects.give(student=student, guardian=other, item="visits", by=None)
    merge(one, other, by=cast.school_admin, school=cast.school)
    assert granted(one) == {"visits"}


# --- what was told, and how they are reached --------------------------------------------------------------


def tell(cast, *people, read=(), said=()):
    notice = Notice.objects.create(
        school=cast.school,
        kind="visit.summary",
        about_type="x",
        about_id="1",
        dedupe_key=uuid.uuid4(),
    )
    for person in people:
        at = NOW() if person in (*read, *said) else None
        Receipt.objects.create(
            notice=notice, person=person, why="guardianship", language="en", read_at=at,
            acknowledged_at=at if person in said else None,
            signed="Lin" if person in said else "",
        )  # fmt: skip
    return notice


def test_no_receipt_is_lost(cast, twin):
    alone = tell(cast, twin, said=[twin])
    united(cast, twin)
    receipt = Receipt.objects.get(notice=alone)
    assert (receipt.person, receipt.signed) == (cast.mother, "Lin")
    assert receipt.acknowledged_at


@pytest.mark.parametrize("first", ["keep", "gone", "both", "nobody"])
def test_of_one_notice_told_twice_the_facts_of_both_stand(cast, twin, first):
    said = {"keep": [cast.mother], "gone": [twin], "both": [cast.mother, twin], "nobody": []}[first]
    notice = tell(cast, cast.mother, twin, said=said)
    at = min(filter(None, notice.receipts.values_list("read_at", flat=True)), default=None)
    united(cast, twin)
    receipt = Receipt.objects.get(notice=notice, person=cast.mother)
    assert (receipt.read_at, receipt.acknowledged_at) == (at, at)
    assert receipt.signed == ("Lin" if said else "")
    assert Receipt.objects.filter(notice=notice).count() == 2


def test_a_letter_that_waits_leaves_once_to_an_address_of_the_person(cast, twin):
    notice = tell(cast, twin)
    receipt = notice.receipts.get()
    Delivery.objects.create(
        receipt=receipt, channel="email", address="old@example.org", expires_at=NOW()
    )
    united(cast, twin)
    usable = Address.objects.filter(user=cast.mother, value="old@example.org", failed_at=None)
    assert usable.exists()
    assert Delivery.objects.get().receipt.person == cast.mother
    assert journal.usable_by({notice: [cast.mother.pk]})


def test_opt_outs_and_bounces_stay_with_their_address(cast, twin):
    at = NOW()
    for user, fields in ((cast.mother, {"failed_at": at}), (twin, {"opted_out_at": at})):
        Address.objects.create(user=user, channel="email", value="Both@example.org", **fields)
    twin.addresses.filter(value="old@example.org").update(opted_out_at=at)
    keep, gone = united(cast, twin)
    both = keep.addresses.get(value__iexact="both@example.org")
    assert (both.failed_at, both.opted_out_at) == (at, at)
    assert keep.addresses.get(value="old@example.org").opted_out_at == at
    assert not gone.addresses.exists()


def test_households_groups_and_allauths_own_list_move(cast, twin):
    home = builders.make_household(cast.classmate, guardians=[twin])
    cast.household.guardians.add(twin)
    twin.groups.add(Group.objects.create(name="x"))
    for user in (cast.mother, twin):
        EmailAddress.objects.create(user=user, email=f"{user.pk}@example.org", primary=True)
    keep, gone = united(cast, twin)
    assert set(keep.households.all()) == {home, cast.household}
    assert not gone.households.exists()
    assert not gone.groups.exists()
    assert EmailAddress.objects.filter(user=keep).count() == 2


def test_an_open_letter_opens_the_one_account(cast, twin):
    letter = builders.make_letter(cast.child, twin, cast.school_admin)
    united(cast, twin)
    assert Invitation.objects.opened_by(letter.code).user == cast.mother


def test_of_two_open_letters_one_is_left(cast, twin):
    mine = builders.make_letter(cast.child, cast.mother, cast.school_admin)
    theirs = builders.make_letter(cast.child, twin, cast.school_admin)
    united(cast, twin)
    assert Invitation.objects.opened_by(mine.code).user == cast.mother
    assert Invitation.objects.opened_by(theirs.code) is None


# --- visits ---------------------------------------------------------------------------------------------


def test_the_family_still_reads_its_visits_words_and_promises(cast, twin):
    visit = Visit(school=cast.school, mode="phone", happened_at=NOW() - timezone.timedelta(hours=1))
    visit.hold(
        by=cast.counselor,
        lines=[visit.lines.model(student=cast.child)],
        visitors=[cast.counselor],
        participants=[Participant(guardian=twin, name="林美")],
        promises=[Promise(student=cast.child, side="family", owner=twin, what="Reads aloud")],
        share=True,
    )
    words = Addendum.objects.pin(visit, "Our words", by=twin, student=cast.child, from_family=True)
    keep, gone = united(cast, twin)
    assert visit.is_home_of(keep)
    assert Participant.objects.visible_to(keep).get().guardian == gone
    assert Promise.objects.get().owner == keep
    assert words in Addendum.objects.visible_to(keep)


# --- refusals and doubts -----------------------------------------------------------------------------------


def why_not(cast, one, other, by=None):
    with pytest.raises(merging.NotMerged) as refused:
        merge(one, other, by=by or cast.school_admin, school=cast.school)
    assert not Entry.objects.filter(verb="person.merged").exists()
    return refused.value.words


def test_it_refuses_an_account_with_itself(cast):
    assert why_not(cast, cast.mother, cast.mother) == merging.SAME


@pytest.mark.parametrize("side", [0, 1])
def test_it_refuses_staff_on_either_side(cast, twin, side):
    pair = [cast.mother, twin]
    role = cast.mother.memberships.model(user=pair[side], school=cast.other_school, role="adviser")
    role.since = NOW() + timezone.timedelta(days=3)  # a role that is to begin, too
    role.save()
    assert why_not(cast, *pair) == merging.STAFF


def test_it_refuses_a_superuser(cast, twin):
    User.objects.filter(pk=twin.pk).update(is_superuser=True)
    assert why_not(cast, cast.mother, twin) == merging.STAFF


def test_it_refuses_a_students_own_account(cast, twin):
    builders.make_student(cast.school_class, "Own", user=twin)
    assert why_not(cast, cast.mother, twin) == merging.STUDENT


def test_it_refuses_a_closed_account(cast, twin):
    User.objects.filter(pk=twin.pk).update(is_active=False)
    assert why_not(cast, cast.mother, twin) == merging.CLOSED


def test_it_refuses_somebody_who_is_no_guardian_here(cast):
    assert why_not(cast, cast.mother, builders.make_user()) == merging.NOT_HERE


def test_it_refuses_an_account_that_another_school_knows(cast, twin):
    tie = builders.make_guardian(cast.other_child, user=twin).guardianship
    assert why_not(cast, cast.mother, twin) == merging.ELSEWHERE
    tie.end(by=None)
    assert why_not(cast, cast.mother, twin) == merging.ELSEWHERE


def test_an_admin_of_both_schools_may(cast, twin):
    builders.make_guardian(cast.other_child, user=twin)
    builders.Membership.objects.create(
        user=cast.school_admin, school=cast.other_school, role="school_admin"
    )
    united(cast, twin)


def test_it_doubts_two_relations_to_one_child(cast, twin):
    assert merging.doubts(cast.mother, twin) == []
    Guardianship.objects.filter(pk=twin.tie.pk).update(relation="grandmother")
    (doubt,) = merging.doubts(cast.mother, twin)
    assert "grandmother" in doubt.words


def test_it_warns_of_a_restriction_and_of_two_users(cast, twin):
    twin.tie.restrict(by=cast.principal, reason="Order")
    User.objects.filter(pk__in=[twin.pk, cast.mother.pk]).update(last_login=NOW())
    for user in (twin, cast.mother):
        user.refresh_from_db()
    found = merging.doubts(cast.mother, twin)
    assert [doubt.icon for doubt in found] == ["triangle-alert", "circle-help"]


# --- the page --------------------------------------------------------------------------------------------


@pytest.fixture
def page(cast):
    return reverse("people:guardianship-same", args=[tie_of(cast.mother, cast.child).pk])


def test_it_offers_those_who_are_called_or_reached_alike(cast, twin, as_, page):
    builders.make_guardian(cast.classmate, "Somebody Else")
    phone = builders.make_guardian(cast.classmate, "Other Name")
    for user in (cast.mother, phone):
        Address.objects.create(user=user, channel="phone", value="+86 7")
    found = as_(cast.school_admin).get(page).context["found"]
    assert {row.guardian for row in found} == {twin, phone}


def test_it_finds_others_by_name_and_none_of_another_school(cast, twin, as_, page):
    builders.make_guardian(cast.other_child, "Carmen Ruiz")
    found = as_(cast.school_admin).get(page, {"q": "carmen"}).context["found"]
    assert [row.guardian for row in found] == [cast.other_mother]


def test_two_accounts_are_shown_side_by_side_and_merged_once(cast, twin, as_, page):
    client, key = as_(cast.school_admin), uuid.uuid4()
    there = f"{page}?with={twin.tie.pk}"
    shown = client.get(there).content.decode()
    assert "old@example.org" in shown
    assert cast.classmate.full_name in shown
    data = {"submission": key, "keep": cast.mother.pk}
    answers = {client.post(there, data).url for _ in range(2)}
    assert answers == {cast.child.get_absolute_url()}
    twin.refresh_from_db()
    assert twin.merged_into == cast.mother


def test_where_there_is_a_doubt_somebody_says_so(cast, twin, as_, page):
    Guardianship.objects.filter(pk=twin.tie.pk).update(relation="grandmother")
    client, data = as_(cast.school_admin), {"keep": cast.mother.pk}
    there = f"{page}?with={twin.tie.pk}"
    assert "sure" in client.post(there, data).context["form"].errors
    assert client.post(there, data | {"sure": "on"}).status_code == 302


def test_what_is_refused_has_no_button(cast, twin, as_, page):
    builders.make_guardian(cast.other_child, user=twin)
    answer = as_(cast.school_admin).get(f"{page}?with={twin.tie.pk}")
    assert answer.context["why_not"] == merging.ELSEWHERE
    assert b"<b>" not in answer.content or answer.context["form"] is None


@pytest.mark.parametrize("key", ["x", "", "a\0b", uuid.uuid4()])
def test_a_row_that_is_not_there_is_not_found(cast, as_, page, key):
    answer = as_(cast.school_admin).get(page, {"with": key})
    assert answer.status_code == (404 if key else 200)


def test_only_the_school_admin_comes_in(cast, twin, as_, page):
    for user in (cast.principal, cast.counselor, cast.adviser):
        assert as_(user).get(page).status_code == 403
    assert as_(cast.other_school_admin).get(page).status_code == 404


def test_choosing_asks_the_same_at_twenty(cast, as_, page, django_assert_max_num_queries):
    client = as_(cast.school_admin)
    builders.make_guardian(cast.classmate, "林美")
    client.get(page)
    with django_assert_max_num_queries(20) as few:
        client.get(page)
    for _ in range(20):
        builders.make_guardian(cast.classmate, "林美")
    with django_assert_max_num_queries(20) as many:
        client.get(page)
    assert len(many) == len(few)
    assert views.SHOWN == 20


# --- at once, and in any order ------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_two_administrators_who_merge_crosswise_make_one_account():
    cast = make_cast()
    twin = builders.make_guardian(cast.child, "林美", email="old@example.org")
    refused, pairs = [], [(cast.mother, twin), (twin, cast.mother)]

    def work(keep, gone):
        try:
            merge(keep, gone, by=cast.school_admin, school=cast.school)
        except merging.NotMerged as error:
            refused.append(error.words)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work, args=pair) for pair in pairs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(refused) == 1
    assert User.objects.filter(merged_into__isnull=False).count() == 1
    assert connection.vendor == "postgresql"


STATES = st.tuples(
    st.sampled_from(["open", "ended", "withdrawn", "restricted", "absent"]),
    st.sampled_from(["open", "ended", "withdrawn", "restricted", "absent"]),
)


class Sights(TestCase):
    """For a child with whom both stand, the one account never sees more than either did."""

    @settings(max_examples=25, deadline=None)
    @given(states=st.lists(STATES, min_size=1, max_size=4))
    def test_sight_never_grows_where_both_stand(self, states):
        cast = make_cast()
        people = [builders.make_guardian(cast.child, "Hua") for _ in range(2)]
        seen = []
        for pair in states:
            child = builders.make_student(cast.school_class)
            for user, state in zip(people, pair, strict=True):
                self.stand(cast, user, child, state)
            both = [child in Student.objects.visible_to(user) for user in people]
            known = ["absent" not in state for state in pair]
            strict = any(state in ("withdrawn", "restricted") for state in pair)
            seen.append((child, any(both) and not (all(known) and strict)))
        merge(*people, by=cast.school_admin, school=cast.school)
        found = set(Student.objects.visible_to(people[0]))
        assert [child in found for child, _may in seen] == [may for _child, may in seen]

    def stand(self, cast, user, child, state):
        if state == "absent":
            return
        tie = builders.make_guardian(child, user=user).guardianship
        if state == "ended":
            tie.end(by=None)
        elif state == "withdrawn":
            tie.withdraw(by=None)
        elif state == "restricted":
            tie.restrict(by=cast.principal, reason="Order")


def test_a_browser_of_a_stranger_learns_nothing_of_an_old_address(db):
    answer = Client().post(reverse("account_login"), {"email": "nobody@example.org"})
    assert answer.status_code == 302
