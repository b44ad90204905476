"""The API against its own document: no 5xx, nothing that the document does not say."""

from collections.abc import Iterator
from functools import cache
from typing import Any
from unittest.mock import patch

import pytest
import schemathesis
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.test import Client
from hypothesis import HealthCheck, Phase
from hypothesis import settings as examples
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from testprep.api import api
from tests.exams.factories import make_attempt, make_learner, make_test
from tests.support.factories import make_thread

# Committed: each request ends with closing its connection, as in production.
pytestmark = pytest.mark.django_db(transaction=True)


@cache
def handler() -> WSGIHandler:
    return WSGIHandler()


def application(environ: Any, start_response: Any) -> Any:
    """The whole product in this process, made when the first test runs."""
    return handler()(environ, start_response)


schema = schemathesis.openapi.from_dict(api.get_openapi_schema())
schema.app = application


@pytest.fixture
def learner_session() -> Iterator[dict[str, Any]]:
    """A signed-in learner with a running exam and a thread: what requests need."""
    learner = make_learner()
    test = make_test()
    attempt = make_attempt(learner, test, mode="exam")
    client = Client()
    client.force_login(learner)
    token = client.get(f"/api/attempts/{attempt.pk}").json()["capability"]
    with (
        patch("exams.api.limits.PER_LEARNER", "1000000/m"),
        patch("support.api.NEW_THREADS", ("test", "1000000/m")),
        patch("support.api.MESSAGES", ("test", "1000000/m")),
    ):
        yield {
            "session": client.cookies[settings.SESSION_COOKIE_NAME].value,
            "capability": token,
            "attempt": attempt.pk,
            "test": test.pk,
            "release": attempt.release_id,
            "thread": make_thread(learner).pk,
        }


def aimed(case: Any, facts: dict[str, Any]) -> None:
    """Point half of the cases at rows that exist, so that they get past the 404."""
    case.cookies[settings.SESSION_COOKIE_NAME] = facts["session"]
    case.cookies[settings.CSRF_COOKIE_NAME] = "x" * 32
    case.headers["X-CSRFToken"] = "x" * 32
    parameters = case.path_parameters
    if isinstance(parameters.get("attempt_id"), int):
        parameters["attempt_id"] = facts["attempt"]
        case.headers["X-Attempt-Capability"] = facts["capability"]
    if isinstance(parameters.get("thread_id"), int):
        parameters["thread_id"] = facts["thread"]
    if isinstance(parameters.get("release_id"), int):
        parameters["release_id"] = facts["release"]


# Not "valid data is accepted": that a choice exists is no matter of the document.
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
# The in-process transport does not unpack.
PLAIN = {"Accept-Encoding": "identity"}
EXAMPLES = examples(
    max_examples=40,
    deadline=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@schema.parametrize()
@EXAMPLES
def test_a_signed_in_learner_meets_only_what_is_documented(
    case: Any, learner_session: dict[str, Any]
) -> None:
    aimed(case, learner_session)
    case.call_and_validate(headers=PLAIN, checks=CHECKS)


@schema.parametrize()
@EXAMPLES
def test_a_stranger_meets_only_what_is_documented(case: Any) -> None:
    case.call_and_validate(headers=PLAIN, checks=CHECKS)
