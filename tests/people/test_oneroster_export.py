"""A school's roster as a OneRoster ZIP: what goes along, what does not, and who may take it."""

import csv
import io
import json
import zipfile

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from homeschool.journal import actions, kinds
from homeschool.journal.models import Entry, Notice, Receipt
from homeschool.people.actions.exporting import record_export
from homeschool.people.importing.oneroster import FIELDS, read_package, write_package
from homeschool.people.importing.oneroster.columns import STANDARD
from homeschool.people.models import Address, Enrolment, RosterKey
from tests import builders
from tests.cast import sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def school():
    """A school with a class, a teacher, two children and their mother, and a father of one."""
    school = builders.make_school("mill-lane", name="Mill Lane, “old house”")
    builders.make_term(school)
    school.teacher = builders.make_staff(school, "adviser", "Ben Wright")
    school.room = builders.make_class(school, "3b", adviser=school.teacher.membership)
    school.child = builders.make_student(school.room, "林小雨", "S1", sex="female")
    school.sister = builders.make_student(school.room, "林 小晴", "S2", birth_date=None)
    school.mother = builders.make_guardian(school.child, "林美", primary=True)
    builders.make_guardian(school.sister, user=school.mother)
    school.father = builders.make_guardian(school.child, "Olga", "other", relation_said="外婆")
    return school


def written(school, user=None, **options):
    out = io.BytesIO()
    counts = write_package(school, out, user=user, **options)
    return out.getvalue(), counts


def exported(school, user=None, **options):
    """Return {file: [{column: value}]} of what the reader makes of the export."""
    package = read_package(written(school, user, **options)[0])
    found = {
        file: [dict(zip(fields, row, strict=True)) for _number, row in package.rows(file)]
        for file, fields in FIELDS.items()
    }
    assert package.problems == []
    return found


def names(school, **options):
    return {row["fullName"] for row in exported(school, **options)["users"]}


# --- what goes along -------------------------------------------------------------------------------


def test_it_is_a_whole_bulk_package_of_1_2(school):
    raw, counts = written(school)
    package = read_package(raw)
    assert package.version == "1.2"
    assert set(package.modes.values()) == {"bulk"}
    assert package.ignored == []
    assert counts == {"children": 2, "guardians": 2, "staff": 1, "classes": 1}


def test_every_file_has_the_columns_of_the_standard_in_its_order(school):
    with zipfile.ZipFile(io.BytesIO(written(school)[0])) as found:
        for file, columns in STANDARD.items():
            text = found.read(f"{file}.csv").decode()
            header = text.splitlines()[0].split(",")
            assert tuple(header[: len(columns)]) == columns
            assert set(header[len(columns) :]) <= {"metadata.fullName"}
            assert "\r\n" in text


def test_the_manifest_lists_every_file_of_the_standard_and_no_other(school):
    with zipfile.ZipFile(io.BytesIO(written(school)[0])) as found:
        said = dict(csv.reader(io.StringIO(found.read("manifest.csv").decode())))
    assert said["oneroster.version"] == "1.2"
    assert len([name for name in said if name.startswith("file.")]) == 21
    assert "file.relationships" not in said
    assert said["file.results"] == "absent"


def test_the_school_its_divisions_terms_and_classes_stand_in_it(school):
    found = exported(school)
    org, division = found["orgs"]
    assert (org["type"], org["identifier"]) == ("school", "mill-lane")
    assert (division["type"], division["parentSourcedId"]) == ("department", org["sourcedId"])
    [term] = found["academicSessions"]
    assert (term["sourcedId"], term["schoolYear"]) == ("2026a", 2027)
    [room] = found["classes"]
    [course] = found["courses"]
    assert (room["classCode"], room["termSourcedIds"]) == ("3b", ("2026a",))
    assert (room["courseSourcedId"], course["orgSourcedId"]) == (
        course["sourcedId"], division["sourcedId"],
    )  # fmt: skip


def test_children_bring_number_name_birth_date_and_sex(school):
    found = exported(school)
    child = next(row for row in found["users"] if row["sourcedId"] == str(school.child.pk))
    assert (child["identifier"], child["givenName"], child["familyName"]) == ("S1", "小雨", "林")
    born = {row["sourcedId"]: (str(row["birthDate"]), row["sex"]) for row in found["demographics"]}
    assert born == {str(school.child.pk): ("2016-05-04", "female")}


def test_a_name_that_its_pieces_do_not_give_back_stands_whole(school):
    assert names(school) == {"林小雨", "林 小晴", "林美", "Olga", "Ben Wright"}


def test_families_are_tied_from_both_sides_and_by_relationships(school):
    found = exported(school)
    users = {row["sourcedId"]: row for row in found["users"]}
    mother, child, sister = (str(r.pk) for r in (school.mother, school.child, school.sister))
    assert set(users[mother]["agentSourcedIds"]) == {child, sister}
    assert set(users[child]["agentSourcedIds"]) == {mother, str(school.father.pk)}
    ties = {(r["userSourcedId"], r["relationshipUserSourcedId"]): r for r in found["relationships"]}
    assert ties[child, mother]["primary"] is True
    assert ties[child, str(school.father.pk)]["relationshipRole"] == "other"


def test_a_word_of_the_family_stands_where_it_says_the_same(school):
    school.father.guardianship.change(by=None, relation="grandmother")
    found = exported(school)["relationships"]
    assert "外婆" in {row["relationshipRole"] for row in found}


def test_everybody_has_a_role(school):
    roles = {(r["userSourcedId"], r["role"]) for r in exported(school)["roles"]}
    assert roles == {
        (str(school.child.pk), "student"), (str(school.sister.pk), "student"),
        (str(school.mother.pk), "parent"), (str(school.father.pk), "guardian"),
        (str(school.teacher.pk), "teacher"),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("role", "word"),
    [("counselor", "counselor"), ("leader", "principal"), ("school_admin", "siteAdministrator")],
)
def test_staff_bring_their_roles(school, role, word):
    user = builders.make_staff(school, role)
    assert (str(user.pk), word) in {
        (r["userSourcedId"], r["role"]) for r in exported(school)["roles"]
    }


def test_a_teacher_who_is_a_parent_stands_once_with_two_roles(school):
    builders.make_guardian(school.child, user=school.teacher, relation="father")
    found = exported(school)
    assert [r["fullName"] for r in found["users"]].count("Ben Wright") == 1
    mine = [r for r in found["roles"] if r["userSourcedId"] == str(school.teacher.pk)]
    assert [(r["role"], r["roleType"]) for r in mine] == [
        ("teacher", "primary"), ("parent", "secondary"),
    ]  # fmt: skip


def test_classes_hold_their_children_and_the_teacher(school):
    course = builders.make_class(school, "art", kind="scheduled")
    Enrolment.objects.create(student=school.child, school_class=course)
    found = {
        (r["classSourcedId"], r["userSourcedId"], r["role"], r["primary"])
        for r in exported(school)["enrollments"]
    }
    room, child, sister = (str(r.pk) for r in (school.room, school.child, school.sister))
    assert found == {
        (room, child, "student", ""), (room, sister, "student", ""),
        (str(course.pk), child, "student", ""), (room, str(school.teacher.pk), "teacher", True),
    }  # fmt: skip


def test_a_key_of_the_schools_own_system_is_given_back(school):
    for kind, row, key in (
        ("student", school.child, "sis-1"), ("person", school.mother, "sis-2"),
        ("class", school.room, "sis-3"), ("division", school.room.division, "sis-4"),
        ("term", school.terms.get(), "sis-5"), ("student", school.sister, "a,b"),
    ):  # fmt: skip
        RosterKey.objects.create(school=school, kind=kind, row=row.pk, key=key)
    found = exported(school)
    assert {"sis-1", "sis-2"} < {row["sourcedId"] for row in found["users"]}
    assert found["classes"][0]["sourcedId"] == "sis-3"
    assert "sis-4" in {row["sourcedId"] for row in found["orgs"]}
    assert found["academicSessions"][0]["sourcedId"] == "sis-5"
    assert str(school.sister.pk) in {row["sourcedId"] for row in found["users"]}


def test_one_key_of_a_child_and_a_person_is_given_once(school):
    for kind, row in (("student", school.child), ("person", school.mother)):
        RosterKey.objects.create(school=school, kind=kind, row=row.pk, key="same")
    keys = [row["sourcedId"] for row in exported(school)["users"]]
    assert len(set(keys)) == len(keys)


def test_phones_go_along(school):
    Address.objects.create(user=school.mother, channel="phone", value="+86 138 0000")
    users = {row["fullName"]: row for row in exported(school)["users"]}
    assert (users["林美"]["phone"], users["林美"]["sms"]) == ("+86 138 0000", "")


def test_a_school_without_terms_is_a_valid_package_too():
    school = builders.make_school("empty")
    builders.make_class(school)
    found = exported(school)
    assert found["academicSessions"][0]["type"] == "gradingPeriod"
    assert found["classes"][0]["termSourcedIds"] == (found["academicSessions"][0]["sourcedId"],)


def test_a_school_of_nobody_is_a_valid_package():
    assert exported(builders.make_school("nobody"))["users"] == []


# --- what does not ---------------------------------------------------------------------------------


@pytest.mark.parametrize("status", ["left", "transferred", "dropout"])
def test_children_who_left_stay_behind_with_who_looked_after_them_alone(school, status):
    school.child.change(by=None, status=status)
    found = exported(school)
    assert str(school.child.pk) not in str(found)
    assert "Olga" not in str(found)
    assert "林美" in str(found)


def test_ended_ties_and_roles_stay_behind(school, cast):
    school.father.guardianship.end(by=cast.school_admin)
    school.teacher.membership.end(by=cast.school_admin)
    assert not {"Olga", "Ben Wright"} & names(school)


def test_who_must_not_be_in_contact_goes_nowhere(school, cast):
    school.father.guardianship.restrict(by=cast.school_admin, reason="Court order of 3 May")
    raw, _counts = written(school)
    with zipfile.ZipFile(io.BytesIO(raw)) as found:
        everything = b"".join(found.read(name) for name in found.namelist()).decode()
    assert "Olga" not in everything
    assert "Court" not in everything


def test_closed_classes_stay_behind(school):
    old = builders.make_class(school, "old")
    old.closed_at = old.school.teacher.date_joined
    old.save(update_fields=["closed_at"])
    assert [row["classCode"] for row in exported(school)["classes"]] == ["3b"]


def test_other_schools_stay_behind(school, cast):
    assert cast.child.full_name not in names(school) - {"林小雨"}
    assert "other" not in {row["identifier"] for row in exported(school)["orgs"]}


def test_relationships_can_be_left_out_for_strict_systems(school):
    raw, _counts = written(school, relationships=False)
    with zipfile.ZipFile(io.BytesIO(raw)) as found:
        assert "relationships.csv" not in found.namelist()


def test_it_asks_as_little_for_twenty_children_as_for_two(school, django_assert_max_num_queries):
    for number in range(20):
        builders.make_guardian(builders.make_student(school.room, number=f"N{number}"))
    with django_assert_max_num_queries(20):
        written(school)


# --- who may take it -------------------------------------------------------------------------------


@pytest.fixture
def page(cast, client):
    """The page of the cast's school, for its administrator."""
    sign_in(cast.school_admin, client)
    return reverse("people:roster-export", args=[cast.school.pk])


def test_the_page_gives_the_file_for_a_reason_and_writes_it_down(cast, client, page):
    answer = client.post(page, {"reason": "system", "submission": builders.new_key()})
    package = read_package(b"".join(answer.streaming_content), file_name="x.zip")
    assert package.sizes["users"] > 1
    assert answer["Content-Type"] == "application/zip"
    assert cast.school.code in answer["Content-Disposition"]
    entry = Entry.objects.get(verb="roster.exported")
    assert (entry.kind, entry.school, entry.actor) == ("exported", cast.school, cast.school_admin)
    assert entry.data["reason"] == "system"
    assert entry.data["children"] > 0


def test_without_a_reason_there_is_no_file(client, page):
    answer = client.post(page, {"submission": builders.new_key()})
    assert b"PK" not in answer.content[:2]
    assert answer.context["form"].errors["reason"]
    assert not Entry.objects.filter(verb="roster.exported").exists()


def test_sent_twice_it_is_written_down_once(client, page):
    sent = {"reason": "copy", "submission": builders.new_key()}
    for _time in range(2):
        answer = client.post(page, sent)
        assert b"".join(answer.streaming_content).startswith(b"PK")
    assert Entry.objects.filter(verb="roster.exported").count() == 1


def test_the_start_of_the_school_leads_to_it(cast, client, page):
    answer = client.get(reverse("people:school-start", args=[cast.school.pk]))
    assert page in answer.content.decode()


# --- who is told ---


@pytest.mark.parametrize(("children", "told"), [(200, 0), (201, 1)])
def test_administrators_are_told_of_more_than_200_children(cast, children, told):
    record_export(cast.school, by=cast.school_admin, counts={"children": children})
    assert Notice.objects.filter(kind="people.exported").count() == told


def test_the_letter_says_who_took_how_many(cast):
    record_export(cast.school, by=cast.school_admin, counts={"children": 300})
    notice = Notice.objects.get(kind="people.exported")
    actions.expand([notice.pk])
    receipt = Receipt.objects.select_related("notice__school", "person").get(notice=notice)
    assert receipt.person == cast.school_admin
    with kinds.speaking_to(receipt):
        context = kinds.context_of(receipt, link="", stop_link="")
        said = [
            kinds.words(receipt, form, context)
            for form in ("subject.txt", "txt", "html", "page.html")
        ]
    assert all("300 children" in words for words in said[1:])
    assert "Omar Haddad" in said[1]


# --- the command -----------------------------------------------------------------------------------


def run(*options):
    out = io.StringIO()
    call_command("export_roster", *options, stdout=out)
    return out.getvalue()


def test_the_command_writes_the_file_and_an_entry(school, tmp_path):
    path = tmp_path / "roster.zip"
    told = json.loads(run("--school", "mill-lane", "--out", str(path), "--json"))
    assert (told["school"], told["children"], told["guardians"]) == ("mill-lane", 2, 2)
    assert read_package(path.read_bytes()).sizes["users"] == 5
    assert Entry.objects.get(verb="roster.exported").actor is None


def test_the_command_says_in_words_what_it_wrote(school, tmp_path):
    assert "2 children" in run("--school", "mill-lane", "--out", str(tmp_path / "roster.zip"))


def test_the_command_leaves_an_earlier_file_whole_where_it_cannot_write(school, tmp_path):
    with pytest.raises(CommandError, match="No such file"):
        run("--school", "mill-lane", "--out", str(tmp_path / "nowhere" / "roster.zip"))
    assert not Entry.objects.filter(verb="roster.exported").exists()


def test_the_command_names_the_schools_it_knows(school, tmp_path):
    with pytest.raises(CommandError, match="mill-lane"):
        run("--school", "nowhere", "--out", str(tmp_path / "roster.zip"))
