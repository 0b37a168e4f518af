"""The floors: the least that a page of this server does. They exist under the bench alone."""

from functools import cache

from django.db import connection
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.template import engines

from homeschool.people.models import Student

PAGE = """{% extends "base_page.html" %}{% block title %}{{ child.full_name }}{% endblock %}
{% block main %}<h1>{{ child.full_name }}</h1><p>{{ child.number }}</p>{% endblock %}"""


def floor(request, pk):
    """Answer a child's name in plain text: the session, the user and one query by key."""
    name = Student.objects.filter(pk=pk).values_list("full_name", flat=True).get()
    return HttpResponse(name, content_type="text/plain; charset=utf-8")


def lookup(request, pk):
    """Show one child in sight, found by its key, on an ordinary page of the portal."""
    child = get_object_or_404(Student.objects.visible_to(request.user), pk=pk)
    return HttpResponse(page().render({"child": child}, request))


@cache
def page():
    """Return the template, compiled once as those of files are."""
    return engines["django"].from_string(PAGE)


class CountingMiddleware:
    """Says in a header how many queries an answer took, those of the session and of the user with
    it, to a request that asks for it."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if "X-Bench-Count" not in request.headers:
            return self.get_response(request)
        asked = []

        def note(execute, sql, *rest):
            asked.append(sql)
            return execute(sql, *rest)

        with connection.execute_wrapper(note):
            response = self.get_response(request)
        response["X-Bench-Queries"] = str(len(asked))
        return response
