"""What is counted as it happens against what the facts come to, for 2,000 lives."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from achievements import criteria
from achievements.models import Grant, Miss, Statistics, ZoneChange
from achievements.services.verify import Keys, learners_after, verify_batch
from tests.achievements.factories import make_achievement
from tests.achievements.lives import Chapter, Life, lives, make_house
from tests.exams.factories import make_learner

pytestmark = pytest.mark.django_db

# In parts, so that the processes of a run can share them.
PARTS, LIVES_PER_PART, TOGETHER = 4, 500, 20
HEREAFTER = datetime(2027, 1, 1, tzinfo=UTC)

# Every rule, with what a few weeks can reach.
WITHIN_REACH = {
    "tests-finished": ({}, 1, 3),
    "questions-answered": ({}, 40),
    "score": ({}, 60),
    "perfect-tests": ({}, 1),
    "perfect-in-certification": ({}, 2),
    "comeback": ({"low": 40}, 90),
    "exam-passes": ({}, 1),
    "flawless-blocks": ({}, 2),
    "coins-earned": ({}, 100),
    "level": ({}, 2),
    "streak": ({}, 2, 4),
    "hours": ({"from": 22, "until": 4}, 1),
    "recovery": ({}, 1, 2),
    "all-tests": ({}, 1),
    "certification-complete": ({}, 1),
}


def make_achievements() -> None:
    assert WITHIN_REACH.keys() == criteria.rules().keys()
    for rule, (parameters, *thresholds) in WITHIN_REACH.items():
        for threshold in thresholds:
            make_achievement(rule=rule, threshold=threshold, parameters=parameters)


@pytest.mark.parametrize("part", range(PARTS))
def test_what_is_counted_on_the_way_is_what_the_facts_come_to(part: int) -> None:
    house = make_house()
    make_achievements()
    keys, n_lived = Keys(), 0

    # Twenty at a time are looked at with the queries of one.
    @seed(part)
    @settings(
        max_examples=LIVES_PER_PART // TOGETHER,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(st.lists(lives, min_size=TOGETHER, max_size=TOGETHER))
    def differ_in_nothing(several: list[list[Chapter]]) -> None:
        nonlocal n_lived
        # A savepoint: what fails once must not fail all that follows.
        with transaction.atomic():
            learners = [make_learner() for _ in several]
            for learner, chapters in zip(learners, several, strict=True):
                Life(learner, house).live(chapters)
            they = learners_after(learners[0].pk - 1)
            report = verify_batch(they, now=HEREAFTER, grace=timedelta(0), keys=keys)
        wrong = {one.learner for one in report.differences}
        assert [str(one) for one in report.differences] == [], [
            several[n] for n, one in enumerate(learners) if one.pk in wrong
        ]
        assert (report.n_learners, report.failed) == (TOGETHER, set())
        n_lived += TOGETHER

    differ_in_nothing()
    assert n_lived >= LIVES_PER_PART
    they_were_worth_comparing()


def they_were_worth_comparing() -> None:
    """See that the lives met what can go wrong: else nothing was compared."""
    granted = set(Grant.objects.values_list("achievement__rule", flat=True))
    assert granted == criteria.rules().keys()
    assert Miss.objects.filter(n__gt=2).exists()
    assert ZoneChange.objects.count() > LIVES_PER_PART
    assert Statistics.objects.filter(longest_streak__gt=4).exists()
    # A streak that a freeze held, and one that ended.
    assert Statistics.objects.exclude(freeze_week=None).exists()
    assert Statistics.objects.filter(streak=1, longest_streak__gt=2).exists()
