"""What the exams know about people: who sat what, and what they answered."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from django.utils.html import strip_tags

from accounts.models import User
from accounts.privacy import impersonal, personal
from exams.entries import Answer
from exams.models import (
    AnswerChunk,
    Attempt,
    Certification,
    Choice,
    Domain,
    DomainResult,
    Offer,
    Question,
    Release,
    Test,
    TestQuestion,
)
from exams.releases import ReleaseContent, release_content
from exams.state import decoded


def exported_attempts(user: User) -> Iterator[dict[str, Any]]:
    """Yield the learner's attempts with their answers in words, and no keys."""
    attempts = Attempt.objects.filter(learner=user).order_by("pk")
    attempts = attempts.select_related("test__certification")
    for attempt in attempts.prefetch_related("chunks").iterator(chunk_size=50):
        content = release_content(attempt.release_id)
        answers, flags = decoded(list(attempt.chunks.all()))
        yield {
            "id": attempt.pk,
            "test": attempt.title,
            "mode": attempt.mode,
            "state": attempt.state,
            "length": attempt.length,
            "started_at": attempt.started_at,
            "deadline": attempt.deadline,
            "finished_at": attempt.finished_at,
            "abandoned_at": attempt.abandoned_at,
            "score_percent": attempt.score,
            "right": attempt.n_right,
            "answered": attempt.n_answered,
            "flagged_questions": [
                q + 1 for q, flag in sorted(flags.items()) if flag.on
            ],
            "answers": [
                exported_answer(question, answer, content)
                for question, answer in sorted(answers.items())
            ],
        }


def exported_answer(
    number: int, answer: Answer, content: ReleaseContent
) -> dict[str, Any]:
    question = content.questions[number]
    return {
        "number": number + 1,
        "question": strip_tags(question["stem"]).strip(),
        "chosen": [strip_tags(question["choices"][n]) for n in answer.choices],
        "seconds": answer.seconds,
        "answered_at": datetime.fromtimestamp(answer.at, tz=UTC),
    }


personal(
    Attempt,
    owner="learner",
    fields={},
    impersonal=["mode"],
    section="attempts",
    export=exported_attempts,
)
personal(
    # Exported with its attempt.
    AnswerChunk,
    owner="attempt__learner",
    fields={},
    impersonal=["answers", "flags"],
)
personal(DomainResult, owner="attempt__learner", fields={}, section="domain_results")
impersonal(
    Certification,
    "slug",
    "name",
    "short_name",
    "vendor",
    "exam_code",
    "pass_mark",
    "summary",
    "source",
    "source_fingerprint",
)
impersonal(Domain, "slug", "code", "name")
impersonal(
    Question,
    "slug",
    "kind",
    "scoring",
    "stem",
    "explanation",
    "tip",
    "reference_title",
    "reference_url",
    "status",
    "source_fingerprint",
)
impersonal(Choice, "text", "why")
impersonal(Test, "title", "difficulty", "source_fingerprint")
impersonal(TestQuestion)
impersonal(Offer)
impersonal(Release, "fingerprint", "questions", "keys")
