"""Accounts that are closed leave the leaderboards, and come back when opened again."""

import pytest
from django.test import TestCase
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from achievements.models import Profile, Standing
from achievements.services import settle_learner
from tests.exams.back_office import form_data, make_superuser, signed_in
from tests.exams.factories import make_attempt
from tests.exams.sitting import sit_and_finish

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def make_ranked() -> User:
    attempt = sit_and_finish(make_attempt())
    settle_learner(attempt.learner_id, now=timezone.now())
    return attempt.learner


def switch(learner: User, *, is_open: bool) -> None:
    """Close or open the account as staff do."""
    client = signed_in(make_superuser())
    url = reverse("admin:accounts_user_change", args=[learner.pk])
    data = form_data(client.get(url))
    data.pop("is_active", None)
    data |= {"is_active": "on"} if is_open else {}
    with TestCase.captureOnCommitCallbacks(execute=True):
        assert client.post(url, data).status_code == 302
    learner.refresh_from_db()
    assert learner.is_active == is_open


def shown(learner: User) -> set[bool]:
    standings = Standing.objects.filter(learner=learner)
    return set(standings.values_list("is_shown", flat=True))


def test_a_closed_account_is_not_on_the_leaderboards_until_it_is_open_again() -> None:
    learner = make_ranked()
    assert shown(learner) == {True}
    switch(learner, is_open=False)
    assert shown(learner) == {False}
    switch(learner, is_open=True)
    assert shown(learner) == {True}


def test_opening_shows_nobody_who_does_not_want_to_be_seen() -> None:
    learner = make_ranked()
    Profile.objects.create(learner=learner, on_leaderboard=False)
    switch(learner, is_open=False)
    switch(learner, is_open=True)
    assert shown(learner) == {False}
