"""Every read of the exams' data that more than one caller needs."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import (
    Count,
    Exists,
    Max,
    OuterRef,
    Q,
    Subquery,
    Sum,
    Window,
)
from django.db.models.functions import Coalesce, RowNumber

if TYPE_CHECKING:
    from accounts.models import User
    from exams.models import (  # noqa: F401
        Attempt,
        Certification,
        DomainResult,
        Question,
        Release,
        Test,
    )


class CertificationQuerySet(models.QuerySet["Certification"]):
    def with_test_count(self) -> Self:
        """Annotate ``n_tests``: how many tests a learner can take now."""
        return self.annotate(
            n_tests=Count(
                "tests",
                filter=Q(tests__current_release__isnull=False, tests__number__gt=0),
                distinct=True,
            )
        )

    def for_list_page(self) -> Self:
        return self.with_test_count().order_by("position", "pk")

    def started_by(self, learner: User) -> Self:
        """The certifications that the learner has attempts in, latest first.

        Annotate ``best_score`` (percent, or None) and ``n_finished`` attempts.
        """
        return (
            self.filter(tests__attempts__learner=learner)
            .annotate(
                last_started_at=Max("tests__attempts__started_at"),
                best_score=Max("tests__attempts__score"),
                n_finished=Count("tests__attempts__finished_at"),
            )
            .order_by("-last_started_at")
        )


class QuestionQuerySet(models.QuerySet["Question"]):
    def with_choices(self) -> Self:
        return self.select_related("domain").prefetch_related("choices")


class TestQuerySet(models.QuerySet["Test"]):
    __test__ = False

    def published(self) -> Self:
        """What learners can take; the samples of the home page are no test."""
        return self.filter(current_release__isnull=False, number__gt=0)

    def of(self, certification: Certification) -> Self:
        return self.filter(certification=certification)

    def with_release_facts(self) -> Self:
        """Join the current release without its large columns."""
        return self.select_related("certification", "current_release").defer(
            "current_release__questions", "current_release__keys"
        )

    def with_results_of(self, learner: User) -> Self:
        """Annotate each test with the learner's own results.

        ``best_score`` and ``last_score`` in percent, ``last_attempt_id`` of the last
        finished attempt, and ``open_attempt_id``.
        """
        from exams.models import Attempt

        own = Attempt.objects.filter(learner=learner, test=OuterRef("pk"))
        finished = own.finished()
        latest = finished.order_by("-finished_at", "-pk")
        return self.annotate(
            best_score=Subquery(
                finished.order_by().values("test").annotate(m=Max("score")).values("m")
            ),
            last_score=Subquery(latest.values("score")[:1]),
            last_attempt_id=Subquery(latest.values("pk")[:1]),
            open_attempt_id=Subquery(own.open().values("pk")[:1]),
        )


class ReleaseQuerySet(models.QuerySet["Release"]):
    def without_content(self) -> Self:
        return self.defer("questions", "keys")

    def readable_by(self, learner: User) -> Self:
        """What is on offer, and what the learner has sat; never the samples."""
        from exams.models import Attempt

        own = Attempt.objects.filter(learner=learner, release=OuterRef("pk"))
        offered = Q(current_of__isnull=False)
        return self.filter(offered | Q(Exists(own)), test__number__gt=0)

    def update(self, **kwargs: object) -> int:
        raise TypeError("A release never changes: publish a new one.")


class AttemptQuerySet(models.QuerySet["Attempt"]):
    def taken_by(self, learner: User) -> Self:
        return self.filter(learner=learner)

    def open(self) -> Self:
        return self.filter(finished_at=None, abandoned_at=None)

    def closed_since(self, moment: datetime) -> Self:
        """What was finished or abandoned since; annotate ``closed_at``."""
        # Also in the words of the index's condition.
        closed = Q(finished_at__isnull=False) | Q(abandoned_at__isnull=False)
        closed_at = Coalesce("finished_at", "abandoned_at")
        return (
            self.filter(closed)
            .annotate(closed_at=closed_at)
            .filter(closed_at__gte=moment)
        )

    def finished(self) -> Self:
        return self.filter(finished_at__isnull=False)

    def overdue(self, *, now: datetime) -> Self:
        return self.open().filter(deadline__lte=now)

    def of(self, certification: Certification) -> Self:
        return self.filter(test__certification=certification)

    def with_test(self) -> Self:
        return self.select_related("test__certification")

    def for_history_page(self, learner: User) -> Self:
        """All that the learner ever started, latest first, one query."""
        return self.taken_by(learner).with_test().order_by("-started_at", "-pk")

    def for_home_page(self, learner: User) -> Self:
        """The running attempts with their answers, latest first: two queries."""
        running = self.taken_by(learner).open().with_test()
        return running.prefetch_related("chunks").order_by("-started_at")

    def for_result_page(self) -> Self:
        """Join what the test offers now, without any questions."""
        return (
            self.with_test()
            .select_related("test__current_release")
            .defer("test__current_release__questions", "test__current_release__keys")
        )

    def latest_finished(self, learner: User) -> Attempt | None:
        finished = self.taken_by(learner).finished().for_result_page()
        return finished.order_by("-finished_at", "-pk").first()


class DomainResultQuerySet(models.QuerySet["DomainResult"]):
    def latest_of(self, learner: User, certification: Certification) -> Self:
        """For each test and domain the last result with anything answered."""
        tried = self.filter(
            attempt__learner=learner,
            domain__certification=certification,
            n_answered__gt=0,
        )
        place = Window(
            RowNumber(),
            partition_by=["attempt__test", "domain"],
            order_by=["-attempt__finished_at", "-attempt"],
        )
        latest = tried.annotate(place=place).filter(place=1)
        return self.filter(pk__in=latest.values("pk"))


def readiness_by_domain(
    learner: User, certification: Certification
) -> models.QuerySet[Any, Any]:
    """Per domain of the certification: questions answered, and right, as of late.

    Of each test the latest result counts, so that no question counts twice. Rows of
    ``domain``, ``n_answered`` and ``n_right``; one aggregate query.
    """
    from exams.models import DomainResult

    return (
        DomainResult.objects.latest_of(learner, certification)
        .order_by()
        .values("domain")
        .annotate(n_answered=Sum("n_answered"), n_right=Sum("n_right"))
    )


__all__ = [
    "AttemptQuerySet",
    "CertificationQuerySet",
    "DomainResultQuerySet",
    "QuestionQuerySet",
    "ReleaseQuerySet",
    "TestQuerySet",
    "readiness_by_domain",
]
