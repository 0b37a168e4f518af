"""Forms about grades and colleges."""

from django import forms
from django.utils.translation import gettext_lazy as _

from homeschool.forms import CleanTextMixin, SubmissionFormMixin
from homeschool.people.models import Division

from .school import SetUpForm


class DivisionForm(SetUpForm):
    """The name and the code of a grade or college."""

    class Meta:
        model = Division
        fields = ["name", "code"]
        help_texts = {
            "name": _("As people say it, like “Grade 3”."),
            "code": _("A short name for files and commands, like “g3”. Lists follow it."),
        }


class UniteForm(SubmissionFormMixin, CleanTextMixin, forms.Form):
    """Into which grade or college an empty one goes."""

    marks_optional = False
    into = forms.ModelChoiceField(
        Division.objects.none(), label=_("Which one stays?"), empty_label=_("choose")
    )

    def __init__(self, *args, division, **kwargs):
        super().__init__(*args, **kwargs)
        others = Division.objects.filter(school=division.school_id).exclude(pk=division.pk)
        self.fields["into"].queryset = others
