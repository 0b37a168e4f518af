"""Two counselors at once on one draft: both texts are shown, none is lost."""

import threading

import pytest
from django.db import connection
from django.urls import reverse

from visits import recording
from visits.models import Draft

from .builders import make_draft, make_whole_draft, page_of


@pytest.fixture
def draft(cast):
    draft = make_draft(cast.counselor, cast.child, hopes="First.")
    draft.writers.add(cast.adviser)
    return draft


@pytest.fixture
def both(cast, as_):
    return as_(cast.counselor), as_(cast.adviser)


def open_page(client, draft, step=2):
    """Return what the page sends when nothing on it is touched: boxes without a tick send nothing."""
    response = client.get(reverse("visits:draft-step", args=[draft.pk, step]))
    return sent_by(response.context["form"])


def sent_by(form):
    unticked = [b for b in form if b.widget_type == "checkboxes" and not b.value()]
    return {bound.html_name: bound.value() or "" for bound in form if bound not in unticked}


def send(client, draft, page, step=2):
    return client.post(reverse("visits:draft-step", args=[draft.pk, step]), page)


def test_it_shows_both_texts_and_loses_none(both, draft):
    mine, theirs = both
    my_page, their_page = open_page(mine, draft), open_page(theirs, draft)
    assert send(theirs, draft, their_page | {"hopes": "Theirs."}).status_code == 302
    response = send(mine, draft, my_page | {"hopes": "Mine.", "situation": "Only mine."})
    page = response.content.decode()
    assert response.status_code == 409
    assert "Theirs." in page
    assert response.context["form"]["hopes"].value() == "Mine."
    stands = Draft.objects.get().data
    assert stands["hopes"] == "Theirs."
    assert stands["situation"] == "Only mine."


def test_it_takes_what_is_sent_after_both_were_shown(both, draft):
    mine, theirs = both
    my_page, their_page = open_page(mine, draft), open_page(theirs, draft)
    send(theirs, draft, their_page | {"hopes": "Theirs."})
    form = send(mine, draft, my_page | {"hopes": "Mine."}).context["form"]
    shown = sent_by(form)
    assert send(mine, draft, shown | {"hopes": "Theirs. Mine."}).status_code == 302
    assert Draft.objects.get().data["hopes"] == "Theirs. Mine."


def test_it_does_not_bother_two_who_write_in_different_places(both, draft):
    mine, theirs = both
    my_page, their_page = open_page(mine, draft), open_page(theirs, draft)
    assert send(theirs, draft, their_page | {"situation": "Theirs."}).status_code == 302
    assert send(mine, draft, my_page | {"hopes": "Mine."}).status_code == 302
    stands = Draft.objects.get().data
    assert (stands["hopes"], stands["situation"]) == ("Mine.", "Theirs.")


def test_it_tells_the_script_of_a_clash(both, draft):
    mine, theirs = both
    my_page, their_page = open_page(mine, draft), open_page(theirs, draft)
    send(theirs, draft, their_page | {"hopes": "Theirs."})
    url = reverse("visits:draft-save", args=[draft.pk])
    answer = mine.post(url, my_page | {"hopes": "Mine."})
    assert answer.status_code == 409
    assert "both texts" in answer.json()["words"]
    assert Draft.objects.get().data["hopes"] == "Theirs."


def test_it_brings_the_script_what_the_other_wrote_elsewhere(both, draft):
    mine, theirs = both
    my_page, their_page = open_page(mine, draft), open_page(theirs, draft)
    send(theirs, draft, their_page | {"situation": "Theirs."})
    answer = mine.post(
        reverse("visits:draft-save", args=[draft.pk]), my_page | {"hopes": "Mine."}
    ).json()
    assert answer["answers"] == {"situation": "Theirs."}
    next_page = my_page | answer["answers"] | {"hopes": "Mine, more."}
    next_page |= {"version": answer["version"], "seen": answer["seen"]}
    assert send(mine, draft, next_page).status_code == 302


def test_it_shows_a_clash_of_boxes_in_words(cast, both, draft):
    mine, theirs = both
    name = f"needs_{cast.child.pk}"
    my_page, their_page = open_page(mine, draft, 3), open_page(theirs, draft, 3)
    send(theirs, draft, their_page | {name: ["money"]}, 3)
    response = send(mine, draft, my_page | {name: ["reading"]}, 3)
    assert response.status_code == 409
    assert response.context["form"].fields[name].theirs == "Money and things"
    assert response.context["form"][name].value() == ["reading"]


@pytest.mark.parametrize("version", ["", "x", "99"])
def test_it_shows_both_texts_to_a_page_that_knows_nothing(both, draft, version):
    response = send(both[0], draft, {"hopes": "Mine.", "version": version, "seen": "?"})
    assert response.status_code == 409
    assert "First." in response.content.decode()


def test_it_shows_both_texts_on_the_way_back_and_at_the_end(cast, as_):
    draft = make_whole_draft(cast)
    draft.writers.add(cast.adviser)
    mine, theirs = as_(cast.counselor), as_(cast.adviser)
    my_page, their_page = open_page(mine, draft, 5), open_page(theirs, draft, 5)
    send(theirs, draft, their_page | {"staff_note": "Theirs."}, 5)
    my_page["staff_note"] = "Mine."
    leave = reverse("visits:draft-leave", args=[draft.pk, 5])
    assert mine.post(leave, my_page | {"to": "4"}).status_code == 409
    finish = reverse("visits:draft-finish", args=[draft.pk])
    assert mine.post(finish, my_page).status_code == 409
    assert Draft.objects.get().finished_at is None


def test_it_gives_back_what_was_typed_when_the_colleague_was_faster(cast, as_):
    draft = make_whole_draft(cast)
    draft.writers.add(cast.adviser)
    mine = as_(cast.adviser)
    page = page_of(draft, draft.data | {"hopes": "Typed too late."})
    recording.finish(draft, by=cast.counselor, share=False)
    response = mine.post(reverse("visits:draft-step", args=[draft.pk, 2]), page)
    assert response.status_code == 409
    assert "Typed too late." in response.content.decode()
    save = mine.post(reverse("visits:draft-save", args=[draft.pk]), page | {"step": 2})
    assert save.status_code == 409
    assert "finished" in save.json()["words"]
    assert mine.get(draft.get_absolute_url()).url == reverse("visits:visit-detail", args=[draft.pk])


@pytest.mark.django_db(transaction=True)
def test_it_loses_no_answer_of_two_at_the_same_moment(cast, as_):
    draft = make_draft(cast.counselor, cast.child)
    draft.writers.add(cast.adviser)
    clients = as_(cast.counselor), as_(cast.adviser)
    pages = [open_page(client, draft) for client in clients]
    answers, gate = [], threading.Barrier(2)

    def write(client, page, name):
        try:
            for n in range(10):
                if n == 0:
                    gate.wait(10)
                response = client.post(
                    reverse("visits:draft-save", args=[draft.pk]),
                    page | {name: f"{name} {n}", "step": 2},
                )
                answers.append(response.status_code)
                answer = response.json()
                page |= answer["answers"] | {key: answer[key] for key in ("version", "seen")}
        finally:
            connection.close()

    threads = [
        threading.Thread(target=write, args=(clients[i], pages[i], name))
        for i, name in enumerate(["hopes", "situation"])
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    stands = Draft.objects.get()
    assert answers == [200] * 20
    assert (stands.data["hopes"], stands.data["situation"]) == ("hopes 9", "situation 9")
    assert stands.version == 21
