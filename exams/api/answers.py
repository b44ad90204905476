"""The answer path: one request, one guarded UPDATE (DESIGN.md section 8).

It is called by the answer lane (testprep/middleware.py) with no session, user or
message storage set up; the capability says all that it needs to know.
"""

from typing import Any

import orjson
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Path, Router
from ninja.security import APIKeyHeader

from accounts.limits import check_rate
from exams import capability, services
from exams.api.errors import ClosedError, Error, Refusal
from exams.api.schemas import AnswerBody, AnswerResult, Id
from exams.capability import Capability, CapabilityInvalid
from exams.releases import release_content

router = Router(tags=["answers"])

# No honest learner commits five answers a second for a minute.
ANSWERS_PER_LEARNER = "300/m"


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
    if granted.attempt != attempt_id:
        raise CapabilityInvalid
    refuse_if_too_fast(granted.learner)
    result = services.record_answer(
        capability=granted, answer=body.as_input(), now=timezone.now()
    )
    content = result_content(result, granted.release, is_exam=granted.is_exam)
    # Built by hand: checking our own output again would cost as much as the write.
    return HttpResponse(orjson.dumps(content), content_type="application/json")


def refuse_if_too_fast(learner: int) -> None:
    wait = check_rate(str(learner), group="answers", rate=ANSWERS_PER_LEARNER)
    if wait is not None:
        raise Refusal(
            429, "too_fast", "That is faster than anyone can read. Slow down a little."
        )


def result_content(
    result: services.AnswerOut, release: int, *, is_exam: bool
) -> dict[str, Any]:
    """Return an answer's outcome as JSON-ready data; the verdict only in practice."""
    stands = result.stands
    content: dict[str, Any] = {
        "question": result.question,
        "outcome": result.outcome,
        "answer": {"choices": stands.choices, "seq": stands.seq},
        "verdict": None,
    }
    if not is_exam:
        released = release_content(release)
        content["verdict"] = released.verdict(result.question, stands.choices)
    return content
