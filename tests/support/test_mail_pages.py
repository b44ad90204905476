"""The page of preferences, and the link that works signed out."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from support import services
from support.mailing import mail_token
from support.models import MailPreference
from tests.exams.factories import make_learner
from tests.support.factories import make_agent

pytestmark = pytest.mark.django_db
PAGE = "/account/mail/"


@pytest.fixture
def learner() -> User:
    return make_learner()


def link(user: User, kind: str = "answers") -> str:
    return reverse("support:mail_link", args=[mail_token(user.pk, kind)])


def wants(user: User, kind: str = "answers") -> bool:
    return bool(getattr(services.mail_preference(user), kind))


def test_a_learner_chooses_mail_about_answers(client: Client, learner: User) -> None:
    client.force_login(learner)
    page = client.get(PAGE).text
    assert 'name="answers"' in page
    assert "checked" in page
    assert "new_threads" not in page
    assert client.post(PAGE, {}).status_code == 302
    assert not wants(learner)
    assert "checked" not in client.get(PAGE).text
    client.post(PAGE, {"answers": "on"})
    assert wants(learner)


def test_a_learner_cannot_choose_the_agents_mail(client: Client, learner: User) -> None:
    client.force_login(learner)
    client.post(PAGE, {"answers": "on"})
    assert wants(learner, "new_threads")


def test_an_agent_chooses_both(client: Client) -> None:
    agent = make_agent()
    client.force_login(agent)
    assert 'name="new_threads"' in client.get(PAGE).text
    client.post(PAGE, {"answers": "on"})
    assert wants(agent)
    assert not wants(agent, "new_threads")


def test_the_account_page_leads_there(client: Client, learner: User) -> None:
    client.force_login(learner)
    assert f'href="{PAGE}"' in client.get("/account/").text


@pytest.mark.parametrize("kind", ["answers", "new_threads"])
def test_looking_at_the_link_changes_nothing(
    client: Client, learner: User, kind: str
) -> None:
    response = client.get(link(learner, kind))
    assert "Stop this mail" in response.text
    assert "no-store" in response.headers["Cache-Control"]
    assert 'name="robots" content="noindex"' in response.text
    assert not MailPreference.objects.exists()


@pytest.mark.parametrize("kind", ["answers", "new_threads"])
def test_the_button_turns_it_off_and_on_again_signed_out(
    learner: User, kind: str
) -> None:
    client = Client(enforce_csrf_checks=True)
    page = client.post(link(learner, kind))
    assert (page.status_code, wants(learner, kind)) == (200, False)
    assert "This mail is off" in page.text
    assert "off already" in client.get(link(learner, kind)).text
    page = client.post(link(learner, kind), {"wanted": "on"})
    assert "You get mail again" in page.text
    assert wants(learner, kind)


def test_a_mailbox_unsubscribes_with_one_click(learner: User) -> None:
    """As RFC 8058 has it: no cookie, no page before, no redirect after."""
    mailbox = Client(enforce_csrf_checks=True)
    body = {"List-Unsubscribe": "One-Click"}
    for _ in range(2):
        assert mailbox.post(link(learner), body).status_code == 200
        assert not wants(learner)
    assert wants(learner, "new_threads")


def test_a_link_is_for_one_person_and_one_mail(learner: User) -> None:
    other = make_learner()
    Client().post(link(learner))
    assert wants(other)
    token = mail_token(learner.pk, "answers")
    for forged in (
        token.replace("answers", "new_threads"),
        token.replace(str(learner.pk), str(other.pk), 1),
        token[:-1],
        f"answers:{other.pk}",
        "nonsense",
        "%00",
    ):
        assert Client().post(f"/mail/{forged}/").status_code == 404
    assert wants(other)


def test_the_link_of_somebody_who_left_is_nowhere(learner: User) -> None:
    address = link(learner)
    learner.delete()
    assert Client().get(address).status_code == 404
    assert Client().post(address).status_code == 404
