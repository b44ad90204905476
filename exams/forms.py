"""What learners send to the exam pages."""

from typing import Any

from django import forms

from exams.lengths import LENGTHS
from exams.models import Attempt
from exams.samples import SampleQuestion

_NUMBER_WORDS = {1: "one", 2: "two", 3: "three", 4: "four"}


class StartForm(forms.Form):
    """How a learner wants to take a test. No mode is practice: a switch left off."""

    mode = forms.ChoiceField(
        choices=Attempt.Mode.choices,
        required=False,
        error_messages={"invalid_choice": "Choose practice or exam."},
    )
    length = forms.TypedChoiceField(
        choices=[(length, length) for length in LENGTHS],
        coerce=int,
        error_messages={
            "required": "Choose how many questions you want.",
            "invalid_choice": "Choose 25, 50, 75 or 100 questions.",
        },
    )
    restart = forms.BooleanField(required=False)

    def clean_mode(self) -> str:
        return self.cleaned_data["mode"] or Attempt.Mode.PRACTICE

    @property
    def first_error(self) -> str:
        return str(next(iter(self.errors.values()))[0])


class SampleForm(forms.Form):
    """An answer to a sample question."""

    choices = forms.TypedMultipleChoiceField(coerce=int, required=False)

    def __init__(self, *args: Any, sample: SampleQuestion, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.sample = sample
        offered = self.fields["choices"]
        assert isinstance(offered, forms.TypedMultipleChoiceField)  # noqa: S101
        offered.choices = [(index, index) for index in range(len(sample.choices))]

    def clean_choices(self) -> list[int]:
        choices: list[int] = self.cleaned_data["choices"]
        if len(choices) != self.sample.choose:
            wanted = _NUMBER_WORDS.get(self.sample.choose, str(self.sample.choose))
            raise forms.ValidationError(f"Choose {wanted}, then check your answer.")
        return choices
