"""Between the engine and its model: the same answers and refusals in both's words."""

from collections.abc import Callable
from typing import Any

from exams.capability import CapabilityExpired
from exams.models import Question, Test
from exams.services import AnswerIn, AnswerOut, AttemptClosed, InvalidAnswer
from tests.exams import engine_model
from tests.exams.engine_model import Event, Refused

REASONS: dict[type[Exception], str] = {
    InvalidAnswer: "invalid",
    AttemptClosed: "closed",
    CapabilityExpired: "expired",
}


def make_questions(test: Test) -> list[engine_model.Question]:
    """Return what the editors wrote, in the choices' order of the release."""
    release = test.current_release
    assert release is not None
    found = []
    for place, public in zip(
        test.places.select_related("question"), release.questions, strict=True
    ):
        question = place.question
        by_text = {one.text: one.is_correct for one in question.choices.all()}
        right = [n for n, text in enumerate(public["choices"]) if by_text[text]]
        found.append(
            engine_model.Question(
                right=frozenset(right),
                n_choices=len(public["choices"]),
                partial=question.scoring == Question.Scoring.PARTIAL,
                domain=question.domain_id,
            )
        )
    return found


def outcome(call: Callable[[], Any]) -> tuple[str | None, Any]:
    """Return why the call is refused, or what it returns."""
    try:
        return None, call()
    except Refused as refusal:
        return refusal.reason, None
    except tuple(REASONS) as refusal:
        return REASONS[type(refusal)], None


def sent(event: Event) -> AnswerIn:
    choices = tuple(sorted(event.choices))
    return AnswerIn(event.question, choices, event.seq, event.seconds)


def told(out: AnswerOut) -> tuple[str, Event]:
    stands = out.stands
    choices = frozenset(stands.choices)
    return out.outcome, Event(out.question, choices, stands.seq, stands.seconds)
