"""Who stands with a child: putting a guardian there, changing it, taking sight away.

School leaders and administrators only; counselor and class teacher read, and are refused here.
"""

from dataclasses import dataclass

from django.contrib import messages
from django.db import IntegrityError
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _, gettext_lazy

from homeschool.journal.models import Submission
from homeschool.people import sight
from homeschool.people.forms.guardians import (
    NOT_TO_BE_USED,
    ConfirmForm,
    GuardianAddForm,
    GuardianEditForm,
    RestrictForm,
)
from homeschool.people.models import Guardianship
from homeschool.people.signin import asks_again

from .children import visible_child
from .home import posted


@asks_again
def guardianship_add(request, pk):
    """Put a person beside the child: somebody the school knows, or a new account."""
    student = visible_child(request.user, pk)
    sight.require(request.user, student, sight.FAMILY_EDITORS)
    form = GuardianAddForm(
        posted(request),
        student=student,
        by=request.user,
        initial={"language": request.LANGUAGE_CODE},
    )
    return _answer(request, form, form.begin, student, None) or _page(request, form, student, None)


def visible_tie(user, pk):
    """Return the guardianship of a child in sight, or answer 404.

    A guardian's own row is visible to it even when its sight was withdrawn; the child is not.
    """
    rows = Guardianship.objects.visible_to(user).select_related(
        "guardian", "student__school", "student__school_class"
    )
    tie = get_object_or_404(rows, pk=pk)
    if not sight.roles_for(user, tie.student):
        raise Http404
    sight.require(user, tie.student, sight.FAMILY_EDITORS)
    return tie


@asks_again
def guardianship_edit(request, pk):
    """Change what a guardian is to the child."""
    tie = visible_tie(request.user, pk)
    if tie.until:
        return _ended(request, tie)
    form = GuardianEditForm(posted(request), instance=tie)
    student = tie.student
    return _answer(request, form, lambda: form.change(request.user), student, tie) or _page(
        request, form, student, tie
    )


def _answer(request, form, work, student, tie):
    """Return the redirect after a form that was right, now or when it was first sent, else None."""
    if request.method != "POST":
        return None
    if not form.is_valid():
        before = Submission.first_answer(request.user, form.cleaned_data["submission"])
        return redirect(before) if before else None

    def once():
        work()
        return student.get_absolute_url()

    try:
        answer = Submission.once(request.user, form.cleaned_data["submission"], once)
    except IntegrityError:  # the address was taken, or the person added, while this form was open
        form.add_error("email" if "email" in form.fields else None, NOT_TO_BE_USED)
        return None
    messages.success(request, _("Your changes are kept."))
    return redirect(answer)


def _page(request, form, student, tie):
    context = {"form": form, "student": student, "tie": tie}
    roles = sight.roles_for(request.user, student)
    context["administers"] = sight.SCHOOL_ADMIN in roles
    return render(request, "people/guardianship_form.html", context)


def _ended(request, tie):
    messages.info(request, _("This person no longer stands with the child."))
    return redirect(tie.student)


@dataclass
class Question:
    """What a severe step asks before it is taken, and says once it is."""

    verb: str
    heading: Promise
    words: Promise
    button: Promise
    done: Promise
    icon: str = "lock"
    form_class: type = ConfirmForm


WITHDRAW = Question(
    "withdraw",
    gettext_lazy("Take sight away from %(name)s?"),
    gettext_lazy(
        "From the next click on, %(name)s no longer sees %(child)s’s pages and gets no messages "
        "about %(child)s. What was sent before stays sent. You can give it back."
    ),
    gettext_lazy("Take sight away"),
    gettext_lazy("%(name)s no longer sees %(child)s’s pages."),
)
RESTORE = Question(
    "restore",
    gettext_lazy("Give sight back to %(name)s?"),
    gettext_lazy(
        "%(name)s will see %(child)s’s pages again and get the school’s messages. A contact "
        "restriction is lifted, and its reason is deleted here."
    ),
    gettext_lazy("Give sight back"),
    gettext_lazy("%(name)s sees %(child)s’s pages again."),
    "eye",
)
RESTRICT = Question(
    "restrict",
    gettext_lazy("%(name)s must not be in contact?"),
    gettext_lazy(
        "%(name)s loses all sight of %(child)s at once. The class teacher is told that there is "
        "a contact restriction, and neither the name nor the reason."
    ),
    gettext_lazy("Record the restriction"),
    gettext_lazy("The restriction is recorded. %(name)s sees nothing from now on."),
    "triangle-alert",
    RestrictForm,
)
END = Question(
    "end",
    gettext_lazy("Does %(name)s no longer look after %(child)s?"),
    gettext_lazy(
        "%(name)s is taken off the family and loses sight of %(child)s. The history keeps who it "
        "was. To undo it, add the person again."
    ),
    gettext_lazy("Take off the family"),
    gettext_lazy("%(name)s no longer stands with %(child)s."),
    "user",
)


@asks_again
def guardianship_withdraw(request, pk):
    """Ask, then take sight and messages away."""
    return _ask(request, pk, WITHDRAW)


@asks_again
def guardianship_restore(request, pk):
    """Ask, then give sight back and lift a restriction."""
    return _ask(request, pk, RESTORE)


@asks_again
def guardianship_restrict(request, pk):
    """Ask for the reason, then record a contact restriction."""
    return _ask(request, pk, RESTRICT)


@asks_again
def guardianship_end(request, pk):
    """Ask, then end the guardianship."""
    return _ask(request, pk, END)


def _ask(request, pk, question):
    tie = visible_tie(request.user, pk)
    words = {"name": tie.guardian.full_name, "child": tie.student.called}
    form = question.form_class(posted(request))
    if request.method == "POST" and form.is_valid():
        answer = Submission.once(
            request.user,
            form.cleaned_data["submission"],
            lambda: _take(tie, form, question, request.user),
        )
        messages.success(request, question.done % words)
        return redirect(answer)
    if tie.until:
        return _ended(request, tie)
    context = {"form": form, "student": tie.student, "tie": tie, "question": question}
    context |= {"heading": question.heading % words, "words": question.words % words}
    return render(request, "people/guardianship_confirm.html", context)


def _take(tie, form, question, user):
    if tie.until is None:
        getattr(tie, question.verb)(by=user, **form.words())
    return tie.student.get_absolute_url()
