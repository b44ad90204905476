"""Nothing tells a key too early: every byte of every response is read.

The factories write secrets that nothing else contains (WHY-, EXPLANATION, TIP-,
REFERENCE-), so finding one in a response is finding a leak.
"""

import json
import re
from collections import Counter
from typing import Any
from unittest.mock import patch

import pytest
from django.http import HttpResponse
from django.test import Client, TestCase

from accounts.models import User
from exams.models import Attempt
from exams.ordering import question_order
from exams.releases import release_content
from exams.snapshot import freeze_all
from tests.exams.factories import (
    make_attempt,
    make_learner,
    make_test,
    right_choices,
    wrong_choice,
)

pytestmark = pytest.mark.both_databases

SECRET = re.compile(rb"WHY-|EXPLANATION|TIP-|REFERENCE-|example\.com/reference")
# Words that would mark one choice among the others, in HTML, JSON or a class name.
TELLING = re.compile(
    rb"is.?key|is.?right|is.?correct|\"correct|\"right\"|data-right|data-key", re.I
)
# What a right answer brings would tell that it is right.
REWARDING = re.compile(rb"\"xp\"|coins", re.I)


def bytes_of(response: HttpResponse) -> bytes:
    headers = "\n".join(f"{name}: {value}" for name, value in response.items())
    return headers.encode() + b"\n" + response.content


class Runner:
    """Takes an attempt over HTTP and keeps every byte that came back."""

    def __init__(self, learner: User, attempt: Attempt) -> None:
        self.attempt, self.api = attempt, f"/api/attempts/{attempt.pk}"
        self.client = Client()
        self.client.force_login(learner)
        self.seen: list[tuple[str, bytes]] = []

    def keep(self, what: str, response: Any) -> Any:
        self.seen.append((what, bytes_of(response)))
        return response

    def get(self, url: str) -> Any:
        return self.keep(f"GET {url}", self.client.get(url))

    def post(self, url: str, body: Any, **headers: str) -> Any:
        response = self.client.post(
            url, body, content_type="application/json", headers=headers
        )
        return self.keep(f"POST {url} {body}", response)

    def answer(self, question: int, choices: tuple[int, ...], seq: int = 1) -> Any:
        token = self.get(self.api).json()["capability"]
        body = {"question": question, "choices": list(choices), "seq": seq}
        headers = {"X-Attempt-Capability": token}
        return self.post(f"{self.api}/answers", body, **headers)

    def visit_everything(self) -> None:
        attempt = self.attempt
        certification = attempt.test.certification.get_absolute_url()
        page = attempt.get_absolute_url()
        for url in (
            "/",
            "/certifications/",
            certification,
            "/attempts/",
            page,
            *(f"{page}{name}/" for name in ("result", "review", "practise")),
            f"{page}review/?show=right",
            self.api,
            f"{self.api}/review",
            release_content(attempt.release_id).questions_url(25),
            "/api/openapi.json",
            "/account/",
        ):
            self.get(url)

    def everything(self) -> bytes:
        return b"\n".join(content for _, content in self.seen)

    def assert_nothing_told(self) -> None:
        for what, content in self.seen:
            found = SECRET.search(content)
            assert not found, f"{what} tells {found and found[0]!r}"


class ExamTests(TestCase):
    @classmethod
    def setUpTestData(cls) -> None:
        cls.learner = make_learner()
        cls.attempt = make_attempt(cls.learner, make_test(n_questions=50), mode="exam")

    def setUp(self) -> None:
        self.runner = Runner(self.learner, self.attempt)

    def test_a_whole_exam_tells_nothing_until_the_finish(self) -> None:
        runner = self.runner
        runner.visit_everything()
        for question in range(25):
            send = wrong_choice if question % 2 else right_choices
            runner.answer(question, send(self.attempt, question), seq=question + 1)
        runner.answer(0, wrong_choice(self.attempt, 0), seq=99)
        runner.answer(0, (7,), seq=100)
        runner.answer(99, (0,), seq=100)
        sync = {
            "answers": [{"question": 3, "choices": [0], "seq": 200}],
            "flags": [{"question": 3, "on": True, "seq": 201}],
            "position": {"place": 5, "seq": 202},
        }
        runner.post(f"{runner.api}/sync", sync)
        runner.post(f"{runner.api}/sync", {"answers": "what"})
        runner.visit_everything()
        runner.post(f"{runner.api}/finish", {})
        self.assertGreater(len(runner.seen), 70)
        runner.assert_nothing_told()
        for what, content in runner.seen:
            # The runner's page has the words for verdicts, the same for everybody.
            if "/api/" in what and "openapi" not in what:
                self.assertIsNone(TELLING.search(content), what)
                self.assertIsNone(REWARDING.search(content), what)
        # The same reading finds them afterwards, so it would have found them before.
        runner.visit_everything()
        self.assertRegex(runner.everything(), rb"WHY-")
        self.assertRegex(runner.everything(), rb"EXPLANATION")

    def test_a_right_answer_answers_like_a_wrong_one(self) -> None:
        replies = []
        for seq, choose in enumerate((right_choices, wrong_choice), start=1):
            response = self.runner.answer(0, choose(self.attempt, 0), seq=seq)
            content = response.json()
            answer = content.pop("answer")
            replies.append((content, sorted(answer), sorted(response.headers)))
            self.assertEqual(len(answer["choices"]), 1)
        self.assertEqual(replies[0], replies[1])

    def test_every_choice_has_the_same_shape(self) -> None:
        url = release_content(self.attempt.release_id).questions_url(25)
        for question in self.runner.get(url).json()["questions"]:
            self.assertEqual(set(question), {"kind", "choose", "stem", "choices"})
            self.assertEqual({type(choice) for choice in question["choices"]}, {str})

    def test_the_state_has_no_room_for_a_key(self) -> None:
        state = self.runner.get(self.runner.api).json()
        self.assertEqual(state["verdicts"], {})
        self.assertNotIn("seed", json.dumps(state))


class PracticeTests(TestCase):
    def test_only_what_was_committed_is_told(self) -> None:
        learner = make_learner()
        attempt = make_attempt(learner, make_test())
        runner = Runner(learner, attempt)
        keys = release_content(attempt.release_id).keys
        told: set[int] = set()
        order = question_order(seed=attempt.seed, length=25)
        runner.visit_everything()
        for question in order[:8]:
            self.assert_tells_only(runner, keys, told)
            runner.seen.clear()
            told.add(question)
            runner.answer(question, wrong_choice(attempt, question))
            runner.visit_everything()
        self.assert_tells_only(runner, keys, told)
        everything = runner.everything().decode()
        self.assertIn(keys[order[0]].tip, everything)

    def assert_tells_only(self, runner: Runner, keys: Any, told: set[int]) -> None:
        everything = runner.everything().decode()
        for number, key in enumerate(keys):
            if number in told:
                continue
            for secret in (key.tip, key.reference["title"], key.explanation):
                # The number behind the last word ends it: TIP-1 is no TIP-12.
                bare = re.sub(r"<[^>]+>", "", secret)
                pattern = re.escape(bare) + r"(?!\d)"
                self.assertIsNone(re.search(pattern, everything), bare)


def test_the_frozen_order_says_nothing_about_the_key(db: None) -> None:
    """An editor who always writes the right choice first gives nothing away."""
    test = make_test(n_questions=25, published=False)
    questions = list(
        test.questions.prefetch_related("choices").select_related("domain")
    )
    singles = [one for one in questions if one.kind == "single"]
    places: Counter[int] = Counter()
    for number in range(40):
        with patch("exams.snapshot.secrets.token_hex", return_value=f"fixed-{number}"):
            _, keys = freeze_all(singles)
        places.update(key["right"][0] for key in keys)
    expected = 40 * len(singles) / 4
    # Chi-square with three degrees of freedom: 16.3 is exceeded once in a thousand.
    assert sum((places[n] - expected) ** 2 / expected for n in range(4)) < 16.3
