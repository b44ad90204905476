"""The rewards in the back office: every list and page, and who may see it."""

from typing import Any

import pytest
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from achievements.models import Achievement, Backfill, Grant, XpEntry
from achievements.services import settle_learner
from tests.exams.back_office import (
    form_data,
    make_agent,
    make_editor,
    make_onlooker,
    make_superuser,
    signed_in,
)
from tests.exams.factories import make_attempt
from tests.exams.sitting import sit_and_finish

pytestmark = pytest.mark.django_db

LISTS = {
    #                superuser editor agent
    "achievement": (200, 403, 403),
    "grant": (200, 403, 403),
    "statistics": (200, 403, 403),
    "xpentry": (200, 403, 403),
    "coinentry": (200, 403, 403),
    "backfill": (200, 403, 403),
}
REVOKE = {"revoke": (200, 403, 403), "reinstate": (200, 403, 403)}


@pytest.fixture
def learner() -> User:
    """Somebody who finished a perfect attempt, and what staff see of it."""
    call_command("load_achievements", verbosity=0)
    attempt = sit_and_finish(make_attempt())
    settle_learner(attempt.learner_id, now=timezone.now())
    rookie = Achievement.objects.get(title="Test Rookie")
    now = timezone.now()
    Backfill.objects.create(
        achievement=rookie,
        state="running",
        n_learners=4,
        n_done=1,
        requested_at=now,
        moved_at=now,
    )
    return attempt.learner


def grant_of(learner: User) -> Grant:
    return Grant.objects.get(learner=learner, achievement__title="Test Rookie")


def address(name: str, *args: int) -> str:
    return reverse(f"admin:achievements_{name}", args=args)


def people() -> tuple[User, User, User]:
    return make_superuser(), make_editor(), make_agent()


@pytest.mark.parametrize("model", LISTS)
def test_lists_and_rows_are_for_those_whose_work_they_are(
    learner: User, model: str
) -> None:
    row = {
        "achievement": lambda: Achievement.objects.get(title="Test Rookie"),
        "grant": lambda: grant_of(learner),
        "statistics": lambda: learner.statistics,
        "xpentry": lambda: XpEntry.objects.filter(learner=learner)[0],
        "coinentry": lambda: learner_coins(learner),
        "backfill": lambda: Backfill.objects.order_by("pk")[0],
    }[model]()
    for user, expected in zip(people(), LISTS[model], strict=True):
        client = signed_in(user)
        for url in (
            address(f"{model}_changelist"),
            address(f"{model}_change", row.pk),
        ):
            assert client.get(url).status_code == expected, (user, url)


def learner_coins(learner: User) -> Any:
    from achievements.models import CoinEntry

    return CoinEntry.objects.filter(learner=learner)[0]


@pytest.mark.parametrize("model", [name for name in LISTS if name != "achievement"])
def test_what_follows_from_facts_is_only_looked_at(learner: User, model: str) -> None:
    client = signed_in(make_superuser())
    assert client.get(address(f"{model}_add")).status_code == 403
    assert client.post(address(f"{model}_add"), {}).status_code == 403


@pytest.mark.parametrize("page", REVOKE)
def test_revoking_is_not_for_agents(learner: User, page: str) -> None:
    url = address(f"grant_{page}_page", grant_of(learner).pk)
    for user, expected in zip(people(), REVOKE[page], strict=True):
        assert signed_in(user).get(url).status_code == expected
        if expected == 403:
            assert signed_in(user).post(url, {"reason": "x"}).status_code == 403
    assert grant_of(learner).revoked_at is None


def test_a_grant_is_revoked_with_a_reason_and_reinstated(learner: User) -> None:
    staff = make_superuser()
    client, grant = signed_in(staff), grant_of(learner)
    url = address("grant_revoke_page", grant.pk)
    assert "Say why" in client.post(url, {"reason": " "}).content.decode()
    assert grant_of(learner).revoked_at is None
    client.post(url, {"reason": "Two accounts, one person."})
    revoked = grant_of(learner)
    assert revoked.revoked_by == staff
    assert revoked.revoke_reason == "Two accounts, one person."
    page = client.get(address("grant_change", grant.pk)).content.decode()
    assert "Two accounts, one person." in page
    client.post(address("grant_reinstate_page", grant.pk))
    assert grant_of(learner).revoked_at is None


def test_a_grant_shows_why_it_was_given(learner: User) -> None:
    page = signed_in(make_onlooker()).get(address("grant_change", grant_of(learner).pk))
    text = page.content.decode()
    assert "Threshold" in text
    assert reverse("admin:exams_attempt_change", args=[grant_of(learner).attempt_id])


def test_lists_cost_the_same_however_many_rows_there_are(
    learner: User, django_assert_max_num_queries: Any
) -> None:
    client = signed_in(make_superuser())
    for model in LISTS:
        # Session, user, filters, rows, and unfold's own; never one per row.
        with django_assert_max_num_queries(10):
            assert client.get(address(f"{model}_changelist")).status_code == 200


# --- achievements ---------------------------------------------------------------------


def saved(achievement: Achievement, **changes: Any) -> Any:
    """Save the achievement's page with changes, as a browser would."""
    client = signed_in(make_superuser())
    url = address("achievement_change", achievement.pk)
    data = form_data(client.get(url)) | changes
    return client.post(url, data)


def test_a_changed_threshold_is_looked_up_for_everybody(
    learner: User, django_capture_on_commit_callbacks: Any
) -> None:
    bronze = Achievement.objects.get(title="Bronze Grinder")
    with django_capture_on_commit_callbacks(execute=True):
        assert saved(bronze, threshold="1").status_code == 302
    found = bronze.backfills.get()
    assert (found.state, found.n_granted) == (Backfill.State.DONE, 1)
    grant = Grant.objects.get(learner=learner, achievement=bronze)
    assert grant.told_at is not None
    assert grant.earned_at == grant_of(learner).earned_at


def test_a_changed_title_looks_at_nobody(learner: User) -> None:
    bronze = Achievement.objects.get(title="Bronze Grinder")
    assert saved(bronze, title="Bronze Runner").status_code == 302
    assert not bronze.backfills.exists()


def test_numbers_that_the_rule_does_not_take_are_refused(learner: User) -> None:
    bronze = Achievement.objects.get(title="Bronze Grinder")
    response = saved(bronze, parameters='{"nonsense": 1}')
    assert response.status_code == 200
    assert "no parameter of this rule" in response.content.decode()
    bronze.refresh_from_db()
    assert bronze.parameters == {}


def test_deactivating_takes_nothing_away(learner: User) -> None:
    rookie = Achievement.objects.get(title="Test Rookie")
    client = signed_in(make_superuser())
    data = {"action": "deactivate", "_selected_action": [rookie.pk]}
    client.post(address("achievement_changelist"), data)
    rookie.refresh_from_db()
    assert not rookie.is_active
    assert rookie.backfills.get().state == Backfill.State.STOPPED
    assert grant_of(learner).revoked_at is None


@pytest.mark.parametrize("title", ["Test Rookie", "Gold God"])
def test_what_somebody_holds_or_comes_with_the_product_is_not_deleted(
    learner: User, title: str
) -> None:
    client = signed_in(make_superuser())
    found = Achievement.objects.get(title=title)
    assert client.post(address("achievement_delete", found.pk)).status_code == 403
    assert Achievement.objects.filter(pk=found.pk).exists()


def test_what_comes_later_with_the_product_is_looked_up_for_everybody(
    learner: User, django_capture_on_commit_callbacks: Any
) -> None:
    Grant.objects.filter(achievement__title="Test Rookie").delete()
    Backfill.objects.all().delete()
    Achievement.objects.filter(title="Test Rookie").delete()
    with django_capture_on_commit_callbacks(execute=True):
        call_command("load_achievements", verbosity=0)
    assert grant_of(learner).told_at is not None
