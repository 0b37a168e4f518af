"""What was typed while the session ended comes back, to the one who typed it."""

import pytest
from django import forms
from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse
from django.template import engines
from django.test import Client
from django.urls import include, path
from django.views.decorators.http import require_POST

from homeschool import urls as house
from homeschool.forms import CleanTextMixin, SubmissionFormMixin
from homeschool.people.signin import kept, kept_text

pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]

TEXT = "我们谈了阅读。\n¿Y el lunes? “Yes”"


class NoteForm(SubmissionFormMixin, CleanTextMixin, forms.Form):
    words = forms.CharField(widget=forms.Textarea)
    needs = forms.MultipleChoiceField(choices=[("a", "A"), ("b", "B"), ("c", "C")], required=False)
    sure = forms.BooleanField(required=False, initial=True)


class OtherForm(NoteForm):
    pass


PAGE = "{% for m in messages %}{{ m }}{% endfor %}{{ form }}"


def note(request):
    form = NoteForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        return HttpResponse("kept: " + form.cleaned_data["words"])
    other = OtherForm(prefix="other")
    html = (
        engines["django"]
        .from_string(PAGE + "{{ other }}")
        .render({"form": form, "other": other}, request)
    )
    response = HttpResponse(html)
    response.form, response.other = form, other
    return response


def by_hand(request):
    text = kept_text(request)
    return HttpResponse(text["words"] if text else "nothing")


@require_POST
def verb(request):
    return HttpResponse("done")


@login_not_required
def open_page(request):
    return HttpResponse("open " + request.method)


urlpatterns = [
    path("note/", note),
    path("note/<int:pk>/", lambda request, pk: note(request)),
    path("by-hand/", by_hand),
    path("verb/", verb),
    path("open/", open_page),
    path("", include(house.urlpatterns)),
]


def shown(client, page="/note/"):
    """Return the form as `client` sees it."""
    response = client.get(page)
    return response.form


def typed(client, page="/note/", **more):
    """Return what the browser would send from the page."""
    form = shown(client, page)
    hidden = {name: form[name].value() for name in ("submission", "writer")}
    return hidden | {"words": TEXT, "needs": ["a", "c"]} | more


def end(client):
    """End the session on the server: the browser knows nothing of it."""
    client.session.flush()


@pytest.fixture
def mother(cast):
    cast.mother.language = "en"
    cast.mother.save()
    return cast.mother


@pytest.fixture
def client(as_, mother):
    return as_(mother)


def test_it_brings_back_every_field_after_signing_in(client, as_, mother):
    data = typed(client, "/note/?step=2")
    end(client)
    response = client.post("/note/?step=2", data)
    assert response["Location"] == "/accounts/login/?next=%2Fnote%2F%3Fstep%3D2"
    as_(mother, client)
    page = client.get("/note/?step=2")
    form = page.form
    assert form["words"].value() == TEXT
    assert form["needs"].value() == ["a", "c"]
    assert form["sure"].value() is False
    assert str(form["submission"].value()) == str(data["submission"])
    assert "We kept what you wrote" in page.content.decode()
    assert page.other["words"].value() is None


def test_it_brings_it_back_once(client, as_, mother):
    data = typed(client)
    end(client)
    client.post("/note/", data)
    as_(mother, client)
    shown(client)
    assert shown(client)["words"].value() is None


def test_it_can_then_be_sent(client, as_, mother):
    data = typed(client)
    end(client)
    client.post("/note/", data)
    as_(mother, client)
    form = shown(client)
    again = {"words": form["words"].value(), "submission": form["submission"].value()}
    assert client.post("/note/", again).content.decode().endswith("“Yes”")


def test_it_comes_back_through_the_code_by_mail(client, mother):
    from django.core import mail

    from .test_signin import CONFIRM, code_in

    data = typed(client)
    end(client)
    way = client.post("/note/", data)["Location"]
    client.post(way, {"email": mother.email, "next": "/note/"})
    response = client.post(CONFIRM, {"code": code_in(mail.outbox[-1]), "next": "/note/"})
    assert response["Location"] == "/note/"
    assert shown(client)["words"].value() == TEXT


def test_it_shows_it_to_nobody_else_and_drops_it(client, as_, cast):
    data = typed(client)
    end(client)
    client.post("/note/", data)
    as_(cast.other_mother, client)
    assert shown(client)["words"].value() is None
    assert "kept_text" not in client.session
    end(client)
    as_(cast.mother, client)
    assert shown(client)["words"].value() is None


def test_it_shows_it_on_no_other_page(client, as_, mother):
    data = typed(client, "/note/1/")
    end(client)
    client.post("/note/1/", data)
    as_(mother, client)
    assert shown(client, "/note/2/")["words"].value() is None
    assert shown(client, "/note/1/")["words"].value() == TEXT


@pytest.mark.parametrize("writer", ["", "x", "mother", None])
def test_it_keeps_nothing_that_does_not_say_by_our_hand_who_wrote_it(client, mother, writer):
    data = typed(client, writer=str(mother.pk) if writer == "mother" else writer or "")
    end(client)
    response = client.post("/note/", data)
    assert response["Location"].startswith("/accounts/login/")
    assert "kept_text" not in client.session


def test_it_keeps_nothing_readable_in_the_session(client):
    data = typed(client, words="a plain secret")
    end(client)
    client.post("/note/", data)
    assert "secret" not in str(dict(client.session))


@pytest.mark.parametrize(("size", "keeps"), [(900_000, True), (1_100_000, False)])
def test_it_keeps_a_megabyte_and_says_so_beyond(client, as_, mother, size, keeps):
    data = typed(client, words="a" * size)
    end(client)
    response = client.post("/note/", data, follow=True)
    assert ("too long to be kept" in response.content.decode()) is not keeps
    as_(mother, client)
    assert (shown(client)["words"].value() is not None) is keeps


def test_it_hands_the_text_to_a_page_that_reads_it_by_hand(client, as_, mother):
    mark = kept.Mark(str(mother.pk), "by hand", "/by-hand/")
    end(client)
    client.post("/by-hand/", {"writer": str(mark), "words": TEXT})
    as_(mother, client)
    assert client.get("/by-hand/").content.decode() == TEXT
    assert client.get("/by-hand/").content.decode() == "nothing"


def test_it_keeps_no_password_and_no_token(client):
    data = typed(client, csrfmiddlewaretoken="t" * 64)
    end(client)
    client.post("/note/", data)
    text = kept.unseal(client.session["kept_text"]["text"])
    assert "csrfmiddlewaretoken" not in text
    assert "writer" not in text


@pytest.mark.parametrize(
    ("came_from", "goes_to"),
    [
        ("http://testserver/children/?q=lin", "/accounts/login/?next=%2Fchildren%2F%3Fq%3Dlin"),
        ("https://evil.example/children/", "/accounts/login/"),
        ("", "/accounts/login/"),
    ],
)
def test_it_leads_a_verb_back_to_the_page_of_its_button(db, came_from, goes_to):
    response = Client().post("/verb/", headers={"Referer": came_from})
    assert response["Location"] == goes_to


def test_it_answers_a_script_so_that_it_keeps_what_it_has(db):
    response = Client().post("/note/", {"words": TEXT}, headers={"Sec-Fetch-Dest": "empty"})
    assert response.status_code == 401


@pytest.mark.parametrize("method", ["get", "post"])
def test_it_tells_htmx_where_to_go(db, method):
    came_from = {
        "HX-Request": "true",
        "HX-Current-URL": "http://testserver/children/?q=a",
        "Sec-Fetch-Dest": "empty",
    }
    response = getattr(Client(), method)("/note/", headers=came_from)
    assert response["HX-Redirect"] == "/accounts/login/?next=%2Fchildren%2F%3Fq%3Da"


def test_it_leaves_open_pages_alone(db):
    assert Client().post("/open/").content == b"open POST"


def test_it_writes_no_mark_for_a_stranger(rf):
    from django.contrib.auth.models import AnonymousUser

    request = rf.get("/")
    request.user = AnonymousUser()
    assert kept.Desk(request).mark("form") == ""
