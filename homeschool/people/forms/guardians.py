"""Forms about the people who look after a child."""

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from homeschool import names
from homeschool.forms import ChoiceBoxes, CleanTextMixin, SubmissionFormMixin
from homeschool.people import sight
from homeschool.people.models import Address, Grant, Guardianship, Membership, User

# Says the same for every account that is not of this school, whoever it belongs to.
NOT_TO_BE_USED = _("This e-mail cannot be used here. Ask for another one, or leave it empty.")
TIE = ["relation", "relation_said", "primary", "lives_with", "legal_guardian"]


class PersonFields(forms.Form):
    """How a person is called and reached."""

    full_name = forms.CharField(
        label=_("Name"),
        max_length=names.LONGEST,
        help_text=_("As the person writes it, in any script."),
    )
    email = forms.EmailField(
        label=_("E-mail"),
        max_length=254,
        required=False,
        help_text=_("To sign in with a code, and for the school’s letters. It may stay empty."),
    )
    language = forms.ChoiceField(
        label=_("Language"), choices=settings.LANGUAGES, widget=ChoiceBoxes(row=True)
    )

    def clean_email(self):
        return (self.cleaned_data["email"] or "").strip().lower() or None


class TieForm(SubmissionFormMixin, CleanTextMixin, forms.ModelForm):
    """What a guardian is to the child."""

    class Meta:
        model = Guardianship
        fields = TIE
        help_texts = {
            "primary": _("The school turns to this person first. Only one person can be it."),
        }

    def tie(self):
        """Return the fields of the guardianship, as they were filled in."""
        return {name: self.cleaned_data[name] for name in self._meta.fields}


class GuardianAddForm(TieForm, PersonFields):
    """A new guardian of `student`: somebody known at the school, or a new account."""

    relation = forms.ChoiceField(
        label=_("Relation"), choices=[("", _("choose")), *Guardianship.Relation.choices]
    )
    field_order = ["full_name", "email", "language", *TIE]

    def __init__(self, *args, student, by, **kwargs):
        self.student, self.by, self.person = student, by, None
        super().__init__(*args, **kwargs)
        self.initial["relation"] = ""

    def clean(self):
        super().clean()
        email = self.cleaned_data.get("email")
        if email:
            self._find(email)
        return self.cleaned_data

    def _find(self, email):
        account = User.objects.having(email)
        if account is None:
            return
        if not account.is_active or not self._is_known(account):
            self.add_error("email", NOT_TO_BE_USED)
        elif self._stands_already(account):
            self.add_error("email", _("This person already stands with the child."))
        elif not self._is_called_so(account):
            self.add_error(
                "full_name",
                ValidationError(
                    _(
                        "This e-mail belongs to %(name)s. Write the name the same way, or use another e-mail."
                    ),
                    params={"name": account.full_name},
                ),
            )
        else:
            self.person = account

    def _is_known(self, account):
        """Whether the reader may know this account: a guardian in sight, or staff, of this school."""
        if account.pk == self.student.user_id:
            return False
        school = self.student.school_id
        ties = Guardianship.objects.visible_to(self.by, roles=sight.FAMILY_EDITORS).open()
        if ties.filter(student__school=school, guardian=account).exists():
            return True
        return Membership.objects.open().filter(school=school, user=account).exists()

    def _stands_already(self, account):
        return self.student.guardianships.filter(guardian=account, until=None).exists()

    def _is_called_so(self, account):
        given = names.plain(self.cleaned_data.get("full_name", ""))
        return given in ("", names.plain(account.full_name), names.plain(account.called))

    def begin(self):
        """Put the person, new or known, beside the child."""
        person = self.person or self._new_account()
        return Guardianship.objects.begin(
            student=self.student, guardian=person, by=self.by, **self.tie()
        )

    def _new_account(self):
        data = self.cleaned_data
        person = User.objects.create_user(
            data["email"], full_name=data["full_name"], language=data["language"]
        )
        if data["email"]:
            Address.objects.create(user=person, channel=Address.Channel.EMAIL, value=data["email"])
        return person


class GuardianEditForm(TieForm):
    """What is known of a guardian and the child; an e-mail can be given where there is none."""

    email = forms.EmailField(
        label=_("E-mail"),
        max_length=254,
        required=False,
        help_text=_("To sign in with a code, and for the school’s letters. It may stay empty."),
    )
    field_order = ["email", *TIE, "may_receive"]

    class Meta(TieForm.Meta):
        fields = [*TIE, "may_receive"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.instance.guardian.email:
            del self.fields["email"]
        if not self.instance.may_view:
            del self.fields["may_receive"]

    def clean_email(self):
        email = (self.cleaned_data["email"] or "").strip().lower() or None
        if email and User.objects.having(email) not in (None, self.instance.guardian):
            raise ValidationError(NOT_TO_BE_USED, code="not_to_be_used")
        return email

    def tie(self):
        return {name: self.cleaned_data[name] for name in self._meta.fields if name in self.fields}

    def change(self, by):
        """Write down what was changed, and the person's first e-mail."""
        guardianship = self.instance
        if email := self.cleaned_data.get("email"):
            guardianship.guardian.be_reached_at(email, by=by)
        guardianship.change(by=by, **self.tie())
        return guardianship


class ConfirmForm(SubmissionFormMixin, forms.Form):
    """Nothing to fill in: the page asks, the button answers."""

    def words(self):
        """Return what the verb is told beside who takes the step."""
        return {}


class RestrictForm(CleanTextMixin, ConfirmForm):
    """Why a person must not be in contact."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_(
            "For example the court’s order and its date. It is kept encrypted; the child’s "
            "counselor, the school’s leaders and administrators can read it."
        ),
    )

    def words(self):
        return {"reason": self.cleaned_data["reason"]}


class GrantForm(SubmissionFormMixin, forms.Form):
    """One thing that a grown student lets one of its guardians see."""

    guardian = forms.ModelChoiceField(Guardianship.objects.none(), to_field_name="guardian_id")
    item = forms.ChoiceField(choices=Grant.Item.choices)

    def __init__(self, *args, student, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["guardian"].queryset = student.guardianships.open().filter(may_view=True)
