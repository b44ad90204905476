"""People in the back office: who sees what, and who may change whom."""

import re
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group, Permission
from django.core import mail
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries, DjangoCaptureOnCommitCallbacks

from accounts.models import User
from exams.models import Attempt
from tests.exams.back_office import (
    errors_of,
    form_data,
    make_agent,
    make_editor,
    make_onlooker,
    make_superuser,
    signed_in,
)
from tests.exams.factories import make_attempt, make_learner

pytestmark = pytest.mark.django_db
LIST = "/admin/accounts/user/"
ADD = "/admin/accounts/user/add/"


def page_of(user: User) -> str:
    return reverse("admin:accounts_user_change", args=[user.pk])


def found(client: Client, **query: Any) -> list[User]:
    return list(client.get(LIST, query).context["cl"].result_list)


@pytest.fixture
def lena() -> User:
    return make_learner(
        display_name="Lena L", email="lena@example.com", password="a long one"
    )


# --- what is seen ---------------------------------------------------------------------


def test_the_list_costs_the_same_however_many_there_are(
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    client = signed_in(make_superuser())
    for _ in range(20):
        make_editor()
    # Session, user, filter, count, rows and their groups.
    with django_assert_max_num_queries(8):
        response = client.get(LIST)
    assert len(response.context["cl"].result_list) == 21


def test_who_looks_sees_names_and_no_addresses(lena: User) -> None:
    client = signed_in(make_onlooker())
    for url in (LIST, page_of(lena)):
        page = client.get(url).text
        assert "Lena L" in page
        assert lena.email not in page


def test_who_looks_finds_a_learner_by_the_whole_address_only(lena: User) -> None:
    client = signed_in(make_onlooker())
    assert found(client, q="lena") == [lena]
    assert found(client, q="LENA@example.com") == [lena]
    assert found(client, q="lena@") == []
    assert found(client, q="example") == []
    boss = signed_in(make_superuser())
    assert lena in found(boss, q="example.com")


@pytest.mark.parametrize("lookup", ["email__startswith", "password__contains", "email"])
def test_the_address_bar_gives_no_address_away(lena: User, lookup: str) -> None:
    response = signed_in(make_onlooker()).get(LIST, {lookup: "l"})
    assert response.status_code in {302, 400}


def test_no_page_shows_a_password_hash(lena: User) -> None:
    client = signed_in(make_superuser())
    for url in (LIST, page_of(lena), ADD):
        page = client.get(url).text
        assert lena.password not in page
        assert 'type="password"' not in page
        assert "md5$" not in page


def test_what_others_keep_about_people_has_no_page() -> None:
    names = {model._meta.label for model in admin.site._registry}
    assert not names & {
        "account.EmailAddress",
        "account.EmailConfirmation",
        "mfa.Authenticator",
        "usersessions.UserSession",
        "sessions.Session",
    }


def test_a_learner_s_attempts_are_one_step_away(lena: User) -> None:
    own, _ = make_attempt(lena), make_attempt()
    client = signed_in(make_onlooker())
    link = re.search(
        r'href="([^"]*learner__id__exact[^"]*)"', client.get(page_of(lena)).text
    )
    assert link is not None
    assert list(client.get(link[1]).context["cl"].result_list) == [own]


# --- creating -------------------------------------------------------------------------


def create(client: Client, **fields: Any) -> Any:
    data = form_data(client.get(ADD)) | {
        "email": "New.Editor@Example.com",
        "display_name": "New Editor",
    }
    return client.post(ADD, data | fields)


def test_somebody_new_gets_a_link_to_choose_a_password(
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    group = Group.objects.get(name="Content editors")
    client = signed_in(make_superuser())
    with django_capture_on_commit_callbacks(execute=True):
        response = create(client, is_staff="on", groups=[group.pk])
    assert response.status_code == 302
    user = User.objects.get(email="new.editor@example.com")
    assert user.is_staff
    assert list(user.groups.all()) == [group]
    assert not user.has_usable_password()
    assert EmailAddress.objects.get(user=user).verified
    (message,) = mail.outbox
    assert message.to == [user.email]
    link = re.search(r"https?://[^/\s]+(/\S+)", message.body)
    assert link is not None
    page = Client().get(link[1], follow=True)
    assert page.status_code == 200
    assert "password1" in page.text


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"email": "LENA@example.com"}, "already"),
        ({"email": "nonsense"}, "Enter a valid"),
        ({"display_name": "lena l"}, "already uses this name"),
        ({"display_name": "x"}, "at least 3"),
        ({"display_name": "<b>"}, "Use letters"),
    ],
)
def test_nobody_new_takes_another_s_place(
    lena: User, fields: dict[str, str], words: str
) -> None:
    assert words in errors_of(create(signed_in(make_superuser()), **fields))
    assert User.objects.count() == 2
    assert not mail.outbox


# --- changing -------------------------------------------------------------------------


def test_a_superuser_gives_extra_time_and_closes_accounts(lena: User) -> None:
    client = signed_in(make_superuser())
    data = form_data(client.get(page_of(lena))) | {"extra_time": 150}
    del data["is_active"]
    assert client.post(page_of(lena), data).status_code == 302
    lena.refresh_from_db()
    assert (lena.extra_time, lena.is_active) == (150, False)
    assert lena.check_password("a long one")


def test_an_address_is_changed_by_its_owner_only(lena: User) -> None:
    client = signed_in(make_superuser())
    data = form_data(client.get(page_of(lena))) | {"email": "mine@example.com"}
    assert client.post(page_of(lena), data).status_code == 302
    lena.refresh_from_db()
    assert lena.email == "lena@example.com"


@pytest.mark.parametrize("make", [make_agent, make_editor])
def test_agents_and_editors_change_nobody(lena: User, make: Any) -> None:
    response = signed_in(make()).post(page_of(lena), {"display_name": "Mine"})
    assert response.status_code == 403


def make_manager() -> User:
    """Somebody whom an operator gave the right to change people."""
    manager = make_learner(is_staff=True)
    names = ["view_user", "change_user", "add_user", "delete_user"]
    rights = Permission.objects.filter(
        content_type__app_label="accounts", codename__in=names
    )
    manager.user_permissions.set(rights)
    return manager


def test_who_may_change_people_gains_no_power_by_it(lena: User) -> None:
    manager = make_manager()
    client = signed_in(manager)
    power = {"is_staff": "on", "is_superuser": "on", "groups": [1, 2]}
    data = form_data(client.get(page_of(lena))) | power
    assert client.post(page_of(lena), data).status_code == 302
    create(client, **power)
    for user in (lena, User.objects.get(email="new.editor@example.com")):
        user.refresh_from_db()
        assert (user.is_staff, user.is_superuser) == (False, False)
        assert not user.groups.exists()
    for other in (manager, make_superuser(), make_editor()):
        assert client.post(page_of(other), {"display_name": "X"}).status_code == 403


def test_a_superuser_cannot_lock_the_door_behind_themselves() -> None:
    boss = make_superuser()
    client = signed_in(boss)
    data = form_data(client.get(page_of(boss))) | {"display_name": "The Boss"}
    assert client.post(page_of(boss), data).status_code == 302
    boss.refresh_from_db()
    assert (boss.is_active, boss.is_staff, boss.is_superuser) == (True, True, True)
    assert boss.display_name == "The Boss"


# --- deleting -------------------------------------------------------------------------


def delete(client: Client, user: User) -> int:
    url = reverse("admin:accounts_user_delete", args=[user.pk])
    status: int = client.post(url, {"post": "yes"}).status_code
    return status


def test_a_superuser_deletes_somebody_with_all_that_is_theirs(lena: User) -> None:
    make_attempt(lena)
    client = signed_in(make_superuser())
    url = reverse("admin:accounts_user_delete", args=[lena.pk])
    assert "Lena L, with all their attempts and answers" in client.get(url).text
    assert delete(client, lena) == 302
    assert not User.objects.filter(pk=lena.pk).exists()
    assert not Attempt.objects.exists()
    assert not LogEntry.objects.filter(object_repr__contains="Lena").exists()


def test_nobody_else_deletes_and_nobody_themselves(lena: User) -> None:
    boss = make_superuser()
    assert delete(signed_in(boss), boss) == 403
    for user in (make_manager(), make_agent(), make_editor()):
        assert delete(signed_in(user), lena) == 403
    data = {"action": "delete_selected", "_selected_action": [lena.pk]}
    signed_in(boss).post(LIST, data)
    assert User.objects.filter(pk=lena.pk).exists()


# --- groups ---------------------------------------------------------------------------


def test_groups_say_how_many_belong_to_them(
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    make_editor()
    client = signed_in(make_superuser())
    # Session, user, count, all rows and the rows.
    with django_assert_max_num_queries(7):
        response = client.get("/admin/auth/group/")
    rows = response.context["cl"].result_list
    members = {group.name: group.n_members for group in rows}
    assert members == {"Content editors": 1, "Support agents": 0}
