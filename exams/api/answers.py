"""The answer path: one request, one guarded UPDATE (DESIGN.md section 8).

The answer lane (exams/api/lane.py) gets here with no session, user or message storage
set up; the capability says all that has to be known.
"""

from typing import Any

import orjson
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from ninja import Path, Router
from ninja.security import APIKeyHeader

from exams import capability, credit, services
from exams.api.errors import ClosedError, Error, closed
from exams.api.limits import refuse_if_too_fast
from exams.api.schemas import AnswerBody, AnswerResult, Id
from exams.capability import Capability, CapabilityInvalid
from exams.models import Attempt
from exams.releases import release_content

router = Router(tags=["answers"])


class CapabilityHeader(APIKeyHeader):
    """The capability that came with the attempt's state."""

    param_name = "X-Attempt-Capability"

    def authenticate(self, request: HttpRequest, key: str | None) -> Capability:
        if not key:
            raise CapabilityInvalid
        return capability.read(key)


@router.post(
    "/attempts/{attempt_id}/answers",
    auth=CapabilityHeader(),
    response={
        200: AnswerResult,
        400: Error,
        401: Error,
        404: Error,
        409: ClosedError,
        413: Error,
        422: Error,
        429: Error,
    },
    summary="Commit one answer",
)
def answer(
    request: HttpRequest, attempt_id: Path[Id], body: AnswerBody
) -> HttpResponse:
    """Save an answer and say which one stands; in practice with the verdict on it.

    Sending the same answer again changes nothing and answers the same.
    """
    granted: Capability = request.auth  # type: ignore[attr-defined]
    return commit(granted, attempt_id, body)


def commit(granted: Capability, attempt_id: int, body: AnswerBody) -> HttpResponse:
    """Commit the answer that a capability allows, for the API and for the lane."""
    if granted.attempt != attempt_id:
        raise CapabilityInvalid
    refuse_if_too_fast(granted.learner)
    now = timezone.now()
    try:
        result = services.record_answer(
            capability=granted, answer=body.as_input(), now=now
        )
    except services.AttemptClosed:
        attempt = get_object_or_404(Attempt, pk=granted.attempt)
        raise closed(services.settle(attempt, now=now)) from None
    content = result_content(
        result, granted.release, is_exam=granted.is_exam, paid=granted.credit
    )
    # Built by hand: checking our own output again would cost as much as the write.
    return HttpResponse(orjson.dumps(content), content_type="application/json")


def result_content(
    result: services.AnswerOut, release: int, *, is_exam: bool, paid: int
) -> dict[str, Any]:
    """Return an answer's outcome as JSON-ready data.

    Verdict and reward only in practice; ``paid`` has the questions that bring one.
    """
    stands = result.stands
    content: dict[str, Any] = {
        "question": result.question,
        "outcome": result.outcome,
        "answer": {"choices": stands.choices, "seq": stands.seq},
        "verdict": None,
        "reward": None,
    }
    if not is_exam:
        verdict = release_content(release).verdict(result.question, stands.choices)
        content["verdict"] = verdict
        content["reward"] = credit.reward(verdict, paid)
    return content
