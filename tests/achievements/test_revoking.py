"""A wrong grant is revoked with a reason, on record; and given back as it was."""

import pytest
from django.utils import timezone

from achievements.models import Grant, Statistics
from achievements.services import settle_learner
from achievements.services.revoking import ReasonMissing, reinstate, revoke
from tests.achievements.factories import make_achievement, make_achiever, make_grant
from tests.achievements.verifying import Case, verify
from tests.exams.back_office import make_superuser
from tests.exams.factories import make_attempt
from tests.exams.racing import committed, race
from tests.exams.sitting import sit_and_finish

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def test_it_says_who_when_and_why() -> None:
    grant, staff, now = make_grant(make_achiever()), make_superuser(), timezone.now()
    assert revoke(grant=grant, by=staff, reason="  Two\naccounts. ", now=now)
    grant.refresh_from_db()
    assert (grant.revoked_at, grant.revoked_by) == (now, staff)
    assert grant.revoke_reason == "Two accounts."
    assert not Grant.objects.standing().exists()


@pytest.mark.parametrize("reason", ["", "   ", "\n"])
def test_nothing_is_taken_without_a_reason(reason: str) -> None:
    grant = make_grant(make_achiever())
    with pytest.raises(ReasonMissing):
        revoke(grant=grant, by=make_superuser(), reason=reason, now=timezone.now())
    assert Grant.objects.standing().exists()


def test_the_first_reason_stands() -> None:
    grant, staff, now = make_grant(make_achiever()), make_superuser(), timezone.now()
    assert revoke(grant=grant, by=staff, reason="First.", now=now)
    assert not revoke(grant=grant, by=make_superuser(), reason="Second.", now=now)
    grant.refresh_from_db()
    assert (grant.revoke_reason, grant.revoked_by) == ("First.", staff)


def test_it_comes_back_as_it_was() -> None:
    grant, staff, now = make_grant(make_achiever()), make_superuser(), timezone.now()
    before = Grant.objects.values().get()
    assert not reinstate(grant=grant)
    revoke(grant=grant, by=staff, reason="A mistake.", now=now)
    assert reinstate(grant=grant)
    assert Grant.objects.values().get() == before


def test_what_was_not_told_yet_is_not_told_while_it_is_revoked() -> None:
    learner = make_achiever()
    grant = make_grant(learner, is_told=False)
    make_grant(learner, is_told=False)
    revoke(grant=grant, by=make_superuser(), reason="Wrong.", now=timezone.now())
    assert Statistics.objects.get().n_untold == 1
    reinstate(grant=grant)
    assert Statistics.objects.get().n_untold == 2


def test_what_was_revoked_is_not_earned_again(case: Case) -> None:
    grant = case.own(Grant).get(achievement__title="Finisher")
    revoke(grant=grant, by=make_superuser(), reason="Wrong.", now=timezone.now())
    attempt = sit_and_finish(make_attempt(case.learner))
    settle_learner(case.learner.pk, now=timezone.now())
    assert case.own(Grant).filter(achievement=grant.achievement).count() == 1
    assert attempt.learner == case.learner
    assert verify()[1] == 0
    assert case.own(Grant).standing().filter(pk=grant.pk).count() == 0


@committed
def test_two_who_revoke_at_once_leave_one_reason() -> None:
    learner = make_achiever()
    grant = make_grant(learner, make_achievement(), is_told=False)
    staff, now = make_superuser(), timezone.now()
    done = race(
        [
            lambda: revoke(grant=grant, by=staff, reason="One.", now=now),
            lambda: revoke(grant=grant, by=staff, reason="Other.", now=now),
        ],
        behind=Statistics.objects.filter(pk=learner.pk),
    )
    assert sorted(done) == [False, True]
    assert Statistics.objects.get().n_untold == 0
