"""The guardians of a sheet: who they are, and whom they look after."""

import uuid

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX

from homeschool import names
from homeschool.people.models import Address, Guardianship, Membership, Student, User

from . import words
from .changes import CHANGED, GUARDIANS, GUARDIANSHIPS, NEW, SAME, Change

TIE = ("relation", "relation_said", "guardian_id")
MOVED = ("value", "verified_at", "opted_out_at", "failed_at")


class People:
    """The guardians that the lines name.

    With an address a person is known by it, so siblings share a guardian. Without one, a
    person is known by the child and the name: two children whose grandmothers bear one name
    never share an account by chance.
    """

    def __init__(self, roster):
        self.roster = roster
        self.lines = [line for line in roster.lines if line.guardian]
        self.new, self.changed, self.settled = [], {}, set()
        self.found = {}
        self._load()
        for line in self.lines:
            if line.email:
                self._settle(line, ("email", line.email), self._by_address)
        for line in self.lines:
            if not line.email:
                key = (line.student_number, line.guardian_key)
                self._settle(line, key, self._by_name)

    def _load(self):
        children = [s.pk for s in self.roster.children.by_number.values()]
        self.guardianships = list(
            Guardianship.objects.filter(student__in=children).select_related("guardian")
        )
        addresses = {line.email for line in self.lines if line.email}
        self.by_email = {user.email: user for user in User.objects.filter(email__in=addresses)}
        people = {user.pk: user for user in self.by_email.values()}
        self._find_former(addresses, people)
        self.of_child = {}
        for guardianship in self.guardianships:
            guardian = guardianship.guardian
            guardianship.guardian = people.setdefault(guardian.pk, guardian)
            self.of_child.setdefault(guardianship.student_id, []).append(guardianship)
        self._load_where_known(people)

    def _find_former(self, addresses, people):
        """Find whom an address means that was merged into another account with its own."""
        former = Address.objects.filter(signs_in=True, channel=Address.Channel.EMAIL)
        for address in former.filter(value__in=addresses - set(self.by_email)).select_related(
            "user"
        ):
            user = people.setdefault(address.user_id, address.user)
            self.by_email[address.value] = user

    def _load_where_known(self, people):
        """Find who belongs to this school, who works here, and who is known elsewhere too."""
        school = self.roster.school
        tied = Guardianship.objects.filter(guardian__in=people)
        works = Membership.objects.filter(user__in=people)
        self.guardians_here = set(
            tied.filter(student__school=school).values_list("guardian", flat=True)
        )
        self.works_here = set(works.open().filter(school=school).values_list("user", flat=True))
        self.shared = set(tied.exclude(student__school=school).values_list("guardian", flat=True))
        self.shared |= set(works.values_list("user", flat=True))
        self.shared |= set(Student.objects.filter(user__in=people).values_list("user", flat=True))

    def of(self, line):
        """Return the account of a line's guardian (a new one is not saved yet), None if refused."""
        if line.email:
            return self.found.get(("email", line.email))
        return self.found.get((line.student_number, line.guardian_key))

    def _settle(self, line, key, find):
        if key in self.found:
            return
        known = len(self.roster.problems)
        user = find(line)
        if user is None and len(self.roster.problems) == known:
            user = self._make(line)
        self.found[key] = user

    def _make(self, line):
        user = User(
            email=line.email or None,
            full_name=line.guardian,
            sort_key=names.sort_key(line.guardian),
            language=line.language,
            password=f"{UNUSABLE_PASSWORD_PREFIX}{uuid.uuid4().hex}",
        )
        self.new.append(user)
        fields = [(words.COLUMN_NAMES["email"], "", line.email)] if line.email else []
        self.roster.note(GUARDIANS, NEW, line, line.guardian, fields)
        return user

    def _by_address(self, line):
        user = self.by_email.get(line.email)
        if user is None:
            return self._without_this_address(line)
        agrees = names.plain(user.full_name) == line.guardian_key
        if user.pk not in self.guardians_here and not (user.pk in self.works_here and agrees):
            self.roster.refuse("address", line, "email", found=line.email)
            return None
        self._keep(line, user, {"full_name": line.guardian})
        return user

    def _without_this_address(self, line):
        """Find a guardian of the child by name, whose address is new or was mended."""
        user = self._namesake(line)
        if user is None or self._stands_elsewhere_in_sheet(user):
            return None
        if user.email and (user.last_login or user.pk in self.shared or user.pk in self.changed):
            self.roster.refuse("signs_in", line, "email", user.email, line.email)
            return None
        self._keep(line, user, {"full_name": line.guardian, "email": line.email})
        return user

    def _stands_elsewhere_in_sheet(self, user):
        return user.email in self.by_email

    def _namesake(self, line):
        child = self.roster.children.of(line)
        name = line.guardian_key
        return next(
            (
                g.guardian
                for g in self.of_child.get(child.pk, ())
                if names.plain(g.guardian.full_name) == name
            ),
            None,
        )

    def _by_name(self, line):
        user = self._namesake(line)
        if user is not None:
            self._keep(line, user, {"full_name": line.guardian})
        return user

    def _keep(self, line, user, values):
        """Note a known person once; an account that is known elsewhere too keeps its name."""
        if user.pk in self.settled:
            return
        self.settled.add(user.pk)
        if user.pk in self.shared:
            values = {}
        fields = []
        for name, value in values.items():
            before = getattr(user, name) or ""
            if before != value:
                self.roster.remember(user, "full_name", "sort_key", "email")
                fields.append((str(User._meta.get_field(name).verbose_name), before, value))
                setattr(user, name, value)
        if fields:
            user.sort_key = names.sort_key(user.full_name)
            self.changed[user.pk] = user
        self.roster.note(GUARDIANS, CHANGED if fields else SAME, line, line.guardian, fields)

    def write(self):
        changed = list(self.changed.values())
        self.roster.make(self.new)
        self.roster.keep(changed, ["full_name", "sort_key", "email"])
        self.roster.make([_mail_to(user) for user in self.new if user.email])
        self._write_addresses([user for user in changed if user.email])

    def _write_addresses(self, changed):
        """Let the addresses of these accounts follow the one by which they sign in."""
        mails = Address.objects.filter(
            user__in=changed, channel=Address.Channel.EMAIL, signs_in=False
        )
        of_user = {}
        for address in mails.order_by("pk"):
            of_user.setdefault(address.user_id, []).append(address)
        moved, new = [], []
        for user in changed:
            rows = of_user.get(user.pk, [])
            if not rows:
                new.append(_mail_to(user))
            elif user.email not in {address.value.lower() for address in rows}:
                moved.append(self._moved(rows[0], user.email))
        self.roster.make(new)
        self.roster.keep(moved, MOVED)
        kept = {address.pk for address in moved}
        stale = [
            address
            for user in changed
            for address in of_user.get(user.pk, ())
            if address.pk not in kept and address.value.lower() != user.email
        ]
        self.roster.take_away(stale)

    def _moved(self, address, value):
        """Return the address with another value: what is known of the old one says nothing of it."""
        self.roster.remember(address, *MOVED)
        address.value = value
        address.verified_at = address.opted_out_at = address.failed_at = None
        return address


def _mail_to(user):
    return Address(user=user, channel=Address.Channel.EMAIL, value=user.email)


class Ties:
    """Who looks after whom, by the lines: the relation is the sheet's, sight is the portal's."""

    def __init__(self, roster):
        self.roster, self.people = roster, roster.people
        self.new, self.changed = [], []
        self.with_primary = {
            g.student_id for g in self.people.guardianships if g.primary and g.until is None
        }
        for line in self.people.lines:
            user = self.people.of(line)
            if user is not None:
                self._settle(line, roster.children.of(line), user)

    def _settle(self, line, child, user):
        relation, said = words.relation_of(line.relation)
        name = f"{child.full_name} · {line.guardian}"
        found = self._existing(child, user, line)
        if found is None:
            self._make(line, child, user, relation, said, name)
        elif found.until is not None:
            self.roster.kept.append(Change(GUARDIANSHIPS, SAME, line.row, name))
            self.roster.note(GUARDIANSHIPS, SAME, line, name)
        else:
            self._change(line, found, user, relation, said, name)

    def _existing(self, child, user, line):
        """Return the child's row with this person: the open one, else one that was ended there.

        A namesake without address whom the sheet now gives an address is the same person.
        """
        rows = self.people.of_child.get(child.pk, ())
        mine = [g for g in rows if g.guardian_id == user.pk] or [
            g
            for g in rows
            if not g.guardian.email and names.plain(g.guardian.full_name) == line.guardian_key
        ]
        return min(mine, key=lambda g: g.until is not None, default=None)

    def _make(self, line, child, user, relation, said, name):
        self.new.append(
            Guardianship(
                student=child,
                guardian=user,
                relation=relation,
                relation_said=said,
                primary=child.pk not in self.with_primary,
            )
        )
        self.with_primary.add(child.pk)
        fields = [(words.COLUMN_NAMES["relation"], "", line.relation)] if line.relation else []
        self.roster.note(GUARDIANSHIPS, NEW, line, name, fields)

    def _change(self, line, found, user, relation, said, name):
        fields = []
        says_more = said and said != found.relation_said
        if line.relation and (relation != found.relation or says_more):
            fields.append((words.COLUMN_NAMES["relation"], found.relation_words, line.relation))
            self.roster.remember(found, *TIE)
            found.relation, found.relation_said = relation, said
        if found.guardian_id != user.pk:
            fields.append(
                (words.COLUMN_NAMES["guardian"], found.guardian.full_name, user.full_name)
            )
            self.roster.remember(found, *TIE)
            found.guardian = user
        if fields:
            self.changed.append(found)
        self.roster.note(GUARDIANSHIPS, CHANGED if fields else SAME, line, name, fields)

    def write(self):
        self.roster.make(self.new)
        self.roster.keep(self.changed, TIE)
