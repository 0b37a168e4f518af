"""The cast that every test knows, and the way to act as one of them."""

import pickle
import types

from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from homeschool.people import sight
from homeschool.people.signin import show_second_factor

from . import builders


def sign_in(user, client=None):
    """Return a client signed in as `user`, staff with the second factor shown."""
    client = client or Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    session = client.session
    show_second_factor(session)
    session.save()
    return client


def make_cast():
    """Return one school with one class and one child, a second school, and everybody around them.

    school, school_class, term, child, sibling, household; mother (of both), father (sight
    withdrawn), other_mother (of `classmate`), adult (a student of 19 in `college`, `.student` is
    its row) with parent (granted visits only); adviser of the class, other_teacher (another class),
    counselor (the child and its sibling on the caseload), other_counselor (nobody yet), principal (leader), school_admin, volunteer,
    district, deactivated (a leader), other_school with other_school_admin and other_child.
    """
    c = types.SimpleNamespace()
    c.school = builders.make_school("demo-a", name="Mill Lane School")
    c.term = builders.make_term(c.school)
    c.adviser = builders.make_staff(c.school, sight.ADVISER, "Daniel Okafor")
    c.school_class = builders.make_class(c.school, "3b", adviser=c.adviser.membership)
    c.other_teacher = builders.make_staff(c.school, sight.ADVISER, "Amara Nwosu")
    c.other_class = builders.make_class(c.school, "5c", adviser=c.other_teacher.membership)
    c.counselor = builders.make_staff(c.school, sight.COUNSELOR, "Mei Chen")
    c.other_counselor = builders.make_staff(c.school, sight.COUNSELOR, "Lucía Vega")
    c.principal = builders.make_staff(c.school, sight.LEADER, "Ruth Adler")
    c.school_admin = builders.make_staff(c.school, sight.SCHOOL_ADMIN, "Omar Haddad")
    c.volunteer = builders.make_staff(c.school, sight.VOLUNTEER, "Vera Volkov")
    c.district = builders.make_staff(c.school, sight.DISTRICT, "Dora Diaz")
    c.deactivated = builders.make_staff(c.school, sight.LEADER, "Gone Away", is_active=False)

    c.child = builders.make_student(c.school_class, "林小雨", number="2026001")
    c.sibling = builders.make_student(c.other_class, "林小晴", number="2026002")
    c.classmate = builders.make_student(c.school_class, "Mateo Hernández Ruiz", number="2026003")
    c.mother = builders.make_guardian(c.child, "林美", language="zh-hans", primary=True)
    builders.make_guardian(c.sibling, user=c.mother)
    c.father = builders.make_guardian(
        c.child, "林强", relation="father", may_view=False, may_receive=False
    )
    c.other_mother = builders.make_guardian(c.classmate, "Carmen Ruiz", language="es")
    c.household = builders.make_household(c.child, c.sibling, guardians=[c.mother])
    builders.give_caseload(c.counselor, c.child)
    builders.give_caseload(c.counselor, c.sibling)

    c.college = builders.make_school("college-b", name="River College", kind="university")
    college_class = builders.make_class(c.college, "c1")
    c.adult = builders.make_user("Chen Yu")
    c.adult.student_row = builders.make_student(
        college_class, "Chen Yu", user=c.adult, birth_date="2007-01-15"
    )
    c.parent = builders.make_guardian(c.adult.student_row, "Chen Hua")
    c.adult.student_row.grants.create(guardian=c.parent, item="visits")

    c.other_school = builders.make_school("other-c", name="Hill School")
    c.other_school_admin = builders.make_staff(c.other_school, sight.SCHOOL_ADMIN, "Otto Ott")
    c.other_child = builders.make_student(builders.make_class(c.other_school), "Olga Orlova")
    return c


class Mould:
    """The cast as it was made once: the statements that wrote it, and its objects.

    Made from the mould it takes a tenth of the time. Rows, ids and what triggers write are those of
    `make_cast`, since the same statements reach the same database.
    """

    WRITES = ("INSERT", "UPDATE", "DELETE")

    def __init__(self):
        with transaction.atomic(), CaptureQueriesContext(connection) as seen:
            self.objects = pickle.dumps(make_cast())
            transaction.set_rollback(True)
        self.statements = ";".join(
            query["sql"] for query in seen if query["sql"].startswith(self.WRITES)
        )

    def cast(self):
        """Write the cast into the database, and return it."""
        with connection.cursor() as cursor:
            cursor.execute(self.statements)
        return pickle.loads(self.objects)  # noqa: S301 - our own
