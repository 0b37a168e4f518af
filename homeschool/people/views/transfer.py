"""Pages of a child's way to another school of the portal: offered, looked at, answered."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Q
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from homeschool.people import sight
from homeschool.people.forms.school import OnceForm
from homeschool.people.forms.transfer import AcceptForm, DeclineForm, OfferForm
from homeschool.people.models import School, Transfer
from homeschool.people.models.leaving import told_of
from homeschool.people.models.transfer import AnsweredAlready, StillWritten
from homeschool.people.signin import asks_again

from .children import visible_child
from .home import posted
from .setting_up import administered, answered

A_PAGE = 50


@asks_again
def offer(request, pk):
    """Offer a child with its record to another school of the portal."""
    student = visible_child(request.user, pk)
    sight.require(request.user, student, {sight.SCHOOL_ADMIN})
    stands = Transfer.objects.filter(student=student).open().first()
    if stands and request.method != "POST":
        return redirect("people:transfer-detail", stands.pk)
    form = OfferForm(posted(request), student=student)

    def work():
        data = form.cleaned_data
        made = Transfer.objects.offer(
            student, data["to_school"], by=request.user, message=data["message"]
        )
        return _page(made)

    said = _("The other school is asked. Until it says yes nothing changes.")
    context = {"student": student, "form": form, "told": told_of([student.pk])}
    return answered(request, form, work, said) or render(
        request, "people/transfer_offer.html", context
    )


def transfer_list(request, pk):
    """List the offers of a school and those that it is asked, the open ones first."""
    school = administered(request.user, School.objects, pk)
    rows = Transfer.objects.visible_to(request.user).filter(
        Q(from_school=school) | Q(to_school=school)
    )
    rows = rows.select_related("student", "from_school", "to_school").order_by(
        "answer", "-offered_at"
    )
    page = Paginator(rows, A_PAGE).get_page(request.GET.get("page"))
    return render(request, "people/transfer_list.html", {"school": school, "page": page})


def transfer_detail(request, pk):
    """Show an offer to both sides: before it accepts, the other school sees no more than it needs."""
    return _answer_page(request, _transfer(request.user, pk))


@asks_again
@require_POST
def transfer_accept(request, pk):
    """Take the child in, with its record."""
    transfer = _asked(request.user, pk)
    form = AcceptForm(request.POST, transfer=transfer)

    def work():
        data = form.cleaned_data
        transfer.accept(data["school_class"], data["number"], by=request.user)
        return transfer.student.get_absolute_url()

    said = _("The child is in your school now, with its record.")
    return _done(request, form, work, said) or _answer_page(request, transfer, accept=form)


@require_POST
def transfer_decline(request, pk):
    """Say no."""
    transfer = _asked(request.user, pk)
    form = DeclineForm(request.POST, prefix="no")

    def work():
        transfer.decline(by=request.user, words=form.cleaned_data["words"])
        return reverse("people:transfer-list", args=[transfer.to_school_id])

    said = _("The other school reads your answer.")
    return _done(request, form, work, said) or _answer_page(request, transfer, decline=form)


@require_POST
def transfer_withdraw(request, pk):
    """Take an offer back."""
    transfer = _transfer(request.user, pk)
    if not _is_of(request.user, transfer.from_school_id):
        raise PermissionDenied

    def work():
        transfer.withdraw(by=request.user)
        return _page(transfer)

    done = _done(request, OnceForm(request.POST), work, _("The offer is taken back."))
    return done or redirect(_page(transfer))


def _page(transfer):
    return reverse("people:transfer-detail", args=[transfer.pk])


def _transfer(user, pk):
    """Return an offer of or to a school that `user` administers, else answer 404."""
    rows = Transfer.objects.select_related(
        "student", "from_school", "to_school", "offered_by", "answered_by"
    )
    return get_object_or_404(rows.visible_to(user), pk=pk)


def _asked(user, pk):
    """Return an offer that `user` answers; 403 for the side that made it."""
    transfer = _transfer(user, pk)
    if not _is_of(user, transfer.to_school_id):
        raise PermissionDenied
    return transfer


def _is_of(user, school_id):
    return School.objects.visible_to(user, roles={sight.SCHOOL_ADMIN}).filter(pk=school_id).exists()


def _done(request, form, work, said):
    """Do `work` once; where the offer was answered meanwhile, say so and show how it stands."""
    try:
        return answered(request, form, work, said)
    except StillWritten:
        words = _(
            "The old school has begun the record of a visit and not finished it yet. Ask it to "
            "finish, then take the child in."
        )
        messages.warning(request, words)
        return redirect(request.path.removesuffix("accept/"))
    except AnsweredAlready:
        messages.warning(request, _("This offer was answered or taken back in the meantime."))
        return redirect("people:school")


def _answer_page(request, transfer, accept=None, decline=None):
    """Draw an offer with the forms of the side on which the reader stands."""
    asked = _is_of(request.user, transfer.to_school_id) and transfer.is_open
    context = {
        "transfer": transfer,
        "offers": _is_of(request.user, transfer.from_school_id),
        "asked": asked,
        "once": OnceForm(),
        "accept": accept or (AcceptForm(transfer=transfer) if asked else None),
        "decline": decline or (DeclineForm(prefix="no") if asked else None),
    }
    context["form"] = accept or decline
    return render(request, "people/transfer_detail.html", context)
