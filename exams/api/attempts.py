"""Starting, reading, syncing and finishing attempts, through the ordinary session."""

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any, cast

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from ninja import Path, Router, Status

from accounts.http import LearnerRequest
from accounts.models import User
from exams import credit, services
from exams.api.answers import result_content
from exams.api.errors import ClosedError, Error, closed
from exams.api.limits import refuse_if_too_fast
from exams.api.schemas import (
    AttemptState,
    FinishBody,
    FinishResult,
    Id,
    Review,
    StartBody,
    StartResult,
    SyncBody,
    SyncResult,
)
from exams.entries import Answer
from exams.models import Attempt, Test
from exams.review import filter_counts, review_items
from exams.state import attempt_state, decoded, flag_states

router = Router(tags=["attempts"])

SESSION_ERRORS = {401: Error, 403: Error, 404: Error, 422: Error, 429: Error}
BODY_ERRORS = {**SESSION_ERRORS, 400: Error, 413: Error}


def learner_of(request: HttpRequest) -> User:
    return cast(LearnerRequest, request).user


def own_attempt(request: HttpRequest, attempt_id: int, *, now: datetime) -> Attempt:
    """Return the learner's own attempt, finished if its time is over; else 404."""
    learner = learner_of(request)
    refuse_if_too_fast(learner.pk)
    attempts = Attempt.objects.taken_by(learner).with_test()
    return services.settle(get_object_or_404(attempts, pk=attempt_id), now=now)


@router.post(
    "/attempts",
    response={200: StartResult, 201: StartResult, **BODY_ERRORS},
    summary="Start an attempt, or get the running one",
)
def start(request: HttpRequest, body: StartBody) -> Status[dict[str, Any]]:
    """Return 201 for a new attempt; 200 for the running one, in whichever mode and
    length it was started. With ``restart`` that one ends without a score.
    """
    learner = learner_of(request)
    refuse_if_too_fast(learner.pk)
    tests = Test.objects.published().with_release_facts()
    attempt, created = services.start_attempt(
        learner=learner,
        test=get_object_or_404(tests, pk=body.test),
        mode=body.mode,
        length=body.length,
        restart=body.restart,
        now=timezone.now(),
    )
    url = attempt.get_absolute_url()
    return Status(
        201 if created else 200, {"id": attempt.pk, "url": url, "created": created}
    )


@router.get(
    "/attempts/{attempt_id}",
    response={200: AttemptState, **SESSION_ERRORS},
    summary="The attempt's state, with a fresh capability",
)
def state(request: HttpRequest, attempt_id: Path[Id]) -> dict[str, Any]:
    now = timezone.now()
    return attempt_state(own_attempt(request, attempt_id, now=now), now=now)


@router.post(
    "/attempts/{attempt_id}/sync",
    response={200: SyncResult, 409: ClosedError, **BODY_ERRORS},
    summary="Save what waited: answers, flags, the position",
)
def sync(request: HttpRequest, attempt_id: Path[Id], body: SyncBody) -> dict[str, Any]:
    now = timezone.now()
    attempt = own_attempt(request, attempt_id, now=now)
    if not attempt.is_open:
        raise closed(attempt)
    position = body.position.as_input() if body.position else None
    if position:
        # Before anything is written: a refusal means that nothing was saved.
        services.check_position(position, length=attempt.length)
    try:
        results = save_batch(attempt, body, now=now)
    except services.AttemptClosed:
        attempt.refresh_from_db()
        raise closed(attempt) from None
    if position:
        services.record_position(attempt=attempt, position=position)
        attempt.refresh_from_db(fields=["position", "position_seq"])
    answers, flags = decoded(list(attempt.chunks.all()))
    return {
        "answers": batch_content(attempt, results, answers),
        "flags": flag_states(flags),
        "position": attempt.position,
        "position_seq": attempt.position_seq,
    }


def save_batch(
    attempt: Attempt, body: SyncBody | FinishBody, *, now: datetime
) -> list[services.AnswerOut]:
    flags = body.flags if isinstance(body, SyncBody) else []
    if not body.answers and not flags:
        return []
    return services.record_batch(
        attempt=attempt,
        answers=[one.as_input() for one in body.answers],
        flags=[one.as_input() for one in flags],
        now=now,
    )


def batch_content(
    attempt: Attempt,
    results: list[services.AnswerOut],
    answers: Mapping[int, Answer],
) -> list[dict[str, Any]]:
    """Return what became of each answer of a batch, and what it brought."""
    account = credit.account(attempt, answers) if results else None
    paid = account.questions if account else 0
    return [
        result_content(one, attempt.release_id, is_exam=attempt.is_exam, paid=paid)
        for one in results
    ]


@router.post(
    "/attempts/{attempt_id}/finish",
    response={200: FinishResult, 409: ClosedError, **BODY_ERRORS},
    summary="Finish; the second call answers the same",
)
def finish(
    request: HttpRequest, attempt_id: Path[Id], body: FinishBody
) -> dict[str, Any]:
    now = timezone.now()
    attempt = own_attempt(request, attempt_id, now=now)
    if attempt.is_open:
        # Closed by another finish in this moment: the result is the same for both.
        with suppress(services.AttemptClosed):
            save_batch(attempt, body, now=now)
        services.finish_attempt(attempt=attempt, now=now)
        attempt.refresh_from_db()
    if attempt.state != Attempt.State.FINISHED:
        raise closed(attempt)
    return {
        "state": attempt.state,
        "url": reverse("exams:result", args=[attempt.pk]),
    }


@router.get(
    "/attempts/{attempt_id}/review",
    response={200: Review, 409: ClosedError, **SESSION_ERRORS},
    summary="Every question with its key, once the attempt is finished",
)
def review(request: HttpRequest, attempt_id: Path[Id]) -> dict[str, Any]:
    attempt = own_attempt(request, attempt_id, now=timezone.now())
    if attempt.state != Attempt.State.FINISHED:
        raise closed(attempt)
    items = review_items(attempt)
    return {"counts": filter_counts(items), "items": items}
