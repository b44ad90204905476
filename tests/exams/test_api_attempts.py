"""The API through HTTP: what the runner sends, and what it gets."""

import json
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import pytest
from django.test import Client, TestCase
from django.utils import timezone

from exams import services
from exams.api.limits import QUIET_PER_MINUTE, QuietCounter
from exams.api.schemas import AnswerResult
from exams.models import Attempt, Test
from exams.releases import release_content
from tests.exams.factories import (
    make_attempt,
    make_learner,
    make_test,
    overdue,
    right_choices,
    wrong_choice,
)

pytestmark = pytest.mark.both_databases


class ApiTestCase(TestCase):
    mode = "practice"

    @classmethod
    def setUpTestData(cls) -> None:
        cls.learner = make_learner()
        cls.attempt = make_attempt(
            cls.learner, make_test(n_questions=50), mode=cls.mode
        )

    def setUp(self) -> None:
        self.client.force_login(self.learner)

    def state(self) -> dict[str, Any]:
        return self.client.get(f"/api/attempts/{self.attempt.pk}").json()

    def answer(
        self, token: str | None = None, client: Client | None = None, **body: Any
    ) -> Any:
        """Send an answer as the runner does: without cookies."""
        token = self.state()["capability"] if token is None else token
        return (client or Client()).post(
            f"/api/attempts/{self.attempt.pk}/answers",
            {"seq": 1, **body},
            content_type="application/json",
            headers={"X-Attempt-Capability": token},
        )

    def post(self, what: str, body: dict[str, Any]) -> Any:
        return self.client.post(
            f"/api/attempts/{self.attempt.pk}/{what}",
            body,
            content_type="application/json",
        )


class PracticeTests(ApiTestCase):
    def test_the_state_has_all_that_the_runner_needs(self) -> None:
        state = self.state()
        self.assertEqual(state["state"], "open")
        self.assertEqual(sorted(state["order"]), list(range(25)))
        self.assertEqual([len(lines) for lines in state["choice_order"]], [4] * 25)
        self.assertIsNone(state["deadline"])
        self.assertEqual(state["verdicts"], {})

    def test_a_right_answer_gets_its_verdict(self) -> None:
        key = right_choices(self.attempt, 3)
        response = self.answer(question=3, choices=key)
        self.assertEqual(response.status_code, 200)
        content = response.json()
        self.assertEqual(content["outcome"], "saved")
        self.assertTrue(content["verdict"]["right"])
        self.assertEqual(content["verdict"]["key"], list(key))
        self.assertIn("EXPLANATION", content["verdict"]["explanation"])

    def test_what_is_put_together_by_hand_is_what_the_document_says(self) -> None:
        for question, choose in ((3, right_choices), (4, wrong_choice)):
            content = self.answer(
                question=question, choices=choose(self.attempt, question)
            ).json()
            documented = AnswerResult.model_validate(content)
            self.assertEqual(documented.model_dump(), content)
            self.assertEqual(content["reward"] is None, choose is wrong_choice)

    def test_the_state_says_where_the_learner_stands(self) -> None:
        self.answer(question=3, choices=right_choices(self.attempt, 3))
        self.answer(question=4, choices=wrong_choice(self.attempt, 4))
        state = self.state()
        self.assertEqual(list(state["rewards"]), ["3"])
        self.assertEqual(state["standing"]["xp"], state["rewards"]["3"]["xp"])

    def test_another_choice_afterwards_gets_the_committed_one(self) -> None:
        wrong = wrong_choice(self.attempt, 3)
        self.answer(question=3, choices=wrong)
        content = self.answer(
            question=3, choices=right_choices(self.attempt, 3), seq=2
        ).json()
        self.assertEqual(content["outcome"], "superseded")
        self.assertEqual(content["answer"]["choices"], list(wrong))
        self.assertFalse(content["verdict"]["right"])

    def test_another_device_sees_answers_verdicts_flags_and_position(self) -> None:
        self.answer(question=3, choices=[1], seq=5)
        body = {
            "flags": [{"question": 7, "on": True, "seq": 6}],
            "position": {"place": 9, "seq": 7},
        }
        self.assertEqual(self.post("sync", body).status_code, 200)
        state = self.state()
        self.assertEqual(state["answers"], {"3": {"choices": [1], "seq": 5}})
        self.assertEqual(list(state["verdicts"]), ["3"])
        self.assertEqual(state["flags"], {"7": {"on": True, "seq": 6}})
        self.assertEqual((state["position"], state["last_seq"]), (9, 7))

    def test_the_answer_path_opens_no_session(self) -> None:
        response = self.answer(question=3, choices=[1])
        self.assertNotIn("Set-Cookie", response.headers)
        self.assertNotIn("Vary", response.headers)
        self.assertEqual(response.headers["X-Content-Type-Options"], "nosniff")
        self.assertEqual(response.headers["Cache-Control"], "no-store")

    def test_the_body_of_an_answer_stays_below_300_bytes(self) -> None:
        longest = {
            "question": 99,
            "choices": list(range(8)),
            "seq": 2**53 - 1,
            "seconds": 86_400,
        }
        self.assertLess(len(json.dumps(longest)), 300)

    def test_finishing_flushes_what_waited_and_answers_the_same_twice(self) -> None:
        waiting = [
            {"question": q, "choices": list(right_choices(self.attempt, q)), "seq": 1}
            for q in range(5)
        ]
        first = self.post("finish", {"answers": waiting})
        second = self.post("finish", {})
        self.assertEqual(first.json(), second.json())
        self.assertEqual(first.json()["state"], "finished")
        self.attempt.refresh_from_db()
        self.assertEqual(self.attempt.n_right, 5)

    def test_the_review_comes_only_after_the_finish(self) -> None:
        url = f"/api/attempts/{self.attempt.pk}/review"
        self.assertEqual(self.client.get(url).status_code, 409)
        self.post("finish", {})
        review = self.client.get(url).json()
        self.assertEqual(review["counts"]["all"], 25)
        self.assertEqual(len(review["items"]), 25)

    def test_starting_again_returns_the_running_attempt(self) -> None:
        body = {"test": self.attempt.test_id, "mode": "exam", "length": 50}
        again = self.client.post("/api/attempts", body, content_type="application/json")
        self.assertEqual(again.status_code, 200)
        self.assertEqual(again.json()["id"], self.attempt.pk)
        fresh = self.client.post(
            "/api/attempts", body | {"restart": True}, content_type="application/json"
        )
        self.assertEqual(fresh.status_code, 201)
        self.assertNotEqual(fresh.json()["id"], self.attempt.pk)


class ExamTests(ApiTestCase):
    mode = "exam"

    def test_an_answer_gets_no_verdict(self) -> None:
        content = self.answer(question=3, choices=[1]).json()
        self.assertEqual(content["outcome"], "saved")
        self.assertIsNone(content["verdict"])
        self.assertIsNone(content["reward"])
        state = self.state()
        self.assertEqual((state["verdicts"], state["rewards"]), ({}, {}))
        self.assertIsNone(state["standing"])

    def test_the_state_past_the_deadline_is_finished(self) -> None:
        with patch.object(timezone, "now", lambda: overdue(self.attempt)):
            state = self.state()
        self.assertEqual(state["state"], "finished")
        self.assertIsNone(state["capability"])

    def test_a_closed_attempt_says_so(self) -> None:
        token = self.state()["capability"]
        services.finish_attempt(attempt=self.attempt, now=timezone.now())
        response = self.answer(token, question=3, choices=[1])
        self.assertEqual(response.status_code, 409)
        self.assertEqual(response.json()["code"], "attempt_closed")
        self.assertEqual(response.json()["state"], "finished")
        response = self.post("sync", {"flags": [{"question": 1, "on": True, "seq": 1}]})
        self.assertEqual(response.status_code, 409)
        self.assertEqual(response.json()["state"], "finished")

    def test_an_abandoned_attempt_cannot_be_finished(self) -> None:
        services.start_attempt(
            learner=self.learner,
            test=self.attempt.test,
            mode="exam",
            length=25,
            now=timezone.now(),
            restart=True,
        )
        response = self.post("finish", {})
        self.assertEqual(response.status_code, 409)
        self.assertEqual(response.json()["state"], "abandoned")


class RefusalTests(ApiTestCase):
    def test_what_another_learner_owns_is_not_found(self) -> None:
        self.client.force_login(make_learner())
        pk = self.attempt.pk
        for method, url, body in [
            ("get", f"/api/attempts/{pk}", None),
            ("post", f"/api/attempts/{pk}/sync", {}),
            ("post", f"/api/attempts/{pk}/finish", {}),
            ("get", f"/api/attempts/{pk}/review", None),
        ]:
            with self.subTest(url=url):
                call = getattr(self.client, method)
                response = call(url, body, content_type="application/json")
                self.assertEqual(response.status_code, 404)
                self.assertEqual(response.json()["code"], "not_found")

    def test_a_capability_is_for_its_own_attempt_only(self) -> None:
        other = make_attempt(make_learner())
        token = self.state()["capability"]
        response = Client().post(
            f"/api/attempts/{other.pk}/answers",
            {"question": 0, "choices": [0], "seq": 1},
            content_type="application/json",
            headers={"X-Attempt-Capability": token},
        )
        self.assertEqual(response.status_code, 401)
        self.assertEqual(response.json()["code"], "capability_invalid")

    def test_a_forged_or_missing_capability_is_refused(self) -> None:
        token = self.state()["capability"]
        for forged in ("", "x", token[:-1], token + "x", token.replace(":", ".", 1)):
            with self.subTest(forged=forged):
                response = self.answer(forged, question=0, choices=[0])
                self.assertEqual(response.status_code, 401)
        response = self.client.post(
            f"/api/attempts/{self.attempt.pk}/answers",
            {"question": 0, "choices": [0], "seq": 1},
            content_type="application/json",
        )
        self.assertEqual(response.status_code, 401)

    def test_signing_out_ends_the_capability_at_once(self) -> None:
        token = self.state()["capability"]
        self.client.post("/account/logout/")
        response = self.answer(token, question=0, choices=[0])
        self.assertEqual(response.status_code, 401)
        self.assertEqual(response.json()["code"], "capability_expired")

    def test_bad_input_says_what_was_expected_and_changes_nothing(self) -> None:
        for body, words in [
            ({"question": 25, "choices": [0]}, "from 0 to 24"),
            ({"question": -1, "choices": [0]}, "greater than or equal to 0"),
            ({"question": "3", "choices": [0]}, "valid integer"),
            ({"question": 3, "choices": [9]}, "less than 8"),
            ({"question": 3, "choices": [5]}, "from 0 to 3"),
            ({"question": 3, "choices": []}, "Choose something"),
            ({"question": 3, "choices": [0, 1]}, "Choose 1 at most"),
            ({"question": 3, "choices": [0], "seq": 0}, "seq"),
            ({"question": 3, "choices": [0], "seq": 2**53}, "seq"),
            ({"question": 3, "choices": [0], "score": 100}, "Extra inputs"),
            ({"question": True, "choices": [0]}, "valid integer"),
            ({"choices": [0]}, "Field required"),
        ]:
            with self.subTest(body=body):
                response = self.answer(**body)
                self.assertEqual(response.status_code, 422, response.content)
                self.assertEqual(response.json()["code"], "invalid_request")
                self.assertIn(words, response.json()["message"])
        self.assertFalse(any(c.answers for c in self.attempt.chunks.all()))

    def test_what_is_not_json_is_refused(self) -> None:
        response = Client().post(
            f"/api/attempts/{self.attempt.pk}/answers",
            b"{not json",
            content_type="application/json",
            headers={"X-Attempt-Capability": self.state()["capability"]},
        )
        self.assertEqual(response.status_code, 400)
        self.assertEqual(response.json()["code"], "not_json")

    def test_too_much_is_refused(self) -> None:
        response = Client().post(
            f"/api/attempts/{self.attempt.pk}/answers",
            b" " * (1024 * 1024 + 1),
            content_type="application/json",
            headers={"X-Attempt-Capability": self.state()["capability"]},
        )
        self.assertEqual(response.status_code, 413)
        self.assertEqual(response.json()["code"], "too_big")

    def test_changes_through_the_session_need_the_csrf_token(self) -> None:
        strict = Client(enforce_csrf_checks=True)
        strict.force_login(self.learner)
        response = strict.post(
            f"/api/attempts/{self.attempt.pk}/finish",
            {},
            content_type="application/json",
        )
        self.assertEqual(response.status_code, 403)
        self.assertEqual(response.json()["code"], "forbidden")

    def test_without_a_session_there_is_nothing(self) -> None:
        response = Client().get(f"/api/attempts/{self.attempt.pk}")
        self.assertEqual(response.status_code, 401)
        self.assertEqual(response.json()["code"], "not_signed_in")

    def test_a_flood_is_told_to_wait_and_a_neighbour_is_not(self) -> None:
        # One window: both limiters' clocks stand still.
        clock = SimpleNamespace(time=lambda: 1_800_000_000.0, monotonic=lambda: 60.0)
        token = self.state()["capability"]
        client = Client()
        with (
            patch("django_ratelimit.core.time", clock),
            patch("exams.api.limits.time", clock),
            patch("exams.api.limits._quiet", QuietCounter()),
        ):
            answers = [
                self.answer(token, client, question=0, choices=[0])
                for _ in range(QUIET_PER_MINUTE + 301)
            ]
        self.assertEqual({one.status_code for one in answers[:-1]}, {200})
        last = answers[-1]
        self.assertEqual(last.status_code, 429)
        self.assertEqual(last.json()["code"], "too_fast")
        self.assertGreater(int(last.headers["Retry-After"]), 0)
        neighbour = make_learner()
        attempt = make_attempt(neighbour, self.attempt.test)
        self.client.force_login(neighbour)
        response = self.client.get(f"/api/attempts/{attempt.pk}")
        self.assertEqual(response.status_code, 200)


class PayloadTests(ApiTestCase):
    def test_it_is_the_beginning_of_the_longer_one_and_kept_for_good(self) -> None:
        content = release_content(self.attempt.release_id)
        short, long = (
            self.client.get(content.questions_url(length)) for length in (25, 50)
        )
        self.assertEqual(short.json()["questions"], long.json()["questions"][:25])
        self.assertIn("immutable", short.headers["Cache-Control"])
        self.assertIn("private", short.headers["Cache-Control"])

    def test_it_holds_no_key(self) -> None:
        release = self.attempt.release_id
        text = self.client.get(
            f"/api/releases/{release}/questions?length=50"
        ).content.decode()
        for secret in ("WHY", "EXPLANATION", "TIP", "REFERENCE", "right", "correct"):
            self.assertNotIn(secret, text)

    def test_other_lengths_and_releases_do_not_exist(self) -> None:
        release = self.attempt.release_id
        for url, status in [
            (f"/api/releases/{release}/questions?length=75", 404),
            (f"/api/releases/{release}/questions?length=30", 422),
            (f"/api/releases/{release}/questions", 422),
            ("/api/releases/999999/questions?length=25", 404),
            ("/api/releases/0/questions?length=25", 422),
        ]:
            with self.subTest(url=url):
                self.assertEqual(self.client.get(url).status_code, status)

    def test_withdrawn_releases_are_for_those_who_sat_them(self) -> None:
        test = self.attempt.test
        Test.objects.filter(pk=test.pk).update(current_release=None)
        url = f"/api/releases/{self.attempt.release_id}/questions?length=25"
        self.assertEqual(self.client.get(url).status_code, 200)
        self.client.force_login(make_learner())
        self.assertEqual(self.client.get(url).status_code, 404)

    def test_the_samples_are_no_payload(self) -> None:
        samples = make_test(number=Test.SAMPLES)
        url = f"/api/releases/{samples.current_release_id}/questions?length=25"
        self.assertEqual(self.client.get(url).status_code, 404)


class ShapeTests(ApiTestCase):
    """Below /api/ every refusal is JSON with a code, whoever refuses."""

    def test_unknown_addresses_and_wrong_methods(self) -> None:
        for method, url, status, code in [
            ("get", "/api/nothing/here", 404, "not_found"),
            ("get", "/api/attempts", 405, "wrong_method"),
            ("delete", f"/api/attempts/{self.attempt.pk}", 405, "wrong_method"),
        ]:
            with self.subTest(url=url):
                response = getattr(self.client, method)(url)
                self.assertEqual(response.status_code, status)
                self.assertEqual(response.json()["code"], code)

    def test_a_defect_of_ours(self) -> None:
        self.client.raise_request_exception = False
        with (
            patch("exams.api.attempts.attempt_state", side_effect=ValueError("boom")),
            self.assertLogs("django.request", level="ERROR"),
        ):
            response = self.client.get(f"/api/attempts/{self.attempt.pk}")
        self.assertEqual(response.status_code, 500)
        self.assertEqual(response.json()["code"], "internal")
        self.assertNotIn("boom", response.content.decode())


def test_the_api_has_its_documentation(client: Client) -> None:
    assert client.get("/api/docs").status_code == 200
    document = client.get("/api/openapi.json").json()
    assert "/api/attempts/{attempt_id}/answers" in document["paths"]


def test_attempts_have_one_type_of_id(db: None) -> None:
    attempt = make_attempt()
    Attempt.objects.get(pk=attempt.pk)
    assert isinstance(attempt.pk, int)
