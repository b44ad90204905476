"""A capability ends with the access it came from, whoever ends that."""

from typing import Any

import pytest
from allauth.usersessions.models import UserSession
from django.test import Client
from django.urls import reverse

from accounts.models import User
from exams.models import Attempt
from tests.accounts.people import make_person, prove, sign_in
from tests.exams.back_office import form_data, make_superuser, signed_in
from tests.exams.factories import make_attempt, make_test

pytestmark = pytest.mark.django_db


@pytest.fixture
def learner() -> User:
    return make_person()


@pytest.fixture
def attempt(learner: User) -> Attempt:
    return make_attempt(learner, make_test())


def capability_in(client: Client, attempt: Attempt) -> str:
    token: str = client.get(f"/api/attempts/{attempt.pk}").json()["capability"]
    return token


def answer(attempt: Attempt, token: str) -> Any:
    return Client().post(
        f"/api/attempts/{attempt.pk}/answers",
        {"question": 0, "choices": [0], "seq": 1},
        content_type="application/json",
        headers={"X-Attempt-Capability": token},
    )


def test_ending_the_sessions_on_other_devices(learner: User, attempt: Attempt) -> None:
    lost, here = sign_in(learner), sign_in(learner)
    token = capability_in(lost, attempt)
    prove(here)
    here.post(reverse("usersessions_list"))
    assert UserSession.objects.filter(user=learner).count() == 1
    assert answer(attempt, token).status_code == 401
    assert answer(attempt, capability_in(here, attempt)).status_code == 200


def change(learner: User, **fields: Any) -> None:
    staff = signed_in(make_superuser())
    page = reverse("admin:accounts_user_change", args=[learner.pk])
    data = form_data(staff.get(page)) | fields
    data = {name: value for name, value in data.items() if value is not None}
    assert staff.post(page, data).status_code == 302


def test_closing_the_account(learner: User, attempt: Attempt) -> None:
    client = sign_in(learner)
    token = capability_in(client, attempt)
    change(learner, is_active=None)
    assert answer(attempt, token).status_code == 401
    assert client.get(f"/api/attempts/{attempt.pk}").status_code == 401


def test_other_changes_leave_it_alone(learner: User, attempt: Attempt) -> None:
    token = capability_in(sign_in(learner), attempt)
    change(learner, extra_time=150)
    assert answer(attempt, token).status_code == 200
