"""A learner with a known history, and the command that verifies what is kept."""

from dataclasses import dataclass
from datetime import timedelta
from io import StringIO
from typing import Any

from django.core.management import CommandError, call_command
from django.utils import timezone

from accounts.models import User
from achievements.services import settle_learner
from exams import services
from exams.models import Attempt
from tests.achievements.derived import answer
from tests.achievements.factories import make_achievement
from tests.exams.factories import make_attempt, make_test


@dataclass
class Case:
    """A learner with a finished attempt, a running one, and all that they bring."""

    learner: User
    finished: Attempt
    running: Attempt

    def question(self, number: int) -> int:
        """Return the id of a question: 0 to 19 were right at once, then wrong.

        20 was missed twice, 21 was right the second time; the others were missed once.
        """
        return int(self.finished.release.keys[number]["question"])

    def own(self, model: Any) -> Any:
        return model.objects.filter(learner=self.learner)


def make_case() -> Case:
    make_achievement(title="Finisher", rule="tests-finished", threshold=1)
    make_achievement(title="Recovered", rule="recovery", threshold=1)
    make_achievement(title="Busy", rule="tests-finished", threshold=5)
    then = timezone.now() - timedelta(days=2)
    test = make_test()
    finished = make_attempt(test=test, now=then)
    answer(finished, *range(20), now=then)
    answer(finished, *range(20, 25), right=False, now=then)
    services.finish_attempt(attempt=finished, now=then + timedelta(minutes=5))
    running = make_attempt(finished.learner, test, now=then + timedelta(days=1))
    answer(running, 20, right=False, now=then + timedelta(days=1))
    answer(running, 21, now=then + timedelta(days=1))
    settle_learner(finished.learner_id, now=timezone.now())
    finished.refresh_from_db()
    return Case(finished.learner, finished, running)


def verify(*arguments: str) -> tuple[list[str], int]:
    """Run the command; return its lines and its exit code."""
    out = StringIO()
    try:
        call_command("verify_achievements", *arguments, stdout=out, stderr=StringIO())
    except CommandError as error:
        return out.getvalue().splitlines(), error.returncode
    return out.getvalue().splitlines(), 0


CLEAN = (["1 learner looked at, no difference."], 0)
