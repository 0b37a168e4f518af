"""The first sign-in with a letter, in a browser: language, code, “is this your child?”."""

import pytest

from homeschool.people.models import Invitation, User
from tests import builders

from .conftest import DESKTOP, PHONE

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("width", [PHONE, DESKTOP])
def test_a_family_comes_in_by_three_screens(visit, people, width):
    User.objects.filter(pk=people.mother.pk).update(email=None)
    letter = builders.make_letter(people.child, people.mother, people.school_admin)
    page = visit(width=width)
    page.goto(f"/accounts/letter/with/{letter.code}/")
    page.watch.judge()
    page.get_by_role("button", name="English").click()
    assert page.get_by_role("textbox").input_value() == letter.code
    page.watch.judge()
    page.get_by_role("button", name="Go on").click()
    assert page.get_by_text(people.child.called, exact=True).is_visible()
    assert not page.get_by_text(people.mother.full_name).count()
    page.watch.judge()
    page.get_by_role("button", name="Yes, this is my child").click()
    page.get_by_role("link", name="Not now").click()
    page.wait_for_load_state()
    page.watch.judge()
    assert Invitation.objects.get(pk=letter.pk).outcome == "used"


def test_a_wrong_code_is_told_at_its_field(visit, people):
    page = visit()
    page.goto("/accounts/login/")
    page.get_by_role("link", name="Use my letter").click()
    page.get_by_role("button", name="English").click()
    page.get_by_role("textbox").fill("aaaa aaaa aaaa")
    page.get_by_role("button", name="Go on").click()
    assert page.get_by_role("alert").get_by_text("This code does not work").is_visible()
    page.watch.judge()
