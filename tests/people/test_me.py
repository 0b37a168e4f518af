"""One's own page, and the door that sends each person on."""

import pytest

from homeschool.people.models import User
from tests import builders

ME = "/me/"


def test_it_keeps_how_a_person_is_called_and_the_clock(cast, as_):
    client = as_(cast.other_counselor)
    data = {"preferred_name": "Lucy", "time_zone": "America/Chicago", "is_staff": "on"}
    assert client.post(ME, data).url == ME
    person = User.objects.get(pk=cast.other_counselor.pk)
    assert (person.called, person.time_zone, person.is_staff) == ("Lucy", "America/Chicago", False)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("preferred_name", "x" * 256),
        ("preferred_name", "a\0b"),
        ("time_zone", "Mars/Olympus"),
        ("time_zone", "\0"),
    ],
)
def test_it_answers_wrong_input_beside_the_field(cast, as_, field, value):
    answer = as_(cast.counselor).post(ME, {"preferred_name": "Kept", "time_zone": "", field: value})
    text = answer.content.decode()
    assert answer.status_code == 200
    assert field in answer.context["form"].errors
    assert "<title>Error:" in text
    assert field == "preferred_name" or "Kept" in text
    assert User.objects.get(pk=cast.counselor.pk).preferred_name == ""


def test_it_shows_the_second_factor_to_those_who_need_one(cast, as_):
    assert "/accounts/2fa/" in as_(cast.counselor).get(ME).content.decode()
    assert "/accounts/2fa/" in as_(cast.volunteer).get(ME).content.decode()
    assert "/accounts/2fa/" not in as_(cast.mother).get(ME).content.decode()


def test_it_holds_language_colours_and_the_way_out(cast, as_):
    text = as_(cast.mother).get(ME).content.decode()
    for address in ("/language", "/colours", "/accounts/logout/"):
        assert f'action="{address}"' in text


def test_it_asks_a_stranger_to_sign_in(client, db):
    assert client.get(ME).url.startswith("/accounts/login/")


# --- home --------------------------------------------------------------------------------------
def test_home_sends_staff_to_their_work(cast, as_):
    assert as_(cast.counselor).get("/").status_code == 302
    assert as_(cast.adviser).get("/").url == as_(cast.school_admin).get("/").url


def test_home_sends_a_family_with_one_child_to_its_page(cast, as_):
    assert str(cast.classmate.pk) in as_(cast.other_mother).get("/").url
    assert str(cast.adult.student_row.pk) in as_(cast.adult).get("/").url
    assert str(cast.adult.student_row.pk) in as_(cast.parent).get("/").url


def test_home_asks_a_family_with_several_children_whose_page(cast, as_):
    text = as_(cast.mother).get("/").content.decode()
    assert "林小雨" in text
    assert "林小晴" in text
    assert str(cast.child.pk) in text


@pytest.mark.parametrize("who", ["father", "district"])
def test_home_is_kind_to_those_who_have_no_page(cast, as_, who):
    answer = as_(getattr(cast, who)).get("/")
    assert answer.status_code == 200
    assert "林小雨" not in answer.content.decode()


def test_home_sends_a_volunteer_to_its_groups(cast, as_):
    assert as_(cast.volunteer).get("/").url == "/after-school/mine/"


def test_home_sends_the_first_admin_to_the_start(cast, as_):
    first = builders.make_user("First Admin", is_superuser=True, is_staff=True)
    answer = as_(first).get("/")
    assert answer.url == "/school/new/"
