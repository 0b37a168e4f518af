"""The one-sheet roster: what it brings in, what it leaves alone, and what it refuses."""

import io
import json
import time

import pytest
import xlsxwriter
from django.utils import timezone

from homeschool.journal.models import Entry
from homeschool.people.importing import Roster, Unreadable, import_roster, read_table
from homeschool.people.models import (
    Division,
    Guardianship,
    SchoolClass,
    Student,
    User,
)
from tests import builders

HEADER = "student_number,name,class,guardian,relation,email,language"
pytestmark = pytest.mark.django_db


def sheet(*lines, header=HEADER, encoding="utf-8"):
    return "\n".join([header, *lines]).encode(encoding)


@pytest.fixture
def school():
    school = builders.make_school("mill-lane")
    builders.make_class(school, "3b")
    return school


def bring(school, *lines, **options):
    """Import the lines and return the Roster."""
    return import_roster(school, read_table(sheet(*lines), "roster.csv"), by=None, **options)


def numbers(roster, kind):
    return {state: n for state, n in roster.counts[kind].items() if n}


def refusal(raw):
    with pytest.raises(Unreadable) as caught:
        read_table(raw, "roster.csv")
    return caught.value.problem


FAMILY = (
    "S1,林小雨,3B,林美,妈妈,linmei@example.org,中文",
    "S1,林小雨,3B,林强,father,,",
    "S2,林小晴,3B,林美,mother,LinMei@example.org,zh-hans",
    "S3,Mateo Hernández Ruiz,3B,Camila Ruiz,madre,camila@example.org,Español",
    "S4,Olga Orlova,3B,,,,",
)


# --- what it brings in ---------------------------------------------------------------------


def test_it_makes_children_and_guardians(school):
    roster = bring(school, *FAMILY)
    assert roster.applied
    assert numbers(roster, "students") == {"new": 4}
    assert numbers(roster, "guardians") == {"new": 3}
    assert numbers(roster, "guardianships") == {"new": 4}
    mother = User.objects.get(email="linmei@example.org")
    assert (mother.language, mother.full_name, mother.has_usable_password()) == (
        "zh-hans",
        "林美",
        False,
    )
    assert mother.addresses.get().value == "linmei@example.org"


def test_a_child_can_be_found_after_it(school):
    bring(school, *FAMILY)
    assert Student.objects.found_by("lxy").get().number == "S1"


def test_siblings_share_the_guardian_of_one_address(school):
    bring(school, *FAMILY)
    mother = User.objects.get(email="linmei@example.org")
    assert {g.student.number for g in mother.guardianships.all()} == {"S1", "S2"}


def test_the_first_guardian_is_the_first_to_be_asked(school):
    bring(school, *FAMILY)
    rows = Guardianship.objects.filter(student__number="S1")
    assert [g.guardian.full_name for g in rows if g.primary] == ["林美"]


def test_guardians_without_address_are_not_mixed_up(school):
    bring(school, "S1,林小雨,3B,王芳,奶奶,,", "S2,王子涵,3B,王芳,奶奶,,")
    assert User.objects.filter(full_name="王芳").count() == 2


def test_it_is_the_same_the_second_time(school):
    bring(school, *FAMILY)
    roster = bring(school, *FAMILY)
    assert roster.differences == []
    assert numbers(roster, "students") == {"same": 4}
    assert numbers(roster, "guardians") == {"same": 3}
    assert numbers(roster, "guardianships") == {"same": 4}


def test_it_writes_one_entry_with_counts_and_no_names(school):
    bring(school, *FAMILY)
    entry = Entry.objects.get(verb="roster.imported")
    assert entry.school == school
    assert entry.data["counts"]["students"]["new"] == 4
    assert "林" not in json.dumps(entry.data, ensure_ascii=False)


@pytest.mark.parametrize(
    ("word", "code", "said"),
    [
        ("mother", "mother", ""), ("妈妈", "mother", ""), ("母亲", "mother", ""), ("Madre", "mother", ""),
        ("padre", "father", ""), ("外婆", "grandmother", "外婆"), ("tía", "relative", "tía"),
        ("neighbour", "other", "neighbour"), ("", "other", ""),
    ],
)  # fmt: skip
def test_it_knows_relations_in_three_languages(school, word, code, said):
    bring(school, f"S1,林小雨,3B,林美,{word},,")
    row = Guardianship.objects.get()
    assert (row.relation, row.relation_said) == (code, said)


@pytest.mark.parametrize("word", ["es", "Spanish", "español", "ESPAÑOL", "西班牙语"])
def test_it_knows_languages_by_code_and_name(school, word):
    bring(school, f"S1,Mateo,3B,Camila,madre,c@example.org,{word}")
    assert User.objects.get(email="c@example.org").language == "es"


# --- classes --------------------------------------------------------------------------------


def test_a_missing_class_is_made_in_a_division_of_its_name(school):
    roster = bring(school, "S1,林小雨,三年级 2班,,,,")
    made = SchoolClass.objects.get(name="三年级 2班")
    assert (made.code, made.division.name) == ("三年级-2班", "三年级 2班")
    assert numbers(roster, "classes") == {"new": 1}


def test_a_missing_class_joins_the_division_of_its_column(school):
    table = read_table(
        sheet("S1,林小雨,4A,,,,,Grade 4", "S2,王子涵,4C,,,,,grade 4", header=HEADER + ",division")
    )
    import_roster(school, table, by=None)
    assert Division.objects.filter(school=school, name="Grade 4").get().classes.count() == 2


def test_known_classes_only_refuses_a_missing_class(school):
    roster = bring(school, "S1,林小雨,3X,,,,", known_classes_only=True)
    assert [(p.kind, p.row, p.column, p.found) for p in roster.problems] == [
        ("class", 2, "class", "3X")
    ]
    assert not Student.objects.exists()


def test_a_course_class_is_refused(school):
    builders.make_class(school, "art", kind="scheduled")
    assert bring(school, "S1,林小雨,art,,,,").problems[0].kind == "course"


# --- what changes, and what is left alone -----------------------------------------------------


def test_a_child_moves_to_another_class(school):
    bring(school, "S1,林小雨,3B,,,,")
    roster = bring(school, "S1,林小雨,4A,,,,")
    assert numbers(roster, "students") == {"changed": 1}
    assert Student.objects.get().school_class.name == "4A"
    assert Student.objects.get().division == Student.objects.get().school_class.division


def test_a_changed_name_is_found_by_its_new_key(school):
    bring(school, "S1,林小雨,3B,,,,")
    bring(school, "S1,林晓雪,3B,,,,")
    assert Student.objects.found_by("xiaoxue").exists()


def test_a_child_that_left_comes_back(school):
    bring(school, "S1,林小雨,3B,,,,")
    Student.objects.update(status="left")
    assert numbers(bring(school, "S1,林小雨,3B,,,,"), "students") == {"returned": 1}
    assert Student.objects.get().status == "active"


def test_who_is_missing_in_the_sheet_stays(school):
    bring(school, *FAMILY)
    roster = bring(school, FAMILY[0])
    assert numbers(roster, "students") == {"same": 1}
    assert Student.objects.active().count() == 4


def test_withdrawn_sight_stays_withdrawn(school, cast):
    bring(school, *FAMILY)
    row = Guardianship.objects.get(student__school=school, guardian__full_name="林强")
    row.withdraw(by=cast.school_admin)
    bring(school, *FAMILY)
    row.refresh_from_db()
    assert not row.may_view


def test_an_ended_guardianship_is_not_begun_again(school, cast):
    bring(school, *FAMILY)
    Guardianship.objects.get(student__school=school, guardian__full_name="林强").end(
        by=cast.school_admin
    )
    roster = bring(school, *FAMILY)
    assert [change.row for change in roster.kept] == [3]
    rows = Guardianship.objects.open().filter(student__school=school)
    assert not rows.filter(guardian__full_name="林强").exists()


def test_a_language_that_a_person_chose_stays(school):
    bring(school, *FAMILY)
    User.objects.filter(email="linmei@example.org").update(language="en")
    assert bring(school, *FAMILY).differences == []


def test_a_guardian_gets_an_address_later(school):
    bring(school, "S1,林小雨,3B,王芳,奶奶,,", "S2,林小晴,3B,王芳,奶奶,,")
    mended = ("S1,林小雨,3B,王芳,奶奶,wf@example.org,", "S2,林小晴,3B,王芳,奶奶,wf@example.org,")
    bring(school, *mended)
    person = User.objects.get(email="wf@example.org")
    assert {g.student.number for g in person.guardianships.all()} == {"S1", "S2"}
    assert bring(school, *mended).differences == []


def test_a_wrong_address_is_mended_before_the_first_sign_in(school):
    bring(school, FAMILY[3])
    bring(school, FAMILY[3].replace("camila@", "camila.ruiz@"))
    person = User.objects.get(full_name="Camila Ruiz")
    assert person.email == "camila.ruiz@example.org"
    assert [a.value for a in person.addresses.all()] == ["camila.ruiz@example.org"]


def test_an_address_in_use_is_not_changed_by_a_sheet(school):
    bring(school, FAMILY[3])
    User.objects.filter(full_name="Camila Ruiz").update(last_login=timezone.now())
    roster = bring(school, FAMILY[3].replace("camila@", "camila.ruiz@"))
    assert [p.kind for p in roster.problems] == ["signs_in"]


def test_an_address_known_elsewhere_is_refused_and_tells_nothing(school, cast):
    roster = bring(school, f"S1,Ana,3B,Eva,mother,{cast.other_mother.email},")
    [problem] = roster.problems
    assert (problem.kind, problem.row, problem.column) == ("address", 2, "email")
    assert cast.other_mother.full_name not in str(problem.as_dict())
    assert not Student.objects.filter(school=school).exists()


def test_a_teacher_of_the_school_may_be_a_parent(school):
    teacher = builders.make_staff(school, "adviser", "Daniel Okafor", email="daniel@example.org")
    assert bring(school, "S1,Ada Okafor,3B,Daniel Okafor,father,daniel@example.org,").applied
    assert teacher.guardianships.count() == 1


def test_the_office_address_is_no_parent(school):
    builders.make_staff(school, "school_admin", "Omar Haddad", email="office@example.org")
    roster = bring(school, "S1,Ada Okafor,3B,Uma Okafor,mother,office@example.org,")
    assert [p.kind for p in roster.problems] == ["address"]


# --- bad input -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "kind", "column"),
    [
        (",林小雨,3B,,,,", "empty", "student_number"),
        ("S1,,3B,,,,", "empty", "name"),
        ("S1,林小雨,,,,,", "empty", "class"),
        ("S1,林小雨,3B,,mother,,", "empty", "guardian"),
        ("S1,林小雨,3B,林美,mother,not-an-address,", "email", "email"),
        ("S1,林小雨,3B,林美,mother,,Klingon", "language", "language"),
        ("S1,林小雨,3B,林美,mother,,,more,cells", "cells", ""),
        (f"S1,{'x' * 256},3B,,,,", "long", "name"),
        (f"{'9' * 61},林小雨,3B,,,,", "long", "student_number"),
        ("S1,林\0小雨,3B,,,,", "sign", "name"),
        ("S1,林小雨,3B,林\x07美,,,", "sign", "guardian"),
    ],
)
def test_a_wrong_cell_is_told_by_row_and_column(school, line, kind, column):
    roster = bring(school, "S9,Olga Orlova,3B,,,,", line)
    assert [(p.kind, p.row, p.column) for p in roster.problems] == [(kind, 3, column)]
    assert not Student.objects.filter(school=school).exists()
    assert not Entry.objects.filter(verb="roster.imported").exists()


@pytest.mark.parametrize(
    ("lines", "column"),
    [
        (["S1,林小雨,3B,,,,", "S1,Mateo,3B,林美,,,"], "name"),
        (["S1,林小雨,3B,林美,,,", "S1,林小雨,4A,林强,,,"], "class"),
        (["S1,林小雨,3B,林美,,a@example.org,", "S2,Mateo,3B,Ana,,a@example.org,"], "guardian"),
        (["S1,林小雨,3B,林美,,a@example.org,es", "S2,Mateo,3B,林美,,a@example.org,en"], "language"),
    ],
)
def test_rows_that_disagree_name_both_rows(school, lines, column):
    [problem] = bring(school, *lines).problems
    assert (problem.kind, problem.row, problem.column) == ("agree", 3, column)
    assert "2" in problem.expected


def test_a_line_that_stands_twice_is_told(school):
    roster = bring(school, FAMILY[0], FAMILY[0])
    assert [(p.kind, p.row) for p in roster.problems] == [("twice", 3)]


@pytest.mark.parametrize(
    "raw",
    [
        b"", b" \n\n", b",,,\n", b"\xef\xbb\xbf", b"%PDF-1.7 roster", b"PK\x03\x04\x14\x00",
        b"\xff\xfes\x00t\x00", HEADER.encode(), HEADER.encode() + b"\n,,,,,,\n",
        sheet("S1,Jos\u00e9 Hern\u00e1ndez,3B,,,,", encoding="cp1252"), bytes(range(256)) * 20,
        sheet("S1," + "x" * (5 * 1024 * 1024)), sheet("S1,x,3B," + "y" * 140_000),
    ],
)  # fmt: skip
def test_what_is_no_sheet_is_refused_with_a_mend(raw):
    assert refusal(raw).expected


def test_an_open_quotation_mark_is_told_by_its_row():
    assert refusal(sheet("S1,林小雨,3B,,,,", 'S2,"Mateo,3B,,,,', "S3,Ana,3B,,,,")).row == 3


def test_missing_columns_are_named():
    problem = refusal(b"student_number,name,class\nS1,Ana,3B\n")
    assert problem.kind == "columns"
    assert "guardian, relation, email, language" in problem.expected


def test_a_column_that_stands_twice_is_refused():
    assert refusal(sheet("S1,Ana,3B,,,,,x", header=HEADER + ",Name")).column == "name"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_it_reads_the_encodings_of_schools(school, encoding):
    table = read_table(sheet(*FAMILY, encoding=encoding))
    assert Roster(school, table).counts["students"]["new"] == 4
    assert table.rows[0][1][1] == "林小雨"


def workbook(*lines):
    """Return the lines of a sheet as the bytes of a workbook."""
    raw = io.BytesIO()
    book = xlsxwriter.Workbook(raw, {"in_memory": True, "strings_to_numbers": True})
    page = book.add_worksheet()
    for row, line in enumerate([HEADER, *lines]):
        page.write_row(row, 0, line.split(","))
    book.close()
    return raw.getvalue()


def test_a_workbook_is_read_like_its_csv(school):
    numbered = [line.replace("S", "202600", 1) for line in FAMILY]
    bring(school, *numbered)
    roster = import_roster(school, read_table(workbook(*numbered)), by=None)
    assert roster.problems == []
    assert roster.differences == []


def test_a_line_end_within_a_cell_is_a_space(school):
    bring(school, 'S1,"林\n小雨",3B,,,,')
    assert Student.objects.get().full_name == "林 小雨"


@pytest.mark.parametrize(
    "header",
    [
        "Student Number,NAME,Class,Guardian,Relation,E-mail,Language",
        "学号,姓名,班级,监护人,关系,邮箱,语言",
        "matrícula;nombre;clase;tutor;parentesco;correo;idioma",
    ],
)
def test_headings_may_be_written_as_schools_do(school, header):
    parted = ";" if ";" in header else ","
    table = read_table(sheet(FAMILY[0].replace(",", parted), header=header))
    assert Roster(school, table).lines[0].email == "linmei@example.org"


def test_further_columns_are_ignored_and_named(school):
    table = read_table(sheet("S1,Ana,3B,,,,,blue", header=HEADER + ",favourite colour"))
    assert table.ignored == ["favourite colour"]
    assert not Roster(school, table).problems


def test_a_name_like_a_formula_stays_text(school):
    bring(school, '"=HYPERLINK(""x"")",=1+1,3B,@SUM(A1),mother,,')
    assert Student.objects.get().full_name == "=1+1"
    assert Student.objects.get().number == '=HYPERLINK("x")'


# --- without the refused rows -------------------------------------------------------------------

BROKEN = "S8,Nia Cole,3B,Uma Cole,mother,nowhere,"


def test_a_refused_row_keeps_the_sheet_out(school):
    assert bring(school, *FAMILY, BROKEN).applied is None
    assert not Student.objects.exists()


def test_the_other_rows_come_in_if_somebody_says_so(school):
    roster = bring(school, *FAMILY, BROKEN, skip_refused=True)
    assert (roster.refused, numbers(roster, "students")) == (1, {"new": 4})
    assert not Student.objects.filter(number="S8").exists()


def test_a_row_whose_guardian_is_refused_takes_its_child_along(school, cast):
    roster = bring(
        school, FAMILY[4], f"S1,Ana,3B,Eva,mother,{cast.other_mother.email},", skip_refused=True
    )
    assert [p.row for p in roster.problems] == [3]
    assert [s.number for s in Student.objects.filter(school=school)] == ["S4"]
    assert numbers(roster, "students") == {"new": 1}


def test_it_takes_nobody_off_the_roll(school):
    bring(school, *FAMILY)
    roster = bring(school, FAMILY[0], allow_retire=0)
    assert (list(roster.brakes), roster.counts["students"]["retired"]) == ([], 0)
    assert roster.counts["staff"] == dict.fromkeys(roster.counts["staff"], 0)


def test_a_closed_class_that_is_named_again_opens(school):
    SchoolClass.objects.update(closed_at=timezone.now())
    roster = bring(school, "S1,林小雨,3B,,,,")
    assert numbers(roster, "classes") == {"returned": 1}
    assert SchoolClass.objects.get().closed_at is None


def test_of_two_classes_of_one_name_the_open_one_is_meant(school):
    SchoolClass.objects.update(closed_at=timezone.now())
    new = builders.make_class(school, "3b-2", name="Class 3B")
    bring(school, "S1,林小雨,Class 3B,,,,")
    assert Student.objects.get().school_class == new


def test_it_tells_how_far_it_is_and_stops_where_it_is_told(school):
    told = []

    def tell(part, done, of):
        told.append((part, done, of))
        if part == "write" and done == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        bring(school, *FAMILY, tell=tell)
    assert told[:2] == [("compare", 0, 4), ("compare", 1, 4)]
    assert not Student.objects.exists()


def test_a_mended_address_keeps_nothing_of_the_old_one(school):
    bring(school, FAMILY[3])
    address = User.objects.get(full_name="Camila Ruiz").addresses.get()
    address.failed_at = timezone.now()
    address.save()
    bring(school, FAMILY[3].replace("camila@", "camila.ruiz@"))
    again = User.objects.get(full_name="Camila Ruiz").addresses.get()
    assert (again.pk, again.failed_at) == (address.pk, None)


def test_a_dry_run_writes_nothing(school):
    Roster(school, read_table(sheet(*FAMILY)))
    assert not User.objects.filter(email="linmei@example.org").exists()


def test_five_thousand_lines_take_seconds_and_few_queries(school, django_assert_max_num_queries):
    lines = [
        f"S{n // 2},学生{n // 2},班{n // 80},家长{n},mother,p{n}@example.org,es"
        for n in range(5000)
    ]
    table = read_table(sheet(*lines))
    began = time.monotonic()
    with django_assert_max_num_queries(90):
        roster = import_roster(school, table, by=None)
    assert time.monotonic() - began < 30  # two to three on an idle machine
    assert numbers(roster, "guardianships") == {"new": 5000}
    assert Roster(school, table).differences == []
