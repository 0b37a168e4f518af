"""Templates of a school: words to start an announcement from."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language, gettext as _
from django.views.decorators.http import require_POST, require_safe

from homeschool.people.forms.school import OnceForm
from homeschool.people.views.home import posted
from homeschool.people.views.setting_up import answered
from messaging.forms.announcements import TemplateForm, spoken
from messaging.forms.opened import opened_by
from messaging.models import Template
from messaging.reading.announcement_letters import language_name
from messaging.reading.ways import places

from .announcements import answer, schools_of, speaker
from .opened import answered_or_met

LIST = "messaging:wording-list"


@require_safe
def template_list(request):
    """List the templates of the reader's schools, each with the words in the reader's language."""
    speaker(request)
    rows = list(Template.objects.visible_to(request.user).open().select_related("school"))
    for row in rows:
        row.own = row.in_language(get_language())
        row.languages = [language_name(words["language"]) for words in row.words]
    context = {"templates": rows, "places": places(request.user, "announcement-list")}
    context["several"] = len({row.school_id for row in rows}) > 1
    return render(request, "messaging/wording_list.html", context)


def template_new(request):
    """Make a template."""
    speaker(request)
    schools = schools_of(request.user)
    form = TemplateForm(posted(request), schools=schools)

    def work():
        data, school = form.cleaned_data, form.chosen_school
        Template.objects.keep(school, data["name"], data["level"], form.words, by=request.user)
        return reverse(LIST)

    done = answered(request, form, work, _("The template is kept."))
    return done or _page(request, form, None)


def _template(request, pk):
    rows = Template.objects.visible_to(request.user).open().select_related("school")
    return get_object_or_404(rows, pk=pk)


def template_edit(request, pk):
    """Change a template; what was sent with it stays as it was read."""
    row = _template(request, pk)
    initial = {"name": row.name, "level": row.level} | opened_by(row.spoken())
    for words in row.words:
        initial[f"title_{words['language']}"] = words["title"]
        initial[f"text_{words['language']}"] = words["text"]
    form = TemplateForm(posted(request), schools=[row.school], initial=initial)

    def work():
        data = form.cleaned_data
        row.change(data["name"], data["level"], form.words, by=request.user, opened=form.opened_at)
        return reverse(LIST)

    done = answered_or_met(request, form, work, _("The template is kept."))
    return done or _page(request, form, row)


def _page(request, form, row):
    pairs = [(code, name, form[f"title_{code}"], form[f"text_{code}"]) for code, name in spoken()]
    context = {"template": row, "pairs": pairs, "once": OnceForm()}
    return answer(request, form, "messaging/wording_form.html", context)


@require_POST
def template_end(request, pk):
    """Offer a template no more."""
    _template(request, pk).end(by=request.user)
    messages.success(request, _("The template is offered no more."))
    return redirect(LIST)
