"""Stories of visits: the news that a school reads, the desk where they are written, and the family's yes.

The family answers on a page behind its own sign-in, never by a link alone: a letter is passed on
easily, and what was published cannot be unread. Silence publishes nothing.
"""

import uuid

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Exists, OuterRef
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from homeschool.people import sight
from homeschool.people.models import Student
from homeschool.people.views.home import posted
from homeschool.people.views.setting_up import answered
from visits.forms.stories import StoryForm
from visits.models import Story, Summary, Visit
from visits.models.record import READERS, WRITERS
from visits.models.story import Changed, NobodyToAsk, NotAgreed, NotInTheirLanguage
from visits.reading import stories, zone_of

A_PAGE = 20
NOT_WHOLE = 422


# --- the news ---------------------------------------------------------------------------------------
@require_safe
def story_list(request):
    """Show staff and families the news of their schools, newest first, and what waits for their answer."""
    roles = request.user.roles()
    if not roles & (sight.STAFF_ROLES | sight.FAMILY_ROLES):
        raise PermissionDenied
    page = Paginator(stories.news(request.user), A_PAGE).get_page(request.GET.get("page"))
    waiting = stories.waiting_for(request.user) if roles & sight.FAMILY_ROLES else []
    context = {
        "page": page,
        "articles": [stories.article(row) for row in page.object_list],
        "writes": bool(roles & WRITERS),
        "waiting": [stories.article(row) for row in waiting],
    }
    return render(request, "visits/story_list.html", context)


@require_safe
def story_desk(request):
    """List for staff the stories about its children, and how each stands."""
    if not request.user.roles() & READERS:
        raise PermissionDenied
    page = Paginator(stories.desk(request.user), A_PAGE).get_page(request.GET.get("page"))
    rows = [{"story": row, "chip": stories.chip(row)} for row in page.object_list]
    return render(request, "visits/story_desk.html", {"page": page, "rows": rows})


# --- writing ------------------------------------------------------------------------------------------
def story_create(request):
    """Write a story about the child that the address names, and the visit, if it names one."""
    if not request.user.roles() & WRITERS:
        raise PermissionDenied
    students = Student.objects.visible_to(request.user).select_related("school", "division")
    student = get_object_or_404(students, pk=_key(request.GET.get("child")))
    sight.require(request.user, student, WRITERS)
    visit = _visit_of(request, student)
    languages = stories.languages_of_family(student)
    story = Story(student=student, visit=visit)
    form = StoryForm(
        posted(request),
        instance=story,
        initial=_first_answers(visit),
        student=student,
        user=request.user,
        family_language=languages[0] if languages else "",
    )

    def work():
        new = Story(student=student, visit=visit, **form.values())
        return new.write(by=request.user).get_absolute_url()

    said = _("Kept. Look at it as the family will see it, then ask.")
    return answered(request, form, work, said) or _form(request, form, student, languages)


def _key(text):
    try:
        return uuid.UUID(text or "")
    except ValueError:
        return None


def _first_answers(visit):
    found = {"language": translation.get_language()}
    return found | ({"campaign": visit.campaign_id} if visit and visit.campaign_id else {})


def _visit_of(request, student):
    """Return the visit that the address names, if the family has read its summary; else None."""
    shared = Exists(Summary.objects.filter(visit=OuterRef("pk")))
    visits = Visit.objects.visible_to(request.user, roles=WRITERS).held()
    pk = _key(request.GET.get("visit"))
    return visits.filter(shared, pk=pk, lines__student=student).first() if pk else None


def _form(request, form, student, languages, story=None):
    context = {
        "form": form,
        "student": student,
        "story": story,
        "languages": stories.language_names(languages),
        "back": story.get_absolute_url() if story else student.get_absolute_url(),
    }
    status = NOT_WHOLE if form.is_bound else 200
    return render(request, "visits/story_form.html", context, status=status)


def story_edit(request, pk):
    """Change a story; a yes to the words before is over then."""
    story = _of_staff(request, pk)
    languages = stories.languages_of_family(story.student)
    form = StoryForm(
        posted(request),
        instance=story,
        student=story.student,
        user=request.user,
        family_language=languages[0] if languages else "",
    )

    def work():
        row = Story.objects.get(pk=story.pk)
        row.change(by=request.user, **form.values())
        return row.get_absolute_url()

    return answered(request, form, work) or _form(
        request, form, story.student, languages, Story.objects.get(pk=pk)
    )


# --- one story ----------------------------------------------------------------------------------------
def _seen(request, pk):
    related = ("school", "student__school", "student__division", "campaign", "written_by")
    rows = Story.objects.visible_to(request.user).select_related(*related)
    return get_object_or_404(rows, pk=pk)


def _keeps(request, pk):
    return Story.objects.kept_by(request.user).filter(pk=pk).exists()


def _of_staff(request, pk):
    """Return the story for staff that works with its child: 404 not seen, 403 not theirs."""
    story = _seen(request, pk)
    if not _keeps(request, pk):
        raise PermissionDenied
    return story


def _of_family(request, pk):
    """Return the story for who decides for its child: 404 not seen, 403 not theirs."""
    story = _seen(request, pk)
    asked = Story.objects.asked_of(request.user).filter(pk=pk)
    if not asked.exists() or not story.is_decided_by(request.user):
        raise PermissionDenied
    return story


@require_safe
def story_detail(request, pk):
    """Show a story: to who decides for the child, with its answers; to staff, with how it stands; to
    other readers, in the news."""
    story = _seen(request, pk)
    asked = Story.objects.asked_of(request.user).filter(pk=pk).exists()
    if asked and "staff" not in request.GET:
        return _family_page(request, story)
    if not _keeps(request, pk):
        return redirect("visits:story-list")
    languages = stories.languages_of_family(story.student)
    context = {
        "story": story,
        "chip": stories.chip(story),
        "article": stories.article(story),
        "languages": stories.language_names(languages),
        "missing": stories.language_names(story.missing_languages()),
        "zone": zone_of(request.user, story.school),
    }
    return render(request, "visits/story_detail.html", context)


def _family_page(request, story, status=200):
    context = {
        "story": story,
        "article": stories.article(story),
        "may_agree": story.may_agree(request.user),
        "mine": story.answered_by_id == request.user.pk,
    }
    return render(request, "visits/story_family.html", context, status=status)


@require_POST
def story_ask(request, pk):
    """Ask the family for its yes to exactly these words."""
    story = _of_staff(request, pk)
    try:
        story.ask(by=request.user)
    except NotInTheirLanguage as error:
        names = {"languages": stories.language_names(error.languages)}
        messages.warning(
            request,
            _("The family reads %(languages)s. Please add the same text in it, then ask.") % names,
        )
    except NobodyToAsk:
        messages.warning(
            request,
            _("Nobody who decides for this child has an account here. Please talk to them."),
        )
    except Changed:
        messages.warning(
            request, _("The family has answered. Only other words are asked about again.")
        )
    else:
        messages.success(request, _("The family is asked. No answer means no."))
    return redirect(story)


@require_POST
def story_publish(request, pk):
    """Put a story to which the family said yes into the news."""
    story = _of_staff(request, pk)
    try:
        story.publish(by=request.user)
        messages.success(request, _("The story stands in the news of the school."))
    except NotAgreed:
        messages.warning(request, _("The family has not said yes to these words."))
    return redirect(story)


@require_POST
def story_take_down(request, pk):
    """Take a story out of the news; the family's yes stays."""
    story = _of_staff(request, pk)
    story.take_down(by=request.user)
    messages.success(request, _("The story is out of the news."))
    return redirect(story)


@require_POST
def story_agree(request, pk):
    """Say yes to the words that the page showed."""
    story = _of_family(request, pk)
    try:
        story.agree(by=request.user, version=request.POST.get("version", ""))
        messages.success(request, _("Thank you. You can take your yes back at any time."))
    except Changed:
        messages.warning(request, _("This has changed meanwhile. Please look how it stands now."))
    return redirect(story)


@require_POST
def story_refuse(request, pk):
    """Say no, or take a yes back: the story is not told, or is told no more, from this moment on."""
    story = _of_family(request, pk)
    try:
        story.refuse(by=request.user)
        messages.success(request, _("That is fine. The story is not told. No reason is needed."))
    except Changed:
        messages.warning(request, _("This has changed meanwhile. Please look how it stands now."))
    return redirect(story)
