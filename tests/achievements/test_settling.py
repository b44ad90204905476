"""What one settlement counts, pays and notes."""

import pytest
from django.utils import timezone

from achievements.services import settle_learner
from tests.exams.factories import make_attempt
from tests.exams.sitting import sit

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def test_a_right_practice_answer_pays_at_once() -> None:
    attempt = make_attempt()
    sit(attempt, answered=3)
    settled = settle_learner(attempt.learner_id, now=timezone.now())
    assert (settled.n_answers, settled.xp, settled.coins) == (3, 30, 15)
