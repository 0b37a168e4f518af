"""What staff writes when a plan goes to the family, and what it heard from the family."""

from django import forms
from django.conf import settings
from django.utils.text import capfirst
from django.utils.translation import gettext as _, gettext_lazy

from counseling.models import Answer
from homeschool.forms import ChoiceBoxes, CleanTextMixin, SubmissionFormMixin

YES, NO = "yes", "no"
CHILD = "child"
AGREES = [
    (YES, gettext_lazy("Yes, let us do it like this")),
    (NO, gettext_lazy("No, not like this")),
]


class PublishForm(SubmissionFormMixin, CleanTextMixin, forms.Form):
    """The words for the family that go with a plan; `edits` says which state of it was looked at."""

    edits = forms.IntegerField(widget=forms.HiddenInput)
    language = forms.ChoiceField(
        label=gettext_lazy("Language in which the plan is written"), choices=settings.LANGUAGES
    )
    strengths = forms.CharField(
        label=gettext_lazy("What goes well"),
        help_text=gettext_lazy("This stands on top. One strength on each line."),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    agreed = forms.CharField(
        label=gettext_lazy("What we agreed"),
        help_text=gettext_lazy("In plain words, to the family."),
        max_length=4000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    news = forms.CharField(
        label=gettext_lazy("What is new"),
        help_text=gettext_lazy("One sentence. The family reads it first."),
        max_length=500,
    )

    def __init__(self, *args, is_first, **kwargs):
        super().__init__(*args, **kwargs)
        if is_first:
            del self.fields["news"]


class AnswerForm(SubmissionFormMixin, CleanTextMixin, forms.Form):
    """Whether somebody agrees, in the own words, and what should be different."""

    agrees = forms.TypedChoiceField(
        label=gettext_lazy("Do you agree with this plan?"),
        choices=AGREES,
        coerce=lambda text: text == YES,
        widget=ChoiceBoxes(icons={YES: "check", NO: "x"}),
        error_messages={"required": gettext_lazy("Please choose yes or no.")},
    )
    words = forms.CharField(
        label=capfirst(Answer._meta.get_field("words").verbose_name),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    proposals = forms.CharField(
        label=gettext_lazy("What would you change?"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    @property
    def said(self):
        """The answer as the verb takes it."""
        return {name: self.cleaned_data[name] for name in ("agrees", "words", "proposals")}


class HeardForm(AnswerForm):
    """What staff heard from somebody of the family: said, not written.

    `people` are the guardians (users) who may read the plan; the child itself is among the choices
    while it has no account.
    """

    def __init__(self, *args, people, child, **kwargs):
        super().__init__(*args, **kwargs)
        self.people = {str(person.pk): person for person in people}
        names = [(key, person.full_name) for key, person in self.people.items()]
        if child.user_id is None:
            names.append((CHILD, _("%(child)s, the child") % {"child": child.called}))
        who = forms.ChoiceField(label=_("Who said it?"), choices=names, widget=ChoiceBoxes())
        self.fields = {"who": who} | self.fields
        self.fields["agrees"].label = _("Does this person agree with the plan?")
        self.fields["words"].label = _("In this person’s own words")
        self.fields["proposals"].label = _("What would this person change?")
        who.error_messages["required"] = _("Please choose who said it.")

    @property
    def person(self):
        """Who said it; None is the child."""
        return self.people.get(self.cleaned_data["who"])
