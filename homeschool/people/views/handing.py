"""A caseload goes to a colleague: the administrator's form, and the page that the colleague reads."""

from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _

from homeschool.people.actions import handing
from homeschool.people.forms.handing import HandOverForm, colleagues_of
from homeschool.people.models import Handover, Membership
from homeschool.people.signin import asks_again

from .home import posted
from .setting_up import administered, answered


@asks_again
def staff_hand_over(request, pk):
    """Choose a colleague, what goes along, and write a note; then it is handed over at once."""
    rows = Membership.objects.select_related("user", "school", "division")
    membership = administered(request.user, rows, pk)
    form = None
    if not membership.is_over and membership.role in handing.WITH_CHILDREN:
        form = HandOverForm(posted(request), membership=membership)

    def work():
        return form.hand_over(request.user).get_absolute_url()

    said = _("It is handed over. The colleague is told.")
    try:
        done = form and answered(request, form, work, said)
    except handing.NotHandedOver:
        done = None
        form.add_error(None, _("One of the two roles has ended meanwhile. Please choose anew."))
    context = {"membership": membership, "school": membership.school, "form": form}
    context["nobody"] = form and not colleagues_of(membership).exists()
    context["nothing"] = form and not form.fields["what"].choices
    return done or render(request, "people/handover_form.html", context)


@asks_again
def handover(request, pk):
    """Show what was handed over to whom, and the note to those who may read it: it is written down."""
    rows = Handover.objects.visible_to(request.user).select_related(
        "school", "by", "giver__user", "taker__user"
    )
    made = get_object_or_404(rows, pk=pk)
    reads = bool(made.note) and made.is_read_by(request.user)
    if reads:
        made.record_reading(request.user)
    context = {"handover": made, "school": made.school, "reads": reads}
    context["also"] = handing.described(made.counts)
    return render(request, "people/handover.html", context)
