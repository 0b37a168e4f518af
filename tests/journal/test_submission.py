"""A form that was sent twice is accepted once, and both senders get the first answer."""

import threading
import uuid

import pytest
from django.db import connection

from homeschool.journal.models import Submission
from tests import builders


@pytest.fixture
def key():
    return uuid.uuid4()


@pytest.mark.django_db
def test_it_gives_the_first_answer_again_without_working(key):
    user, worked = builders.make_user(), []

    def work():
        worked.append(1)
        return f"/answer/{len(worked)}/"

    assert Submission.once(user, key, work) == "/answer/1/"
    assert Submission.once(user, key, work) == "/answer/1/"
    assert len(worked) == 1


@pytest.mark.django_db
def test_it_knows_two_people_with_one_key_apart(key):
    one, other = builders.make_user("One"), builders.make_user("Other")
    assert Submission.once(one, key, lambda: "/one/") == "/one/"
    assert Submission.once(other, key, lambda: "/other/") == "/other/"


@pytest.mark.django_db
def test_it_keeps_nothing_of_work_that_failed(key):
    user = builders.make_user()
    with pytest.raises(ZeroDivisionError):
        Submission.once(user, key, lambda: 1 / 0)
    assert Submission.once(user, key, lambda: "/now/") == "/now/"


@pytest.mark.django_db(transaction=True)
def test_it_makes_the_second_of_two_at_once_wait_for_the_answer_of_the_first(key):
    user, working, go_on, answers = builders.make_user(), threading.Event(), threading.Event(), []

    def slowly():
        working.set()
        assert go_on.wait(10)
        return "/first/"

    def send(work):
        try:
            answers.append(Submission.once(user, key, work))
        finally:
            connection.close()

    first = threading.Thread(target=send, args=[slowly])
    first.start()
    assert working.wait(10)
    second = threading.Thread(target=send, args=[lambda: "/second/"])
    second.start()
    second.join(0.3)
    assert second.is_alive(), "the second answered before the first had one"
    go_on.set()
    first.join(10)
    second.join(10)
    assert answers == ["/first/", "/first/"]
