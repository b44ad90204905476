"""What a learner gets before a commit does not depend on the key at all.

The same attempt is taken twice, to the byte, in two worlds that differ in nothing but
what they keep secret: which choice is right, every why, the explanations, tips and
references, all of another length. Whoever finds two different bytes, or two different
numbers of statements, has found a way in which a key can leak, whatever it looks like.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from random import Random
from typing import Any
from unittest.mock import patch
from uuid import UUID

import pytest
from django.core.cache import cache
from django.db import connection, transaction
from django.test import Client, TestCase
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from exams.models import Attempt, Choice, Question, Test
from exams.publishing import publish_test
from exams.releases import release_content
from tests.exams.factories import make_learner, make_test
from tests.url_patterns import every_route, path_of

pytestmark = pytest.mark.both_databases

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
TABLES = ("exams_release", "exams_attempt", "exams_answerchunk")


@dataclass
class Reply:
    """Everything that came back, and how many statements it took."""

    request: str
    status: int
    content: bytes
    n_statements: int


@dataclass
class Learner:
    """Somebody with the browser's tools open: asks for everything, keeps it all."""

    client: Client
    attempt: Attempt
    replies: list[Reply] = field(default_factory=list)

    def keep(self, request: str, send: Callable[[], Any]) -> Any:
        with CaptureQueriesContext(connection) as queries:
            response = send()
        body = b"".join(response) if response.streaming else response.content
        head = "".join(f"{k}: {v}\n" for k, v in sorted(response.items()))
        head += response.cookies.output()
        self.replies.append(
            Reply(request, response.status_code, head.encode() + body, len(queries))
        )
        return response

    def get(self, path: str) -> Any:
        return self.keep(f"GET {path}", lambda: self.client.get(path))

    def post(self, path: str, body: Any, **headers: str) -> Any:
        return self.keep(
            f"POST {path} {body}",
            lambda: self.client.post(
                path, body, content_type="application/json", headers=headers
            ),
        )

    @property
    def api(self) -> str:
        return f"/api/attempts/{self.attempt.pk}"

    def answer(self, question: int, choices: list[int], seq: int) -> None:
        token = self.get(self.api).json()["capability"]
        body = {"question": question, "choices": choices, "seq": seq, "seconds": 9}
        headers = {"X-Attempt-Capability": token}
        self.post(f"{self.api}/answers", body, **headers)

    def ask_for_everything(self) -> None:
        """Every address of the project, as far as this attempt has to do with it."""
        attempt = self.attempt
        values = {
            "pk": attempt.pk,
            "attempt_id": attempt.pk,
            "thread_id": attempt.pk,
            "release_id": attempt.release_id,
            "slug": attempt.test.certification.slug,
            "number": attempt.test.number,
            "index": 0,
            "setting": "theme",
            "key": "key",
            "token": "token",
            "uidb36": "1",
        }
        for route in every_route():
            # Passkeys and codes have challenges of their own, drawn by chance.
            if not route.startswith(("/admin/", "/account/")):
                self.get(path_of(route, values))
        self.get("/account/")
        self.get("/admin/")
        self.get(f"/attempts/{attempt.pk}/review/?show=right")
        self.get(f"/ask/new/?attempt={attempt.pk}&question=0")
        for length in (25, 50, 75):
            self.get(f"/api/releases/{attempt.release_id}/questions?length={length}")
            self.get(release_content(attempt.release_id).questions_url(length))


@contextmanager
def nothing_by_chance() -> Iterator[None]:
    """Let the clock stand still and every draw repeat, in both worlds alike."""
    draw = Random(7)
    with ExitStack() as stack:
        stack.enter_context(patch.object(timezone, "now", lambda: NOW))
        for name, value in {
            "time.time": NOW.timestamp,
            "django.utils.crypto.secrets.choice": draw.choice,
            "exams.snapshot.secrets.token_hex": lambda n=16: "the same order",
            "exams.services.start.new_seed": lambda: 123,
            "uuid.uuid4": lambda: UUID(int=draw.getrandbits(128), version=4),
        }.items():
            stack.enter_context(patch(name, value))
        yield


def restart_ids() -> None:
    """Give the rows of both worlds the same ids (SQLite does so by itself)."""
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(
                "SELECT setval(pg_get_serial_sequence(%s, 'id'), 700000)", [table]
            )


def swap_secrets(questions: list[Question]) -> None:
    """Make other choices right, as many as before, and tell everything differently."""
    for question in questions:
        choices = list(question.choices.all())
        right = [choice.is_correct for choice in choices]
        for choice, is_correct in zip(choices, right[1:] + right[:1], strict=True):
            choice.is_correct = is_correct
            choice.why += " And here is some more about it, at length."
        Choice.objects.bulk_update(choices, ["is_correct", "why"])
        question.explanation += "\n\nOne more paragraph."
        question.tip += " More."
        question.reference_title += ", second edition"
        question.reference_url += "/more"
    Question.objects.bulk_update(
        questions, ["explanation", "tip", "reference_title", "reference_url"]
    )


class TwoWorlds(TestCase):
    learner: User
    test: Test

    @classmethod
    def setUpTestData(cls) -> None:
        cls.learner = make_learner()
        cls.test = make_test(n_questions=50, published=False)
        make_test(number=Test.SAMPLES, n_questions=3)

    def setUp(self) -> None:
        # Asks the database at its first time only.
        self.client.get("/readyz")

    def live(
        self, mode: str, story: Callable[[Learner], None], *, other: list[int] | None
    ) -> list[Reply]:
        """Tell the story in the world in which the listed questions have other keys."""
        cache.clear()
        release_content.cache_clear()
        with nothing_by_chance(), transaction.atomic():
            restart_ids()
            places = self.test.places.order_by("position").select_related("question")
            questions = [place.question for place in places]
            swap_secrets([questions[number] for number in other or []])
            publish_test(test=self.test, now=NOW)
            client = Client()
            client.force_login(self.learner)
            self.test.refresh_from_db()
            body = {"test": self.test.pk, "mode": mode, "length": 25}
            made = client.post("/api/attempts", body, content_type="application/json")
            found = Attempt.objects.with_test().get(pk=made.json()["id"])
            someone = Learner(client, found)
            story(someone)
            transaction.set_rollback(True)
        return someone.replies

    def assert_same(self, ours: list[Reply], theirs: list[Reply]) -> None:
        for one, other in zip(ours, theirs, strict=True):
            # Where they part says more than two pages side by side.
            pairs = enumerate(zip(one.content, other.content, strict=False))
            at = next((n for n, (a, b) in pairs if a != b), 0)
            around = slice(max(at - 60, 0), at + 60)
            parting = (one.content[around], other.content[around])
            self.assertEqual(one, other, f"{one.request}: {parting}")


class ExamTests(TwoWorlds):
    def test_nothing_before_the_finish_depends_on_any_key(self) -> None:
        def story(learner: Learner) -> None:
            learner.ask_for_everything()
            # Each choice of the first questions, one after the other, then nonsense.
            for question in range(5):
                for choice in range(4):
                    learner.answer(question, [choice], seq=choice + 1)
            learner.answer(4, [1, 3], seq=9)
            learner.answer(4, [1, 3], seq=9)
            learner.answer(0, [0, 1], seq=10)
            learner.answer(0, [7], seq=11)
            learner.answer(30, [0], seq=12)
            every = [
                {"question": q, "choices": [q % 4], "seq": 20} for q in range(5, 25)
            ]
            learner.post(f"{learner.api}/sync", {"answers": every})
            flag = {"question": 3, "on": True, "seq": 21}
            place = {"place": 9, "seq": 22}
            learner.post(f"{learner.api}/sync", {"flags": [flag], "position": place})
            learner.post(f"{learner.api}/sync", {"answers": [{"question": 0}]})
            learner.post(f"{learner.api}/answers", {}, **{"X-Attempt-Capability": "x"})
            learner.ask_for_everything()
            learner.post(f"{learner.api}/finish", {"answers": every[:3]})
            self.n_before_the_finish = len(learner.replies)
            learner.get(f"{learner.api}/review")
            learner.get(f"/attempts/{learner.attempt.pk}/result/")

        ours = self.live("exam", story, other=None)
        theirs = self.live("exam", story, other=list(range(50)))
        end = self.n_before_the_finish
        self.assertGreater(end, 90)
        self.assert_same(ours[:end], theirs[:end])
        # And the worlds do differ: afterwards it can be seen.
        for one, other in zip(ours[end:], theirs[end:], strict=True):
            self.assertNotEqual(one.content, other.content)
            self.assertEqual(one.status, 200)


class PracticeTests(TwoWorlds):
    def story(self, learner: Learner) -> None:
        """Commit the questions in turn, looking at everything before each of them."""
        for question in range(25):
            if question % 6 == 0:
                learner.ask_for_everything()
            learner.answer(question, [question % 4], seq=1)
            learner.answer(question, [(question + 1) % 4], seq=2)

    def test_nothing_before_a_commit_depends_on_that_questions_key(self) -> None:
        ours = self.live("practice", self.story, other=None)
        for question in (0, 4, 13, 24):
            theirs = self.live("practice", self.story, other=[question])
            commit = self.commit_of(question, ours)
            self.assert_same(ours[:commit], theirs[:commit])
            with self.subTest(question=question):
                self.assertEqual(ours[commit].status, 200)
                self.assertNotEqual(ours[commit].content, theirs[commit].content)

    def test_a_commit_tells_nothing_of_the_questions_still_to_come(self) -> None:
        ours = self.live("practice", self.story, other=None)
        theirs = self.live("practice", self.story, other=list(range(12, 50)))
        commit = self.commit_of(12, ours)
        self.assertGreater(commit, 50)
        self.assert_same(ours[:commit], theirs[:commit])

    def commit_of(self, question: int, replies: list[Reply]) -> int:
        asked = re.compile(rf"POST \S+/answers {{'question': {question},")
        return next(n for n, one in enumerate(replies) if asked.match(one.request))
