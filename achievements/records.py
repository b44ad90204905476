"""A learner's facts out of the database, for the rules (``facts.Facts``)."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import Max, QuerySet, Sum, Window

from achievements import streaks
from achievements.facts import Moment, PublishedTest, Sitting, StreakDay
from achievements.models import (
    ActiveDay,
    CoinEntry,
    Miss,
    Statistics,
    XpEntry,
)
from achievements.querysets import published_tests
from achievements.services.reading import Answered, committed_answers
from achievements.streaks import Active, Clock
from exams.lengths import block_of
from exams.models import AnswerChunk, Attempt
from exams.releases import release_content

_SITTING = (
    "pk",
    "test_id",
    "test__certification_id",
    "test__certification__slug",
    "mode",
    "length",
    "n_answered",
    "n_right",
    "score",
    "finished_at",
    "counted__pass_percent",
    "counted__n_flawless_blocks",
)


def _sitting(row: Mapping[str, Any], clock: Clock) -> Sitting:
    return Sitting(
        attempt=row["pk"],
        test=row["test_id"],
        certification=row["test__certification_id"],
        certification_slug=row["test__certification__slug"],
        is_exam=row["mode"] == Attempt.Mode.EXAM,
        length=row["length"],
        n_answered=row["n_answered"],
        n_right=row["n_right"],
        score=row["score"],
        finished_at=row["finished_at"],
        finished_local=clock.local(row["finished_at"]),
        pass_percent=row["counted__pass_percent"],
        n_flawless_blocks=row["counted__n_flawless_blocks"],
    )


@dataclass(frozen=True, slots=True)
class LedgerSeries:
    """A ledger as amounts one after the other; read only for a sum it has reached."""

    name: str
    total: int
    entries: QuerySet[XpEntry] | QuerySet[CoinEntry]

    def reached(self, amount: int) -> Moment | None:
        if self.total < amount:
            return None
        in_order = ("at", "attempt", "question", "pk")
        running = Window(Sum("amount"), order_by=in_order)
        rows = self.entries.order_by(*in_order).annotate(running=running)
        first = rows.filter(running__gte=amount).values("at", "attempt", "running")
        row = first.first()
        if row is None:
            return None
        return Moment(row["at"], row["attempt"], {self.name: row["running"]})


class Records:
    """What has been counted of one learner; each part is read when it is first asked.

    ``statistics`` may be ahead of its row in the database.
    """

    def __init__(self, statistics: Statistics, clock: Clock) -> None:
        self._statistics = statistics
        self._learner = statistics.learner_id
        self._clock = clock

    @cached_property
    def sittings(self) -> Sequence[Sitting]:
        rows = (
            Attempt.objects.finished()
            .filter(learner=self._learner, counted__is_final=True)
            .order_by("finished_at", "pk")
            .values(*_SITTING)
        )
        return [_sitting(row, self._clock) for row in rows]

    @property
    def xp(self) -> LedgerSeries:
        entries = XpEntry.objects.filter(learner=self._learner)
        return LedgerSeries("xp", self._statistics.xp, entries)

    @property
    def coins(self) -> LedgerSeries:
        reason = CoinEntry.Reason.RIGHT_ANSWER
        entries = CoinEntry.objects.filter(learner=self._learner, reason=reason)
        return LedgerSeries("coins", self._statistics.coins_earned, entries)

    @cached_property
    def streak_days(self) -> Sequence[StreakDay]:
        rows = ActiveDay.objects.filter(learner=self._learner).order_by("day")
        columns = rows.values_list("day", "first_at", "last_at")
        days = (Active.of(*row, self._clock) for row in columns)
        return streaks.reached(days)

    @cached_property
    def published(self) -> Sequence[PublishedTest]:
        return [PublishedTest(*row) for row in published_tests()]

    def most_misses(self) -> int:
        return self._most_misses

    @cached_property
    def _most_misses(self) -> int:
        misses = Miss.objects.filter(learner=self._learner)
        most: int | None = misses.aggregate(most=Max("n"))["most"]
        return most or 0

    # --- right after so many misses ---------------------------------------------------

    def recovery(self, misses: int) -> Moment | None:
        if self._most_misses < misses:
            return None
        missed: Counter[int] = Counter()
        for answer in self._history_of(self._candidates(misses)):
            if not answer.is_right:
                missed[answer.question] += 1
            elif missed[answer.question] >= misses:
                n_missed = missed[answer.question]
                values = {"question": answer.question, "misses": n_missed}
                return Moment(answer.at, answer.attempt, values)
        return None

    def _candidates(self, misses: int) -> frozenset[int]:
        """Return the questions that were missed so often, and right at some time."""
        missed = Miss.objects.filter(learner=self._learner, n__gte=misses)
        reason = XpEntry.Reason.RIGHT_ANSWER
        right = XpEntry.objects.filter(
            learner=self._learner, reason=reason, question__in=missed.values("question")
        )
        return frozenset(right.values_list("question_id", flat=True)) - {None}

    def _history_of(self, questions: frozenset[int]) -> list[Answered]:
        """Return the answers to a few questions, in order, out of the chunks."""
        if not questions:
            return []
        attempts = Attempt.objects.filter(learner=self._learner)
        releases = attempts.order_by().values_list("release", flat=True).distinct()
        places = {
            release: numbers
            for release in releases
            if (numbers := set(_places(release, questions)))
        }
        chunks = AnswerChunk.objects.filter(
            attempt__learner=self._learner,
            attempt__release__in=places,
            index__in={block_of(n) for some in places.values() for n in some},
        )
        return sorted(_answers(chunks, places))


def _places(release: int, questions: frozenset[int]) -> Iterator[int]:
    """Yield the numbers that the questions have in a release."""
    for number, key in enumerate(release_content(release).keys):
        if key.question in questions:
            yield number


def _answers(
    chunks: QuerySet[AnswerChunk], places: dict[int, set[int]]
) -> Iterator[Answered]:
    rows = chunks.values_list(
        "attempt",
        "attempt__release",
        "attempt__mode",
        "attempt__finished_at",
        "answers",
    )
    for attempt, release, mode, finished_at, answers in rows.order_by():
        is_exam = mode == Attempt.Mode.EXAM
        if is_exam and finished_at is None:
            continue
        some = {n: e for n, e in answers.items() if int(n) in places[release]}
        exam_end = finished_at if is_exam else None
        for _, answer in committed_answers(
            some, attempt=attempt, release=release, exam_end=exam_end
        ):
            yield answer
