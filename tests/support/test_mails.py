"""Mails about answers and new threads, through a real SMTP server on this machine."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from unittest.mock import patch

import pytest
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import connections
from django.utils import timezone

from accounts.models import User
from ops.local.processes import free_port
from support import services, tasks
from support.models import Thread
from support.services.mails import (
    GIVE_UP_AFTER,
    LEASE,
    THREADS_PER_MAIL,
    Outcome,
    agents_to_tell,
    claim_answers,
    claim_new_threads,
    deliver,
    mail_answers,
    mail_new_threads,
)
from support.services.messages import MAIL_DELAY
from support.services.starting import AGENTS_MAIL_DELAY
from support.status import Author, Status
from testprep.celery import app as celery_app
from tests.exams.factories import make_learner
from tests.exams.racing import race, use_own_connection
from tests.support.factories import NOW, make_agent, make_thread, say
from tests.support.post_office import Gate, PostOffice, open_post_office

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]

DUE = NOW + MAIL_DELAY
AGENTS_DUE = NOW + AGENTS_MAIL_DELAY
AFTER_LEASE = DUE + LEASE
SECOND = timedelta(seconds=1)

# Several connections: what they see must be committed.
committed = pytest.mark.django_db(
    transaction=True, available_apps=["accounts", "exams", "support"]
)


@pytest.fixture
def office(settings: Any) -> Iterator[PostOffice]:
    settings.SITE_URL = "https://prep.example"
    with open_post_office(settings) as office:
        yield office


def make_answerer() -> User:
    """An agent, also where the group of the migrations is not there."""
    return make_learner(is_staff=True, is_superuser=True)


@pytest.fixture
def agent() -> User:
    return make_answerer()


@pytest.fixture
def thread() -> Thread:
    return make_thread(text="Why is <b>DHCP</b> so?")


def due_times() -> set[datetime | None]:
    return set(Thread.objects.values_list("mail_due_at", flat=True))


# --- one mail for all that is unread --------------------------------------------------


def test_an_answer_is_told_once_when_it_is_due(
    office: PostOffice, thread: Thread, agent: User
) -> None:
    say(thread, agent, "Because of <i>leases</i>.\nYes.\x00\u202e")
    assert mail_answers(now=DUE - SECOND) == 0
    assert mail_answers(now=DUE) == 1
    assert mail_answers(now=DUE) == mail_answers(now=AFTER_LEASE) == 0
    assert due_times() == {None}
    [message] = office.messages
    assert message["To"] == thread.learner.email
    assert message["Subject"] == "Answered: Why is <b>DHCP</b> so?"
    for part in (office.text(), office.text(kind="html")):
        assert agent.display_name in part
        assert f"https://prep.example/ask/{thread.pk}/" in part
        assert "https://prep.example/mail/answers:" in part
    assert "Because of <i>leases</i>.\nYes.\n" in office.text().replace("\r\n", "\n")
    html = office.text(kind="html")
    assert "Because of &lt;i&gt;leases&lt;/i&gt;.<br>Yes." in html
    assert "Why is &lt;b&gt;DHCP&lt;/b&gt; so?" in html


def test_all_threads_of_a_learner_are_one_mail(
    office: PostOffice, thread: Thread, agent: User
) -> None:
    other = make_thread(thread.learner, "And DNS?")
    say(thread, agent, "One.")
    say(thread, make_answerer(), "Two.", now=NOW + SECOND)
    say(other, agent, "Three.", now=NOW + timedelta(minutes=1))
    say(make_thread(), agent, "Somebody else's.")
    assert mail_answers(now=DUE) == 2
    [text] = [
        office.text(number)
        for number, to in enumerate(office.receivers())
        if to == thread.learner.email
    ]
    for words in ("One.", "Two.", "Three.", "And DNS?", f"/ask/{other.pk}/"):
        assert words in text
    assert "Somebody else's." not in text
    assert "Answers to 2 of your questions" in str(
        {one["Subject"] for one in office.messages}
    )
    assert mail_answers(now=AFTER_LEASE) == 0


def test_notes_and_events_are_not_told(
    office: PostOffice, thread: Thread, agent: User
) -> None:
    say(thread, agent, "SECRET-NOTE", kind=Author.NOTE)
    assert mail_answers(now=DUE) == 0
    say(thread, agent, "The answer.", status=Status.CLOSED)
    say(thread, agent, "SECRET-NOTE", kind=Author.NOTE)
    assert mail_answers(now=DUE) == 1
    assert b"SECRET-NOTE" not in office.messages[0].as_bytes()
    assert "SECRET-NOTE" not in office.text() + office.text(kind="html")
    assert office.text().count("wrote:") == 1


def test_what_was_read_is_not_told(
    office: PostOffice, thread: Thread, agent: User
) -> None:
    first = say(thread, agent, "One.")
    say(thread, agent, "Two.")
    services.see_thread(thread=thread, message_id=first.pk)
    assert mail_answers(now=DUE) == 1
    assert "Two." in office.text()
    assert "One." not in office.text()
    services.see_thread(thread=thread, message_id=say(thread, agent).pk)
    assert mail_answers(now=DUE + MAIL_DELAY) == 0
    assert due_times() == {None}


def test_what_was_told_is_not_told_again(
    office: PostOffice, thread: Thread, agent: User
) -> None:
    say(thread, agent, "One.")
    mail_answers(now=DUE)
    say(thread, agent, "Two.", now=DUE)
    assert mail_answers(now=DUE + MAIL_DELAY) == 1
    assert "One." not in office.text()


def test_who_does_not_want_it_gets_none_and_later_only_what_is_new(
    office: PostOffice, thread: Thread, agent: User
) -> None:
    services.choose_mail(user=thread.learner, answers=False)
    say(thread, agent, "One.")
    assert mail_answers(now=DUE) == 0
    assert due_times() == {None}
    services.choose_mail(user=thread.learner, answers=True)
    say(thread, agent, "Two.", now=DUE)
    assert mail_answers(now=DUE + MAIL_DELAY) == 1
    assert "One." not in office.text()


def test_a_closed_account_gets_none(
    office: PostOffice, thread: Thread, agent: User
) -> None:
    User.objects.filter(pk=thread.learner_id).update(is_active=False)
    say(thread, agent)
    assert mail_answers(now=DUE) == 0
    assert due_times() == {None}


def test_a_long_answer_begins_in_the_mail(
    office: PostOffice, thread: Thread, agent: User
) -> None:
    say(thread, agent, "word " * 2_000)
    say(thread, agent, "\x00", now=NOW + SECOND)
    mail_answers(now=DUE)
    assert len(office.text()) < 2_000
    assert "word …" in office.text()
    assert "(a file)" in office.text()


def test_a_mail_says_how_to_stop_it_in_its_head(
    office: PostOffice, thread: Thread, agent: User
) -> None:
    say(thread, agent)
    mail_answers(now=DUE)
    [message] = office.messages
    link = str(message["List-Unsubscribe"]).strip()
    assert link.startswith("<https://prep.example/mail/answers:")
    assert link.removeprefix("<").removesuffix(">") in office.text()
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert message["Auto-Submitted"] == "auto-generated"
    assert str(message["Message-ID"]).endswith("@prep.example>")


# --- nothing is lost, nothing is sent twice -------------------------------------------


def test_a_dead_worker_delays_a_mail_by_its_lease(
    office: PostOffice, thread: Thread, agent: User
) -> None:
    say(thread, agent, "One.")
    assert claim_answers(thread.learner_id, now=DUE)
    assert claim_answers(thread.learner_id, now=DUE) is None
    say(thread, agent, "Two.", now=DUE)
    # Also what is due soon is taken, and a lease in its last minutes is no such thing.
    assert mail_answers(now=AFTER_LEASE - SECOND) == 0
    assert mail_answers(now=AFTER_LEASE) == 1
    assert "One." in office.text()
    assert "Two." in office.text()


def test_the_same_mail_again_has_the_same_id(
    office: PostOffice, thread: Thread, agent: User
) -> None:
    say(thread, agent)
    for _ in range(2):
        mail_answers(now=DUE)
        # As if the worker had died between sending and settling.
        Thread.objects.update(mail_due_at=DUE, mailed_message=0)
    first, second = office.messages
    assert first["Message-ID"] == second["Message-ID"]


def test_a_worker_that_overran_its_lease_undoes_nothing(
    office: PostOffice, thread: Thread, agent: User
) -> None:
    say(thread, agent)
    slow = claim_answers(thread.learner_id, now=DUE)
    assert slow
    assert mail_answers(now=AFTER_LEASE) == 1
    say(thread, agent, "Two.", now=AFTER_LEASE)
    services.mails.settle_answers(slow, now=AFTER_LEASE)
    assert due_times() == {AFTER_LEASE + MAIL_DELAY}


def test_an_answer_that_comes_while_the_mail_is_sent_gets_its_own(
    office: PostOffice, thread: Thread, agent: User
) -> None:
    say(thread, agent, "One.")
    claim = claim_answers(thread.learner_id, now=DUE)
    assert claim
    say(thread, agent, "Two.", now=DUE + SECOND)
    told = services.mails.unread_answers(claim, now=DUE)
    assert [one.text for one in told] == ["One."]
    services.mails.settle_answers(claim, now=DUE + SECOND)
    assert due_times() == {DUE + SECOND + MAIL_DELAY}
    assert mail_answers(now=DUE + SECOND + MAIL_DELAY) == 1
    assert "Two." in office.text()
    assert "One." not in office.text()


def test_a_server_that_is_down_loses_nothing(
    settings: Any, thread: Thread, agent: User
) -> None:
    say(thread, agent)
    say(make_thread(), agent)
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", free_port()
    assert mail_answers(now=DUE) == 0
    # It stopped at the first one, who gets the lease; the other one is still due.
    assert due_times() == {DUE, AFTER_LEASE}
    with open_post_office(settings) as office:
        assert mail_answers(now=DUE) == 1
        assert mail_answers(now=AFTER_LEASE) == 1
    assert len(office.messages) == 2


def test_a_server_that_is_too_slow_loses_nothing(
    settings: Any, office: PostOffice, thread: Thread, agent: User
) -> None:
    say(thread, agent)
    settings.EMAIL_TIMEOUT = 0.3
    gate = Gate()
    office.meanwhile = gate.wait
    assert mail_answers(now=DUE) == 0
    assert due_times() == {AFTER_LEASE}
    gate.open()
    settings.EMAIL_TIMEOUT = 10
    office.meanwhile = None
    assert mail_answers(now=AFTER_LEASE) == 1


@pytest.mark.parametrize(
    ("answer", "due"),
    [("550 No such mailbox", None), ("450 Try again later", AFTER_LEASE)],
)
def test_a_refused_address_keeps_nobody_else_waiting(
    answer: str,
    due: datetime | None,
    office: PostOffice,
    thread: Thread,
    agent: User,
) -> None:
    other = make_thread()
    for one in (thread, other):
        say(one, agent)
    office.refused[thread.learner.email] = answer
    assert mail_answers(now=DUE) == 1
    assert office.receivers() == [other.learner.email]
    thread.refresh_from_db()
    assert thread.mail_due_at == due
    mail_answers(now=DUE)
    assert office.tried.count(thread.learner.email) == 1


def test_an_address_that_asks_to_come_again_for_ever_is_given_up(
    office: PostOffice, thread: Thread, agent: User
) -> None:
    say(thread, agent)
    office.refused[thread.learner.email] = "450 Try again later"
    mail_answers(now=NOW + GIVE_UP_AFTER - LEASE)
    assert due_times() != {None}
    mail_answers(now=NOW + GIVE_UP_AFTER)
    assert due_times() == {None}
    assert len(office.tried) == 1


@committed
def test_no_row_is_locked_while_the_mail_server_talks(
    office: PostOffice, thread: Thread
) -> None:
    agent = make_answerer()
    say(thread, agent)

    def write() -> None:
        """What a learner and an agent do while the server takes its time."""
        use_own_connection()
        try:
            say(thread, thread.learner, "Thanks!", now=DUE)
            say(thread, agent, "Two.", now=DUE + SECOND)
        finally:
            connections.close_all()

    office.meanwhile = write
    assert mail_answers(now=DUE) == 1
    office.meanwhile = None
    assert mail_answers(now=DUE + MAIL_DELAY) == 1
    assert "Two." in office.text()
    assert "Two." not in office.text(0)


@committed
def test_two_workers_at_once_send_one_mail(office: PostOffice) -> None:
    agent = make_answerer()
    thread = make_thread()
    for one in (thread, make_thread(thread.learner), make_thread(thread.learner)):
        say(one, agent)
    learner = User.objects.filter(pk=thread.learner_id)
    sent = race([lambda: mail_answers(now=DUE)] * 4, behind=learner)
    assert sorted(sent) == [0, 0, 0, 1]
    assert len(office.messages) == 1
    assert due_times() == {None}


# --- new threads, to the agents -------------------------------------------------------


def test_agents_are_told_of_new_threads_in_one_mail(office: PostOffice) -> None:
    agent, chief = make_agent(), make_answerer()
    make_agent(is_active=False)
    services.choose_mail(user=make_agent(), new_threads=False)
    first, second = make_thread(text="Why <b>?"), make_thread(text="How?")
    assert mail_new_threads(now=AGENTS_DUE - SECOND) == 0
    assert mail_new_threads(now=AGENTS_DUE) == 2
    assert mail_new_threads(now=AGENTS_DUE) == 0
    assert sorted(office.receivers()) == sorted([agent.email, chief.email])
    assert {one["Subject"] for one in office.messages} == {
        "2 new questions wait at TestPrep"
    }
    for one in (first, second):
        assert one.subject in office.text()
        assert f"https://prep.example/admin/support/thread/{one.pk}/" in office.text()
    assert "Why &lt;b&gt;?" in office.text(kind="html")
    assert "Waiting altogether: 2." in office.text()
    assert "/mail/new_threads:" in str(office.messages[0]["List-Unsubscribe"])


def test_what_was_answered_meanwhile_is_no_news(office: PostOffice) -> None:
    agent = make_agent()
    thread = make_thread()
    say(thread, agent)
    assert mail_new_threads(now=AGENTS_DUE) == 0
    thread.refresh_from_db()
    assert thread.agents_mail_due_at is None


def test_a_follow_up_is_new_to_the_agents(office: PostOffice) -> None:
    agent = make_agent()
    thread = make_thread()
    mail_new_threads(now=AGENTS_DUE)
    services.close_thread(thread=thread, by=agent, now=NOW)
    late = NOW + timedelta(days=20)
    say(thread, thread.learner, now=late)
    assert mail_new_threads(now=late) == 1
    assert office.messages[-1]["Subject"] == "New question: Why?"


def test_only_who_can_sign_in_to_the_desk_is_told() -> None:
    agent, chief = make_agent(), make_answerer()
    User.objects.filter(pk=make_agent().pk).update(is_staff=False)
    make_learner(is_staff=True)
    assert list(agents_to_tell()) == [agent, chief]


def test_a_crowd_of_new_threads_is_one_short_mail(office: PostOffice) -> None:
    make_agent()
    learner = make_learner()
    for _ in range(25):
        make_thread(learner)
    mail_new_threads(now=AGENTS_DUE)
    assert office.text().count("/admin/support/thread/") == 20
    assert "And 5 more." in office.text()
    assert THREADS_PER_MAIL > 25


def test_agents_mail_waits_for_a_server_that_is_away(settings: Any) -> None:
    make_agent()
    make_thread()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", free_port()
    assert mail_new_threads(now=AGENTS_DUE) == 0
    with open_post_office(settings) as office:
        assert mail_new_threads(now=AGENTS_DUE) == 0
        assert mail_new_threads(now=AGENTS_DUE + LEASE) == 1
    assert len(office.messages) == 1


@committed
def test_two_workers_claim_new_threads_once() -> None:
    threads = {make_thread(), make_thread()}
    claims = race([lambda: claim_new_threads(now=AGENTS_DUE)] * 3)
    # Whoever was held up at a row leaves it to who holds it.
    taken = [one for claim in claims if claim for one in claim.threads]
    assert sorted(one.pk for one in taken) == sorted(one.pk for one in threads)


# --- the tasks ------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["mail_answers", "mail_new_threads"])
def test_beat_asks_for_mail_every_minute_and_never_for_a_stale_one(name: str) -> None:
    entry = settings.CELERY_BEAT_SCHEDULE[name.replace("_", "-")]
    task = celery_app.tasks[entry["task"]]
    assert task.name == f"support.tasks.{name}"
    assert entry["schedule"] == 60
    assert entry["options"]["expires"] < 60
    # What is claimed is safe for longer than any task may run.
    assert timedelta(seconds=settings.CELERY_TASK_TIME_LIMIT) < LEASE - MAIL_DELAY


def test_the_tasks_do_what_they_say(office: PostOffice, thread: Thread) -> None:
    agent = make_agent()
    assert tasks.mail_new_threads.delay().result == 1
    say(thread, agent, now=timezone.now() - timedelta(hours=1))
    assert tasks.mail_answers.delay().result == 1
    assert office.receivers() == [agent.email, thread.learner.email]
    assert tasks.close_quiet_threads.delay().result == 0
    Thread.objects.update(last_message_at=timezone.now() - timedelta(days=11))
    assert tasks.close_quiet_threads.delay().result == 1


def test_a_mail_that_no_header_can_hold_ends_nothing() -> None:
    unwritable = EmailMultiAlternatives("Two\nlines", "Text", to=["ada@example.com"])
    assert deliver(unwritable) is Outcome.NOT_SENT


def test_agents_who_were_told_before_the_server_went_away_are_not_told_again(
    office: PostOffice,
) -> None:
    agents = [make_agent() for _ in range(3)]
    make_thread(text="How?")

    def go_away(message: EmailMultiAlternatives) -> int:
        if message.to == [agents[2].email]:
            raise ConnectionRefusedError
        return send(message)

    send = EmailMultiAlternatives.send
    with patch.object(EmailMultiAlternatives, "send", go_away):
        mail_new_threads(now=AGENTS_DUE)
    assert office.receivers() == [one.email for one in agents[:2]]
    make_thread(text="And what came meanwhile?")
    assert mail_new_threads(now=AGENTS_DUE + LEASE) == 3
    assert office.receivers()[2:] == [one.email for one in agents]
    again, _, late = (office.text(number) for number in (2, 3, 4))
    assert "And what came meanwhile?" in again
    assert "How?" not in again
    assert "How?" in late
    assert mail_new_threads(now=AGENTS_DUE + 2 * LEASE) == 0
