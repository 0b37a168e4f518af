"""`first_admin`: an account without password, and a link that lets its owner choose one."""

import io
from urllib.parse import urlsplit

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from homeschool.people.models import User
from tests import builders

pytestmark = pytest.mark.django_db
PASSWORD = "a long walk to the blue school"


def run(*args):
    out = io.StringIO()
    call_command("first_admin", *args, stdout=out)
    return out.getvalue()


def path_of(said):
    return urlsplit(said.splitlines()[-1]).path


def choose(path):
    """Open the link as a stranger and choose the password."""
    client = Client()
    page = client.get(path, follow=True)
    assert page.status_code == 200
    answer = client.post(page.request["PATH_INFO"], {"password1": PASSWORD, "password2": PASSWORD})
    return client, answer


def test_it_makes_a_superuser_without_password_who_can_be_reached():
    run("Ana@Example.org", "--name", "Ana Torres")
    user = User.objects.get(email="ana@example.org")
    assert user.is_superuser
    assert not user.has_usable_password()
    assert user.full_name == "Ana Torres"
    assert user.addresses.get().value == "ana@example.org"


def test_the_link_stands_on_the_sites_address(settings):
    settings.SITE_URL = "http://localhost:8123"
    assert run("ana@example.org").splitlines()[-1].startswith("http://localhost:8123/accounts/")


def test_the_link_lets_its_owner_choose_a_password_once():
    path = path_of(run("ana@example.org"))
    _client, answer = choose(path)
    assert answer.status_code == 302
    user = User.objects.get()
    assert user.check_password(PASSWORD)
    assert Client().get(path, follow=True).context.get("token_fail")


def test_the_password_opens_the_door_to_the_second_proof(as_):
    choose(path_of(run("ana@example.org")))
    client = Client()
    client.force_login(User.objects.get(), backend="django.contrib.auth.backends.ModelBackend")
    assert reverse("mfa_index") in client.get(reverse("people:school-create")).url
    assert as_(User.objects.get()).get(reverse("home")).url == reverse("people:school-create")


def test_run_again_it_prints_a_new_link_for_the_same_account():
    first = path_of(run("ana@example.org"))
    choose(first)
    second = path_of(run("ana@example.org"))
    assert second != first
    assert choose(second)[1].status_code == 302
    assert User.objects.count() == 1


@pytest.mark.parametrize(
    "email", ["", "ana", "ana@", "a b@example.org", "ana\0@example.org", "x" * 260 + "@e.org"]
)
def test_a_wrong_address_is_told(email):
    with pytest.raises(CommandError):
        run(email)
    assert not User.objects.exists()


def test_somebody_elses_account_is_not_made_an_administrator():
    builders.make_user("Eva", email="eva@example.org")
    with pytest.raises(CommandError, match="no administrator"):
        run("eva@example.org")
    assert not User.objects.get().is_superuser
