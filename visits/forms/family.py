"""Step 2: how the family is."""

from django.utils.translation import gettext, gettext_lazy as _

from .step import ChildrenMixin, StepForm, answer, keep_out


class FamilyForm(ChildrenMixin, StepForm):
    number = 2
    heading = _("How is the family?")
    each = "going_well"

    def make_fields(self):
        draft, fields = self.draft, {}
        lang = draft.data.get("written_in", "")
        for child in draft.offered:
            label = gettext("What goes well with %(child)s?") % {"child": child.called}
            fields[f"going_well_{child.id}"] = answer(label, rows=3, lang=lang)
        return fields | {
            "keep_going_well": keep_out(),
            "hopes": answer(
                _("What does the family hope for?"),
                lang="",
                help_text=_("Write it as they said it, in their language."),
            ),
            "keep_hopes": keep_out(),
            "situation": answer(
                _("How are things at home?"),
                lang=lang,
                help_text=_("This stays with staff: the family does not read it here."),
            ),
        }

    @property
    def going_well(self):
        """The fields about the children of this visit."""
        return [self.named("going_well", child) for child in self.draft.chosen]
