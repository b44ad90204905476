"""The state of an attempt as the runner gets it."""

from datetime import datetime
from typing import Any

from django.urls import reverse

from exams import capability, credit
from exams.entries import Answer, Flag
from exams.models import AnswerChunk, Attempt
from exams.ordering import choice_order, question_order
from exams.releases import ReleaseContent, release_content


def milliseconds(moment: datetime) -> int:
    """Return a moment in milliseconds since the epoch."""
    return int(moment.timestamp() * 1000)


def decoded(
    chunks: list[AnswerChunk],
) -> tuple[dict[int, Answer], dict[int, Flag]]:
    """Return the answers and flags of the chunks by question number."""
    answers = {
        int(question): Answer.decode(entry)
        for chunk in chunks
        for question, entry in chunk.answers.items()
    }
    flags = {
        int(question): Flag.decode(entry)
        for chunk in chunks
        for question, entry in chunk.flags.items()
    }
    return answers, flags


def flag_states(flags: dict[int, Flag]) -> dict[int, dict[str, Any]]:
    return {q: {"on": flag.on, "seq": flag.seq} for q, flag in flags.items()}


def orders(
    attempt: Attempt, content: ReleaseContent
) -> tuple[list[int], list[list[int]]]:
    """Return the question at each place, and the choices on the lines of each place."""
    order = question_order(seed=attempt.seed, length=attempt.length)
    lines = [
        choice_order(
            seed=attempt.seed,
            question=question,
            count=len(content.questions[question]["choices"]),
            last=content.keys[question].last,
        )
        for question in order
    ]
    return order, lines


def attempt_state(attempt: Attempt, *, now: datetime) -> dict[str, Any]:
    """Return what ``GET /api/attempts/{id}`` answers; the keys only of verdicts due."""
    content = release_content(attempt.release_id)
    chunks = list(attempt.chunks.all())
    answers, flags = decoded(chunks)
    order, lines = orders(attempt, content)
    told = {} if attempt.is_exam else answers
    verdicts = {q: content.verdict(q, one.choices) for q, one in told.items()}
    account = credit.account(attempt, answers)
    paid = account.questions if account else 0
    rewards = {q: credit.reward(verdict, paid) for q, verdict in verdicts.items()}
    seqs = [one.seq for one in answers.values()]
    seqs += [one.seq for one in flags.values()]
    is_open = attempt.is_open
    epoch = chunks[0].epoch
    token = capability.issue(attempt, epoch=epoch, credit=paid) if is_open else None
    expires = milliseconds(now) + capability.LIFE_SECONDS * 1000
    return {
        "id": attempt.pk,
        "state": attempt.state,
        "mode": attempt.mode,
        "length": attempt.length,
        "release": attempt.release_id,
        "title": attempt.title,
        "started_at": milliseconds(attempt.started_at),
        "deadline": milliseconds(attempt.deadline) if attempt.deadline else None,
        "now": milliseconds(now),
        "order": order,
        "choice_order": lines,
        "position": attempt.position,
        "position_seq": attempt.position_seq,
        "last_seq": max([attempt.position_seq, *seqs]),
        "answers": {
            q: {"choices": one.choices, "seq": one.seq} for q, one in answers.items()
        },
        "flags": flag_states(flags),
        "verdicts": verdicts,
        "rewards": {q: reward for q, reward in rewards.items() if reward},
        "standing": account.standing if account else None,
        "capability": token,
        "capability_expires": expires if is_open else None,
        "urls": {
            "result": reverse("exams:result", args=[attempt.pk]),
            "certification": attempt.test.certification.get_absolute_url(),
        },
    }
