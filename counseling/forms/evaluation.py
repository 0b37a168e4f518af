"""Three questions with four faces each, and a word more for whoever likes to write one."""

from django import forms
from django.utils.translation import gettext_lazy as _

from counseling.models import Evaluation
from counseling.models.evaluation import QUESTIONS
from homeschool.forms import ChoiceBoxes, CleanTextMixin

FACES = [(4, _("Yes")), (3, _("Mostly")), (2, _("A little")), (1, _("No"))]
ICONS = {4: "laugh", 3: "smile", 2: "meh", 1: "frown"}
OF_THE_CHILD = {
    "glad": _("I like to go there"),
    "learned": _("I learn something there"),
    "again": _("I would go again"),
}
OF_THE_FAMILY = {
    "glad": _("Our child likes to go there"),
    "learned": _("Our child learns something there"),
    "again": _("We would choose it again"),
}


class EvaluationForm(CleanTextMixin, forms.Form):
    """What one side thinks of a programme."""

    words = forms.CharField(
        label=_("What could be better?"), max_length=1000, required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("The school reads it without your name."),
    )  # fmt: skip

    def __init__(self, data=None, *, side, own=None):
        initial = {name: getattr(own, name) for name in (*QUESTIONS, "words")} if own else {}
        super().__init__(data, initial=initial, prefix=side)
        asked = OF_THE_CHILD if side == Evaluation.Side.CHILD else OF_THE_FAMILY
        for name in QUESTIONS:
            self.fields[name] = forms.TypedChoiceField(
                label=asked[name], choices=FACES, coerce=int,
                widget=ChoiceBoxes(row=True, icons=ICONS),
                error_messages={"required": _("Please tap one of the four faces.")},
            )  # fmt: skip
        self.order_fields([*QUESTIONS, "words"])
