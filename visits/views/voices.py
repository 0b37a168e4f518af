"""The two questions after a visit, behind the link of a letter: GET shows, POST writes.

The link names one person and one visit; whether that person still answers for it is looked up each time.
"""

import zoneinfo
from functools import wraps

from django.shortcuts import redirect
from django.utils import timezone, translation
from django.views.decorators.http import require_POST, require_safe

from homeschool.journal.views import GONE, NOT_FOUND, dead_link, opened_by_link, plain
from visits.forms.voices import VoiceForm, marked_in
from visits.models import Voice
from visits.models.voice import Over, may_be_asked
from visits.reading.voices import asked_of, open_voice_token


def behind_voice(view):
    """Let `view(request, voices)` run for a link whose person may answer, in the language and time of
    that person; else say kindly why not."""

    @opened_by_link
    @wraps(view)
    def page(request, token):
        found = open_voice_token(token)
        if found is None:
            return dead_link(NOT_FOUND)
        summary, person = found
        if not may_be_asked(person, summary.visit):
            return dead_link(GONE)
        zone = zoneinfo.ZoneInfo(person.time_zone or summary.visit.school.time_zone)
        language = person.language or translation.get_language() or "en"  # else the browser's
        with translation.override(language), timezone.override(zone):
            voices = asked_of(summary, person, marked_in(request.GET))
            return view(request, voices) if voices.is_open else _over(voices)

    return page


def _over(voices):
    return plain("visits/voice_over.html", {"voices": voices, "school": _school(voices)}, GONE)


def _school(voices):
    return voices.summary.visit.school


@require_safe
@behind_voice
def voice(request, voices):
    """Show the two questions and what was answered. It records nothing: mail scanners open links."""
    return plain("visits/voice_page.html", {"voices": voices, "school": _school(voices)})


@require_POST
@behind_voice
def voice_say(request, voices):
    """Keep one answer to one question; said again, the newer one holds."""
    form = VoiceForm(request.POST)
    if form.is_valid():
        said = form.cleaned_data
        try:
            Voice.objects.say(voices.summary, said["question"], said["answer"], by=voices.reader)
        except Over:
            return _over(voices)
    return redirect("visits:voice", voices.token)
