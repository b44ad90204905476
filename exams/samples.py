"""The questions on the home page that anybody may try without an account.

They come from a test of number 0, which no attempt can be started on, so their keys
tell nothing about any test.
"""

from dataclasses import dataclass
from typing import Any

from django.utils.safestring import SafeString, mark_safe

from exams.models import Test
from exams.releases import ReleaseContent, kept, release_content

_CACHE_SECONDS = 60


@dataclass(frozen=True, slots=True)
class SampleQuestion:
    index: int
    kind: str
    choose: int
    stem: SafeString
    choices: list[SafeString]


def _content() -> ReleaseContent | None:
    release = kept("samples:release", _release_id, seconds=_CACHE_SECONDS)
    return release_content(release) if release else None


def _release_id() -> int:
    # A test that somebody sits shows nobody its keys here, whatever its number.
    samples = Test.objects.filter(
        number=Test.SAMPLES, current_release__isnull=False, attempts=None
    ).order_by("certification__position")
    return samples.values_list("current_release", flat=True).first() or 0


def sample_questions() -> list[SampleQuestion]:
    """Return the samples without their keys; empty when none are published."""
    content = _content()
    return [
        SampleQuestion(
            index=index,
            kind=question["kind"],
            choose=question["choose"],
            stem=mark_safe(question["stem"]),  # noqa: S308  cleaned at publication
            choices=[mark_safe(text) for text in question["choices"]],  # noqa: S308
        )
        for index, question in enumerate(content.questions if content else ())
    ]


def grade_sample(index: int, choices: list[int]) -> dict[str, Any]:
    """Return the verdict on an answer; raise IndexError for an unknown sample."""
    content = _content()
    if content is None or index >= len(content.questions):
        raise IndexError(index)
    return content.verdict(index, choices)
