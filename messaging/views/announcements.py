"""Announcements as staff writes them: to whom, in which words, looked at once more, and sent."""

import uuid

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from homeschool.forms import plain_lines
from homeschool.journal.models import Submission, hours
from homeschool.people import sight
from homeschool.people.forms.school import OnceForm
from homeschool.people.models import School
from homeschool.people.views.home import posted
from homeschool.people.views.seen import listed
from homeschool.people.views.setting_up import answered
from messaging import machines
from messaging.forms.announcements import (
    AnnouncementForm,
    SendForm,
    WordsForm,
    in_zone,
    one_line,
    spoken,
)
from messaging.models import Announcement, Template, Wording
from messaging.models.announcing import (
    SPEAKERS,
    CannotAnswer,
    ChangedMeanwhile,
    NobodyToTell,
    NothingToSend,
    NotThatState,
    WordsBehind,
)
from messaging.models.wording import LanguageTaken
from messaging.reading import announcements as reading
from messaging.reading.announcement_audiences import groups, groups_of_both
from messaging.reading.announcement_letters import Words, language_name
from messaging.reading.ways import places

from .announcement_own import family_list

State = Announcement.State
NOT_WHOLE = 422


def refusal_in_words(error):
    """Say why it did not go on, in one sentence."""
    if isinstance(error, WordsBehind):
        names = listed(language_name(code) for code in error.languages)
        return _(
            "The words changed after they were translated. Please look at these again: %(names)s."
        ) % {"names": names}
    if isinstance(error, NotThatState):
        if error.state == State.SENT:
            return _("It has left already. What families read is not changed any more.")
        return _("It was called off. Please write a new one.")
    return {
        NobodyToTell: _(
            "Nobody would get this: no child is left behind “to whom”, or nobody of their homes gets "
            "letters. Nothing was sent."
        ),
        NothingToSend: _("It has no words yet. Please write them first."),
        ChangedMeanwhile: _(
            "Somebody else changed this while you were at it. Your words stand below, and were not "
            "kept. Please look at the page anew and bring both together."
        ),
        CannotAnswer: _(
            "It would leave after the moment that stands under “Answer until”. Please change one of them."
        ),
        LanguageTaken: _("Words in this language stand already. Please choose another one."),
    }[type(error)]


REFUSALS = (
    NobodyToTell, NothingToSend, ChangedMeanwhile, NotThatState, WordsBehind, CannotAnswer,
    LanguageTaken,
)  # fmt: skip


def speaker(request):
    """Refuse (403) who does not speak to families as staff."""
    if not request.user.roles() & SPEAKERS:
        raise PermissionDenied


def kept(request, pk):
    """Return an announcement for staff: 404 where it is not seen, 403 for who was told of it alone."""
    rows = Announcement.objects.visible_to(request.user).select_related("school", "made_by")
    row = get_object_or_404(rows.prefetch_related("wordings__checked_by"), pk=pk)
    if not Announcement.objects.kept_by(request.user).filter(pk=row.pk).exists():
        raise PermissionDenied
    return row


def schools_of(user):
    """Return the schools where `user` speaks to families, by name."""
    return list(School.objects.filter(pk__in=sight.schools_of(user, SPEAKERS)).order_by("name"))


def answer(request, form, template, context):
    """Return a page with a form; 422 where it came back."""
    status = NOT_WHOLE if form.is_bound else 200
    return render(request, template, {"form": form} | context, status=status)


def kept_once(request, form, work, said, on):
    """Do `work` once for a valid form and return the redirect; a refusal is said at the field `on`."""
    try:
        return answered(request, form, work, said)
    except REFUSALS as error:
        form.add_error(
            "language" if isinstance(error, LanguageTaken) else on, refusal_in_words(error)
        )
        return None


# --- the list ---------------------------------------------------------------------------------------


@require_safe
def announcement_list(request):
    """List what staff wrote, what needs a hand first; a family reads what it was told."""
    if not request.user.roles() & SPEAKERS:
        return family_list(request)
    page = Paginator(reading.kept(request.user), reading.A_PAGE).get_page(request.GET.get("page"))
    rows = list(page.object_list.prefetch_related("wordings"))
    page.object_list = reading.lines(rows)
    context = {"page": page, "places": places(request.user, "announcement-list")}
    context["is_told"] = bool(request.user.roles() & sight.FAMILY_ROLES)
    context["several"] = len({row.school_id for row in rows}) > 1
    return render(request, "messaging/announcement_list.html", context)


# --- writing ----------------------------------------------------------------------------------------


def _form(request, schools, offered, **how):
    zones = {school.pk: hours.zone_of(school.time_zone) for school in schools}
    there = [(kind, [row for row in rows if row[-1] in zones]) for kind, rows in offered]
    return AnnouncementForm(
        posted(request), groups=[group for group in there if group[1]], zones=zones, **how
    )


def announcement_new(request):
    """Write an announcement; `?template=` starts with the words of one of the school, `?to=` with an
    audience."""
    speaker(request)
    schools = schools_of(request.user)
    templates = Template.objects.visible_to(request.user).open()
    form = _form(request, schools, groups(request.user), initial=_start(request, templates))

    def work():
        school = next(row for row in schools if row.pk == form.school)
        row = Announcement.objects.begin(school, by=request.user, words=form.words, **form.columns)
        _other_words(row, templates.filter(pk=form.cleaned_data["template"]).first())
        return row.get_absolute_url()

    done = kept_once(request, form, work, _("It is kept, and nothing has left."), None)
    context = {"announcement": None, "templates": templates}
    return done or answer(request, form, "messaging/announcement_form.html", context)


def _start(request, templates):
    """Return the first values: of a template in the reader's language, and of the query."""
    found = {"audience": request.GET.get("to", "")[:80]}
    try:
        key = uuid.UUID(request.GET.get("template", ""))
    except ValueError:
        return found
    template = templates.filter(pk=key).first()
    if template is not None:
        words = template.in_language(translation.get_language()) or {}
        found |= words | {"level": template.level, "template": template.pk}
    return found


def _other_words(announcement, template):
    """Take along the words of a template in other languages; changed first words leave them behind."""
    if template is None:
        return
    first = announcement.first_words()
    own = template.in_language(first.language) or {}
    same = (own.get("title"), own.get("text")) == (first.title, first.text)
    for words in template.words:
        if words["language"] != first.language:
            Wording.objects.put(
                announcement, **words, by=announcement.made_by, of=None if same else "template"
            )


def announcement_edit(request, pk):
    """Change an announcement before it leaves; of two at once the first wins, and the other is told."""
    row = kept(request, pk)
    first = row.first_words()
    initial = {
        "audience": f"{row.audience}:{row.key}", "level": row.level, "answer_by": row.answer_by,
        "version": row.version,
    }  # fmt: skip
    if first:
        initial |= {"title": first.title, "text": first.text, "language": first.language}
    offered = groups_of_both(request.user, row.made_by, stands=initial["audience"])
    zone = hours.zone_of(row.school.time_zone)
    with timezone.override(zone):
        form = _form(request, [row.school], offered, initial=initial)

        def work():
            version = form.cleaned_data["version"]
            row.change(
                by=request.user, words=form.words, version=-1 if version is None else version,
                **form.columns,
            )  # fmt: skip
            return row.get_absolute_url()

        done = kept_once(request, form, work, _("Your changes are kept."), None)
        if done:
            return done
        if row.state not in (State.DRAFT, State.SCHEDULED) and not form.is_bound:
            return _detail(request, row, fault=refusal_in_words(NotThatState(row.state)))
        return answer(request, form, "messaging/announcement_form.html", {"announcement": row})


# --- words in other languages -----------------------------------------------------------------------


def announcement_words(request, pk, language):
    """Write, check or take away the words in one more language, beside the first ones."""
    row = kept(request, pk)
    first = row.first_words()
    if language not in dict(spoken()) or first is None or language == first.language:
        raise Http404
    there = next((words for words in row.wordings.all() if words.language == language), None)
    initial = {"version": row.version}
    if there:
        initial |= {"title": there.title, "text": there.text}
    if request.method == "POST" and request.POST.get("do") == "drop":
        return _drop(request, row, there)
    form = WordsForm(posted(request), initial=initial)

    def work():
        data = form.cleaned_data
        unchanged = there and (there.title, there.text) == (data["title"], data["text"])
        if unchanged:
            there.check_by(request.user, version=data["version"])
        else:
            Wording.objects.put(
                row, language, data["title"], data["text"], by=request.user, version=data["version"]
            )
        return f"{row.get_absolute_url()}#words"

    done = kept_once(request, form, work, _("The words are kept."), None)
    context = {
        "announcement": row, "first": first, "words": there, "language": language,
        "language_name": language_name(language), "first_name": language_name(first.language),
        "once": OnceForm(), "is_behind": bool(there) and language in row.behind(),
    }  # fmt: skip
    return done or answer(request, form, "messaging/announcement_in_language.html", context)


def _drop(request, row, there):
    if there is not None:
        try:
            there.drop(by=request.user)
        except NotThatState as error:
            messages.error(request, refusal_in_words(error))
    return redirect(f"{row.get_absolute_url()}#words")


@require_POST
def announcement_translate(request, pk):
    """Let the machine of the school translate into the languages that are missing, or are behind;
    what a person wrote and is not behind stays."""
    row = kept(request, pk)
    form = OnceForm(request.POST)
    if form.is_valid():
        first = Submission.first_answer(request.user, form.cleaned_data["submission"])
        if first:
            return redirect(first)

    def work():
        _fill(row, made, request.user)
        return f"{row.get_absolute_url()}#words"

    try:
        made, faults = _translated(row)
        if faults and not made:
            return _detail(request, row, fault=" ".join(faults))
        done = answered(request, form, work, _("Please look at the translated words."))
    except ChangedMeanwhile:
        return _detail(request, kept(request, pk), fault=_("Somebody else changed this meanwhile."))
    except (NotThatState, NothingToSend) as error:
        return _detail(request, row, fault=refusal_in_words(error))
    for fault in faults:
        messages.warning(request, fault)
    return done or redirect(row)


def _fill(row, made, by):
    """Keep what the machine made. Raises ChangedMeanwhile where others were quicker in each language."""
    filled = [Wording.objects.fill(row, by=by, **words) for words in made]
    if not any(filled):
        raise ChangedMeanwhile


def _translated(row):
    """Ask the machine for what is missing or behind. Returns what `Wording.objects.fill` takes for each
    language that it could do, and why it could not do the others, in words."""
    first = row.first_words()
    if first is None:
        raise NothingToSend
    if row.state not in (State.DRAFT, State.SCHEDULED):
        raise NotThatState(row.state)
    there, behind = {words.language: words for words in row.wordings.all()}, set(row.behind())
    made, faults = [], {}
    for code, name in spoken():
        if code in there and code not in behind:
            continue
        try:
            words = _by_machine(row.school, first, code)
        except machines.Unavailable as error:
            faults.setdefault(str(error.words), []).append(name)
            if error.reason == "away":  # each language would wait as long again
                break
            continue
        made.append(words | {"of": first.digest, "instead": there.get(code)})
    return made, [f"{words} ({listed(names)})" for words, names in faults.items()]


def _by_machine(school, first, language):
    title, provider = machines.translate(school, first.title, first.language, language)
    text, provider = machines.translate(school, first.text, first.language, language)
    return {
        "language": language, "title": one_line(title)[:120], "text": plain_lines(text).strip(),
        "provider": provider,
    }  # fmt: skip


# --- looked at once more, and sent ------------------------------------------------------------------


@require_safe
def announcement_detail(request, pk):
    """Show staff one announcement: who would get it, how it looks, and the way to send it; who was
    told of it is sent to its own page."""
    rows = Announcement.objects.visible_to(request.user)
    row = get_object_or_404(rows, pk=pk)
    if not Announcement.objects.kept_by(request.user).filter(pk=pk).exists():
        return redirect("messaging:announcement-own", row.pk)
    return _detail(request, kept(request, pk))


def _detail(request, row, form=None, fault=""):
    zone = hours.zone_of(row.school.time_zone)
    stands = row.state in (State.DRAFT, State.SCHEDULED)
    behind = row.behind()
    context = {
        "announcement": row,
        "words": Words(row, "").first,
        "letters": [_letter(row, words) for words in _in_order(row)],
        "behind": behind,
        "preview": reading.Preview(row),
        "line": reading.lines([row])[0],
        "stands": stands,
        "missing": [(c, n) for c, n in spoken() if c not in _languages(row)],
        "has_machine": machines.stands(),
        "once": OnceForm(),
        "fault": fault,
        "places": places(request.user, "announcement-list"),
        "sees_unreached": bool(request.user.roles() & sight.CONTACT_ROLES),
    }
    with timezone.override(zone):
        initial = {"version": row.version}
        if row.state == State.SCHEDULED:
            initial |= {"when": SendForm.LATER, "at": row.sends_at}
        context["form"] = form or (SendForm(initial=initial) if stands else None)
        came_back = fault or (form is not None and form.is_bound)
        status = NOT_WHOLE if came_back else 200
        return render(request, "messaging/announcement_detail.html", context, status=status)


def _in_order(row):
    return sorted(row.wordings.all(), key=lambda words: words.pk)


def _languages(row):
    return {words.language for words in row.wordings.all()}


def _letter(row, words):
    """Return how the letter looks to a reader of this language: its subject, and its words there."""
    with translation.override(words.language):
        context = {"asks": row.level, "school": row.school, "words": words, "announcement": row}
        subject = render_to_string("messaging/letters/announcement.subject.txt", context)
        body = render_to_string("messaging/announcement_as_letter.html", context)
    return {
        "words": words, "language_name": language_name(words.language),
        "subject": " ".join(subject.split()), "body": body,
    }  # fmt: skip


@require_POST
def announcement_send(request, pk):
    """Let it leave now, or by itself later; sent twice it leaves once, and an audience that emptied
    since it was looked at is said."""
    row = kept(request, pk)
    zone = hours.zone_of(row.school.time_zone)
    with timezone.override(zone):
        form = SendForm(request.POST)
        later = request.POST.get("when") == SendForm.LATER

        def work():
            at, version = form.cleaned_data["at"], form.cleaned_data["version"]
            row.schedule(at and in_zone(at, zone), by=request.user, version=version)
            return row.get_absolute_url()

        said = _("It leaves by itself at that moment.") if later else _("It is on its way.")
        done = kept_once(request, form, work, said, None)
    return done or _detail(request, kept(request, pk), form=form)


@require_POST
def announcement_call_off(request, pk):
    """Call it off before it leaves."""
    row = kept(request, pk)
    try:
        row.call_off(by=request.user)
    except NotThatState as error:
        return _detail(request, row, fault=refusal_in_words(error))
    messages.success(request, _("It was called off. Nobody gets it."))
    return redirect("messaging:announcement-list")


@require_safe
def announcement_people(request, pk):
    """List who gets it and why: the children by whom they do. Whose children the reader does not see
    is not named."""
    row = kept(request, pk)
    preview = reading.Preview(row)
    people = preview.people(request.user)
    page = Paginator(people, reading.PEOPLE_ON_A_PAGE).get_page(request.GET.get("page"))
    page.object_list = preview.rows(list(page.object_list), request.user)
    context = {"announcement": row, "page": page, "words": Words(row, "").first}
    context["back"] = reverse("messaging:announcement-detail", args=[row.pk])
    return render(request, "messaging/announcement_people.html", context)
