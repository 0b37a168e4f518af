"""What a family says after a visit."""

from django import forms

from visits.models import Voice


class VoiceForm(forms.Form):
    """One answer to one question."""

    question = forms.ChoiceField(choices=Voice.Question)
    answer = forms.TypedChoiceField(choices=Voice.Answer, coerce=int)


def marked_in(query):
    """Return {question: answer} that a link names, without what is none."""
    found = {question: query.get(question) for question in Voice.Question.values}
    answers = {str(answer): answer for answer in Voice.Answer.values}
    return {name: answers[text] for name, text in found.items() if text in answers}
