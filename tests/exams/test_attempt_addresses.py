"""The addresses of attempts while they run, when they are over, and for odd ids.

tests/test_url_roles.py has a row for every address of the project; here are the rows
that depend on what the attempt is like, or on who holds its capability.
"""

from typing import Any

import pytest
from django.db import transaction
from django.test import Client, TestCase

from accounts.models import User
from exams import services
from exams.models import Attempt
from tests.exams.back_office import make_editor, make_superuser, signed_in
from tests.exams.factories import make_attempt, make_learner, make_test

pytestmark = pytest.mark.both_databases

ROLES = ("anonymous", "stranger", "owner", "staff", "editor", "superuser")

OWN = "302 404 200 404 404 404"
OWN_MOVES = "302 404 302 404 404 404"
NO_PAGE = "302 404 404 404 404 404"
OWN_DATA = "401 404 200 404 404 404"
OWN_CLOSED = "401 404 409 404 404 404"
NO_DATA = "401 404 404 404 404 404"
ODD_DATA = "401 422 422 422 422 422"
ANYBODY = "200 200 200 200 200 200"
NOBODY = "401 401 401 401 401 401"

OPEN, FINISHED, ABANDONED, UNKNOWN = "open", "finished", "abandoned", 987654321
# Larger than any id that the databases can hold.
HUGE = 10**30
ANSWER = {"question": 0, "choices": [0], "seq": 1}

# Which attempt, what of it, and who gets what; with a body it is a POST.
TABLE: list[tuple[str | int, str, str, dict[str, Any] | None]] = [
    (OPEN, "/attempts/{}/", OWN, None),
    (OPEN, "/attempts/{}/result/", OWN_MOVES, None),
    (OPEN, "/attempts/{}/review/", OWN_MOVES, None),
    (OPEN, "/attempts/{}/practise/", OWN_MOVES, None),
    (OPEN, "/api/attempts/{}", OWN_DATA, None),
    (OPEN, "/api/attempts/{}/review", OWN_CLOSED, None),
    (OPEN, "/api/attempts/{}/sync", OWN_DATA, {}),
    (OPEN, "/api/attempts/{}/finish", OWN_DATA, {}),
    # Without its capability nobody can answer, not even the owner's session.
    (OPEN, "/api/attempts/{}/answers", NOBODY, ANSWER),
    (FINISHED, "/attempts/{}/", OWN_MOVES, None),
    (FINISHED, "/attempts/{}/result/", OWN, None),
    (FINISHED, "/attempts/{}/review/", OWN, None),
    (FINISHED, "/attempts/{}/review/?show=what&page=-1", OWN, None),
    (FINISHED, "/attempts/{}/practise/", OWN, None),
    (FINISHED, "/api/attempts/{}", OWN_DATA, None),
    (FINISHED, "/api/attempts/{}/review", OWN_DATA, None),
    (FINISHED, "/api/attempts/{}/sync", OWN_CLOSED, {}),
    (FINISHED, "/api/attempts/{}/finish", OWN_DATA, {}),
    (ABANDONED, "/attempts/{}/", OWN_MOVES, None),
    (ABANDONED, "/attempts/{}/result/", OWN_MOVES, None),
    (ABANDONED, "/attempts/{}/review/", OWN_MOVES, None),
    (ABANDONED, "/attempts/{}/practise/", OWN_MOVES, None),
    (ABANDONED, "/api/attempts/{}", OWN_DATA, None),
    (ABANDONED, "/api/attempts/{}/review", OWN_CLOSED, None),
    (ABANDONED, "/api/attempts/{}/sync", OWN_CLOSED, {}),
    (ABANDONED, "/api/attempts/{}/finish", OWN_CLOSED, {}),
    *[
        (odd, f"/attempts/{{}}/{page}", NO_PAGE, None)
        for odd in (UNKNOWN, HUGE)
        for page in ("", "result/", "review/", "practise/")
    ],
    (UNKNOWN, "/api/attempts/{}", NO_DATA, None),
    (UNKNOWN, "/api/attempts/{}/review", NO_DATA, None),
    (UNKNOWN, "/api/attempts/{}/sync", NO_DATA, {}),
    (UNKNOWN, "/api/attempts/{}/finish", NO_DATA, {}),
    (HUGE, "/api/attempts/{}", ODD_DATA, None),
    (HUGE, "/api/attempts/{}/sync", ODD_DATA, {}),
    (HUGE, "/api/releases/{}/questions?length=25", ODD_DATA, None),
    (UNKNOWN, "/api/releases/{}/questions?length=25", NO_DATA, None),
]


class AttemptAddressTests(TestCase):
    people: dict[str, User | None]
    attempts: dict[str | int, Attempt]

    @classmethod
    def setUpTestData(cls) -> None:
        owner = make_learner()
        cls.people = {
            "anonymous": None,
            "stranger": make_learner(),
            "owner": owner,
            "staff": make_learner(is_staff=True),
            "editor": make_editor(),
            "superuser": make_superuser(),
        }
        cls.attempts = {
            state: make_attempt(owner, make_test(), mode="exam")
            for state in (OPEN, FINISHED, ABANDONED)
        }
        ended = cls.attempts[FINISHED]
        services.finish_attempt(attempt=ended, now=ended.started_at)
        old = cls.attempts[ABANDONED]
        services.start_attempt(
            learner=owner,
            test=old.test,
            mode="exam",
            length=25,
            now=old.started_at,
            restart=True,
        )

    def statuses(self, path: str, body: dict[str, Any] | None, **more: Any) -> str:
        """Ask as each of the roles, each time as if nobody had asked before."""
        found = []
        for role in ROLES:
            client = signed_in(self.people[role])
            with transaction.atomic():
                if body is None:
                    response = client.get(path, **more)
                else:
                    kind = "application/json"
                    response = client.post(path, body, content_type=kind, **more)
                found.append(str(response.status_code))
                transaction.set_rollback(True)
        return " ".join(found)

    def test_everybody_gets_what_the_table_says(self) -> None:
        for which, address, expected, body in TABLE:
            attempt = self.attempts.get(which)
            path = address.format(attempt.pk if attempt else which)
            with self.subTest(which=which, path=address):
                self.assertEqual(self.statuses(path, body), expected)

    def capability(self) -> str:
        client = Client()
        client.force_login(self.attempts[OPEN].learner)
        state = client.get(f"/api/attempts/{self.attempts[OPEN].pk}").json()
        token: str = state["capability"]
        return token

    def test_the_capability_answers_in_its_own_attempt_whoever_holds_it(self) -> None:
        headers = {"X-Attempt-Capability": self.capability()}
        for which, attempt in self.attempts.items():
            path = f"/api/attempts/{attempt.pk}/answers"
            expected = ANYBODY if which == OPEN else NOBODY
            with self.subTest(which=which):
                self.assertEqual(self.statuses(path, ANSWER, headers=headers), expected)

    def test_a_capability_does_nothing_but_answer(self) -> None:
        headers = {"X-Attempt-Capability": self.capability()}
        own = f"/api/attempts/{self.attempts[OPEN].pk}"
        bodies: dict[str, dict[str, Any] | None]
        bodies = {"": None, "/review": None, "/sync": {}, "/finish": {}}
        for what, body in bodies.items():
            path = f"{own}{what}"
            with self.subTest(path=path):
                got = self.statuses(path, body, headers=headers).split()
                self.assertEqual(got[:2], ["401", "404"])
