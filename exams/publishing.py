"""Publishing a test: check it, freeze it, make it the one that learners start."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from django.db import transaction

from accounts.models import User
from exams.entries import MAX_CHOICES
from exams.lengths import LENGTHS
from exams.models import Certification, Offer, Question, Release, Test
from exams.snapshot import fingerprint, freeze_all


@dataclass
class NotPublishable(Exception):
    """A test that cannot go out, with every reason in words."""

    reasons: list[str]

    def __str__(self) -> str:
        return " ".join(self.reasons)


def question_problems(question: Question) -> list[str]:
    """Say what keeps one question from being published; empty when nothing does."""
    choices = list(question.choices.all())
    right = sum(choice.is_correct for choice in choices)
    name = f"{question.slug}:"
    problems = []
    if question.status != Question.Status.READY:
        problems.append(f"{name} its status is {question.status}, not ready.")
    if not 2 <= len(choices) <= MAX_CHOICES:
        problems.append(f"{name} it has {len(choices)} choices; 2 to {MAX_CHOICES}.")
    if question.kind == Question.Kind.SINGLE and right != 1:
        problems.append(f"{name} it needs exactly one right choice, not {right}.")
    if question.kind == Question.Kind.MULTIPLE and not 2 <= right < len(choices):
        problems.append(f"{name} it needs two or more right choices and a wrong one.")
    if any(not choice.why.strip() for choice in choices):
        problems.append(f"{name} a choice does not say why it is right or wrong.")
    return problems


def ordered_questions(test: Test) -> list[Question]:
    """Return the test's questions in order, each with its choices and domain."""
    return list(
        Question.objects.filter(places__test=test)
        .with_choices()
        .order_by("places__position")
    )


def publication_problems(test: Test, questions: list[Question]) -> list[str]:
    """Say what keeps a test from being published."""
    problems = [reason for one in questions for reason in question_problems(one)]
    if test.number != Test.SAMPLES and len(questions) < LENGTHS[0]:
        problems.insert(
            0, f"It has {len(questions)} questions; a test needs at least {LENGTHS[0]}."
        )
    if len(questions) > LENGTHS[-1]:
        problems.insert(
            0, f"It has {len(questions)} questions; a test has at most {LENGTHS[-1]}."
        )
    return problems


@transaction.atomic
def publish_test(
    *, test: Test, now: datetime, publisher: User | None = None
) -> tuple[Release, bool]:
    """Freeze the test into a release unless the current one is the same.

    Return the release and whether it is new. Raise NotPublishable with the reasons.
    """
    # Two editors who publish at once take turns, so release numbers stay in a row.
    locked = Test.objects.select_for_update(of=("self",)).get(pk=test.pk)
    questions = ordered_questions(locked)
    if problems := publication_problems(locked, questions):
        raise NotPublishable(problems)
    mark = fingerprint(questions, minutes=locked.minutes)
    latest = locked.releases.without_content().order_by("-number").first()
    if latest and latest.fingerprint == mark and locked.current_release_id == latest.pk:
        return latest, False
    public, keys = freeze_all(questions)
    release = Release.objects.create(
        test=locked,
        number=latest.number + 1 if latest else 1,
        question_count=len(questions),
        minutes=locked.minutes,
        fingerprint=mark,
        questions=public,
        keys=keys,
        published_at=now,
        published_by=publisher,
    )
    Test.objects.filter(pk=test.pk).update(current_release=release)
    if locked.current_release_id is None:
        Offer.objects.create(test=locked, since=now)
    return release, True


def released_ids(
    certification: Certification, part: Literal["question", "domain"]
) -> set[int]:
    """Return the ids of the questions or domains that any of its releases holds.

    Those rows must stay: attempts are shown and counted by these ids.
    """
    releases = Release.objects.filter(test__certification=certification)
    keys = releases.values_list("keys", flat=True)
    return {key[part] for one in keys.iterator(chunk_size=10) for key in one}
