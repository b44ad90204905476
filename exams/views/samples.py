"""Trying a question without an account."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.safestring import mark_safe
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from accounts.limits import rate_limited
from exams.forms import SampleForm
from exams.review import ReviewChoice
from exams.samples import SampleQuestion, grade_sample, sample_questions


def _sample(index: int) -> tuple[SampleQuestion, int]:
    """Return the sample and how many there are."""
    samples = sample_questions()
    if index >= len(samples):
        raise Http404("There is no such sample question.")
    return samples[index], len(samples)


def _graded(sample: SampleQuestion, chosen: list[int]) -> dict[str, Any]:
    verdict = grade_sample(sample.index, chosen)
    choices = [
        ReviewChoice(
            index=index,
            text=text,
            why=mark_safe(verdict["whys"][index]),  # noqa: S308  cleaned at publication
            is_key=index in verdict["key"],
            is_chosen=index in chosen,
        )
        for index, text in enumerate(sample.choices)
    ]
    explanation = mark_safe(verdict["explanation"])  # noqa: S308  as above
    return {"verdict": verdict, "choices": choices, "explanation": explanation}


# Nothing is stored and nobody is signed in: without a token the home page needs no
# cookie.
@csrf_exempt
@require_POST
@rate_limited("samples", "120/m")
def sample_answer(request: HttpRequest, index: int) -> HttpResponse:
    """Grade a sample: the card alone for the page's script, else a page around it."""
    sample, count = _sample(index)
    form = SampleForm(request.POST, sample=sample)
    context: dict[str, Any] = {"sample": sample, "form": form, "count": count}
    context["next_place"] = index + 2 if index + 1 < count else None
    if form.is_valid():
        context |= _graded(sample, form.cleaned_data["choices"])
    alone = "X-Fragment" in request.headers
    template = "exams/_sample.html" if alone else "exams/sample.html"
    response = render(
        request, template, context, status=200 if form.is_valid() else 422
    )
    response["Vary"] = "X-Fragment"
    return response
