"""Each change of a thread: what it does, what it refuses, what it does only once."""

import uuid
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from django.core.cache import cache
from django.db import transaction
from pytest_django import DjangoAssertNumQueries, DjangoCaptureOnCommitCallbacks

from accounts.models import User
from exams.services import finish_attempt
from support import services
from support.models import Attachment, Message, Thread
from support.models.thread import SUBJECT_LENGTH, Topic
from support.services.messages import MAIL_DELAY, TEXT_LENGTH
from support.services.starting import AGENTS_MAIL_DELAY, Carried, subject_of
from support.services.unread import n_unread
from support.status import QUIET_AFTER, REOPEN_WITHIN, Author, Status, WrongStatus
from support.uploads import MAX_FILES, Upload
from tests.exams.factories import make_attempt, make_certification, make_learner
from tests.support.factories import NOW, make_agent, make_thread, say

pytestmark = pytest.mark.django_db

LATER = NOW + timedelta(hours=1)
TOO_LATE = LATER + REOPEN_WITHIN + timedelta(seconds=1)


@pytest.fixture
def agent() -> User:
    return make_agent()


@pytest.fixture
def thread() -> Thread:
    return make_thread()


def upload(content: bytes = b"plain") -> Upload:
    return Upload(name="notes.txt", content_type="text/plain", content=content)


def files_on_disk(folder: str) -> list[Path]:
    return [one for one in Path(folder).rglob("*") if one.is_file()]


@pytest.fixture
def media(settings: Any, tmp_path: Path) -> str:
    settings.MEDIA_ROOT = str(tmp_path)
    return str(tmp_path)


def kinds(thread: Thread) -> list[str]:
    return list(thread.messages.order_by("pk").values_list("kind", flat=True))


# --- asking ---------------------------------------------------------------------------


def test_a_question_waits_for_an_agent() -> None:
    learner = make_learner()
    certification = make_certification()
    thread = make_thread(learner, "Why?", certification=certification)
    thread.refresh_from_db()
    assert (thread.status, thread.waiting_since) == ("open", NOW)
    assert thread.subject == "Why?"
    assert thread.certification == certification
    assert thread.agents_mail_due_at == NOW + AGENTS_MAIL_DELAY
    assert thread.mail_due_at is None
    assert not thread.is_unread
    assert thread.is_unread_by_agents
    message = thread.messages.get()
    assert (message.kind, message.author, message.text) == ("learner", learner, "Why?")


def test_the_same_form_sent_twice_asks_once() -> None:
    learner, token = make_learner(), uuid.uuid4()
    ask = {"learner": learner, "topic": Topic.OTHER, "token": token, "now": NOW}
    first, is_new = services.start_thread(text="Why?", **ask)
    second, is_new_again = services.start_thread(text="Or how?", **ask)
    assert (is_new, is_new_again) == (True, False)
    assert second == first
    assert Message.objects.count() == 1


def test_the_same_token_of_somebody_else_asks_again() -> None:
    token = uuid.uuid4()
    first, second = make_thread(token=token), make_thread(token=token)
    assert first != second


def test_a_question_of_an_attempt_comes_along() -> None:
    attempt = make_attempt()
    finish_attempt(attempt=attempt, now=NOW)
    carried = Carried(attempt=attempt, question=3, chosen=(1, 2))
    thread = make_thread(attempt.learner, carried=carried)
    thread.refresh_from_db()
    assert (thread.attempt, thread.question, thread.chosen) == (attempt, 3, [1, 2])
    assert thread.certification == attempt.test.certification


@pytest.mark.parametrize("text", ["", " ", "\n\t \u2003"])
def test_nothing_written_is_refused(text: str, thread: Thread) -> None:
    with pytest.raises(services.NothingWritten):
        make_thread(text=text)
    with pytest.raises(services.NothingWritten):
        say(thread, thread.learner, text)


def test_a_file_alone_is_something(media: str, thread: Thread) -> None:
    message = say(thread, thread.learner, "", files=[upload()])
    with message.attachments.get().file.open() as file:
        assert file.read() == b"plain"


def test_the_longest_text_is_taken_and_no_longer_one(thread: Thread) -> None:
    assert say(thread, thread.learner, "é" * TEXT_LENGTH).pk
    with pytest.raises(services.TooLong):
        say(thread, thread.learner, "é" * (TEXT_LENGTH + 1))
    with pytest.raises(services.TooLong):
        make_thread(text="x" * (TEXT_LENGTH + 1))
    with pytest.raises(services.TooLong):
        say(thread, thread.learner, files=[upload()] * (MAX_FILES + 1))


@pytest.mark.parametrize(
    ("text", "subject"),
    [
        ("Why?", "Why?"),
        ("\n \n  Why\tis\u202ethis?\nMore", "Why is this?"),
        ("a\x00b\x10c", "a b c"),
        ("\u200b\u2066", "A question without words"),
        ("x" * 200, "x" * (SUBJECT_LENGTH - 1) + "…"),
    ],
)
def test_a_thread_is_called_by_its_first_words(text: str, subject: str) -> None:
    assert subject_of(text) == subject
    thread = make_thread(text=text)
    thread.refresh_from_db()
    assert thread.subject == subject
    assert thread.messages.get().text == text


# --- writing --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "left"),
    [
        (None, "answered"),
        (Status.ANSWERED, "answered"),
        (Status.WAITING, "waiting"),
        (Status.CLOSED, "closed"),
    ],
)
def test_an_agent_leaves_behind_what_they_chose(
    asked: Status | None, left: str, thread: Thread, agent: User
) -> None:
    message = say(thread, agent, status=asked, now=LATER)
    thread.refresh_from_db()
    assert (thread.status, thread.waiting_since) == (left, None)
    assert thread.first_answered_at == thread.last_message_at == LATER
    assert thread.assigned_to == agent
    assert thread.mail_due_at == LATER + MAIL_DELAY
    assert thread.is_unread
    assert not thread.is_unread_by_agents
    assert thread.last_agent_message == message.pk
    assert (thread.closed_at, thread.closed_by) == (
        (LATER, agent) if left == "closed" else (None, None)
    )
    assert kinds(thread)[2:] == (["event"] if left == "closed" else [])


def test_a_second_answer_moves_neither_the_first_one_nor_the_mail(
    thread: Thread, agent: User
) -> None:
    say(thread, agent, now=NOW)
    say(thread, make_agent(), now=LATER)
    thread.refresh_from_db()
    assert thread.first_answered_at == NOW
    assert thread.mail_due_at == NOW + MAIL_DELAY
    assert thread.assigned_to == agent


def test_who_writes_twice_has_waited_since_the_first_time(thread: Thread) -> None:
    say(thread, thread.learner, now=LATER)
    thread.refresh_from_db()
    assert (thread.waiting_since, thread.last_message_at) == (NOW, LATER)


def test_a_reply_to_an_answer_waits_from_then_on(thread: Thread, agent: User) -> None:
    say(thread, agent, now=NOW)
    say(thread, thread.learner, now=LATER)
    thread.refresh_from_db()
    assert (thread.status, thread.waiting_since) == ("open", LATER)


def test_a_note_changes_nothing_for_the_learner(thread: Thread, agent: User) -> None:
    thread.refresh_from_db()
    before = Thread.objects.values().get()
    say(thread, agent, "Ask Ann.", kind=Author.NOTE, now=LATER)
    assert Thread.objects.values().get() == before
    assert [one.kind for one in thread.messages.seen_by_learner()] == ["learner"]


def test_a_note_goes_into_a_closed_thread_however_old(
    thread: Thread, agent: User
) -> None:
    services.close_thread(thread=thread, by=agent, now=NOW)
    note = say(thread, agent, kind=Author.NOTE, now=TOO_LATE)
    assert note.thread == thread
    thread.refresh_from_db()
    assert thread.is_closed


def test_a_status_that_does_not_go_with_the_author_writes_nothing(
    thread: Thread, agent: User
) -> None:
    for author, kind, status in (
        (thread.learner, Author.LEARNER, Status.CLOSED),
        (agent, Author.AGENT, Status.OPEN),
        (agent, Author.NOTE, Status.CLOSED),
    ):
        with pytest.raises(WrongStatus):
            say(thread, author, kind=kind, status=status)
    assert kinds(thread) == ["learner"]


@pytest.mark.parametrize("kind", Author)
def test_a_stranger_writes_in_no_role(kind: Author, thread: Thread) -> None:
    with pytest.raises(services.NotAllowed):
        say(thread, make_learner(), kind=kind)


@pytest.mark.parametrize("kind", [Author.AGENT, Author.NOTE, Author.EVENT])
def test_who_asked_writes_only_as_the_learner(kind: Author, thread: Thread) -> None:
    with pytest.raises(services.NotAllowed):
        say(thread, thread.learner, kind=kind)


def test_an_agent_whose_account_is_closed_answers_nothing(
    thread: Thread, agent: User
) -> None:
    agent.is_active = False
    with pytest.raises(services.NotAllowed):
        say(thread, agent)


def test_the_same_message_sent_twice_is_said_once(thread: Thread) -> None:
    token = uuid.uuid4()
    first = say(thread, thread.learner, token=token)
    assert say(thread, thread.learner, "Again.", token=token) == first
    assert kinds(thread) == ["learner", "learner"]


def test_a_token_that_was_used_elsewhere_leads_to_what_it_said(
    thread: Thread,
) -> None:
    token = uuid.uuid4()
    other = make_thread(thread.learner)
    first = say(thread, thread.learner, token=token)
    assert say(other, thread.learner, token=token).thread == first.thread == thread


def test_a_thread_that_is_gone_says_so(thread: Thread, agent: User) -> None:
    Thread.objects.filter(pk=thread.pk).delete()
    for change in (
        lambda: say(thread, thread.learner),
        lambda: services.close_thread(thread=thread, by=agent, now=NOW),
        lambda: services.reopen_thread(thread=thread, by=agent, now=NOW),
        lambda: services.assign_thread(thread=thread, to=agent, by=agent),
    ):
        with pytest.raises(services.ThreadGone):
            change()


def test_who_is_gone_asks_nothing() -> None:
    learner = make_learner()
    User.objects.filter(pk=learner.pk).delete()
    with pytest.raises(services.PersonGone):
        make_thread(learner)


def test_files_go_when_the_message_fails(media: str, thread: Thread) -> None:
    failing = patch("support.services.messages.follow", side_effect=RuntimeError)
    with failing, pytest.raises(RuntimeError):
        say(thread, thread.learner, files=[upload(), upload()])
    assert files_on_disk(media) == []
    assert kinds(thread) == ["learner"]


def test_files_go_with_their_message(
    media: str,
    thread: Thread,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    say(thread, thread.learner, files=[upload(), upload()])
    assert len(files_on_disk(media)) == 2
    with django_capture_on_commit_callbacks() as callbacks:
        thread.delete()
    assert len(files_on_disk(media)) == 2
    for callback in callbacks:
        callback()
    assert files_on_disk(media) == []
    assert not Attachment.objects.exists()


# --- closed threads -------------------------------------------------------------------


def test_writing_into_a_closed_thread_opens_it_for_fourteen_days(
    thread: Thread, agent: User
) -> None:
    services.close_thread(thread=thread, by=agent, now=NOW)
    message = say(thread, thread.learner, now=NOW + REOPEN_WITHIN)
    assert message.thread == thread
    thread.refresh_from_db()
    assert (thread.status, thread.waiting_since) == ("open", NOW + REOPEN_WITHIN)
    assert (thread.closed_at, thread.closed_by) == (None, None)
    assert kinds(thread) == ["learner", "event", "event", "learner"]


def test_an_agent_who_writes_into_a_closed_thread_opens_it_too(
    thread: Thread, agent: User
) -> None:
    services.close_thread(thread=thread, by=agent, now=NOW)
    say(thread, agent, now=LATER, status=Status.CLOSED)
    thread.refresh_from_db()
    assert (thread.status, thread.closed_at) == ("closed", LATER)
    texts = thread.messages.filter(kind="event").values_list("text", flat=True)
    assert list(texts) == ["closed", "reopened", "closed"]


def test_later_a_new_thread_follows_and_the_old_one_stays(
    thread: Thread, agent: User
) -> None:
    services.assign_thread(thread=thread, to=agent, by=agent)
    services.close_thread(thread=thread, by=agent, now=LATER)
    first = say(thread, thread.learner, "One more.", now=TOO_LATE)
    second = say(thread, thread.learner, "And one.", now=TOO_LATE)
    later = first.thread
    assert later == second.thread != thread
    later.refresh_from_db()
    assert later.follows == thread
    assert (later.topic, later.subject) == (thread.topic, thread.subject)
    assert (later.status, later.waiting_since) == ("open", TOO_LATE)
    assert later.assigned_to == agent
    assert later.agents_mail_due_at is not None
    assert kinds(later) == ["learner", "learner"]
    thread.refresh_from_db()
    assert (thread.status, thread.closed_at) == ("closed", LATER)
    assert kinds(thread) == ["learner", "event", "event"]


def test_the_chain_goes_on_at_its_end(thread: Thread, agent: User) -> None:
    services.close_thread(thread=thread, by=agent, now=LATER)
    second = say(thread, thread.learner, now=TOO_LATE).thread
    services.close_thread(thread=second, by=agent, now=TOO_LATE)
    much_later = TOO_LATE + REOPEN_WITHIN + timedelta(seconds=1)
    third = say(thread, thread.learner, now=much_later).thread
    assert third.follows == second
    assert Thread.objects.count() == 3


def test_an_agent_s_late_word_is_a_follow_up_that_the_learner_is_told_of(
    thread: Thread, agent: User
) -> None:
    services.close_thread(thread=thread, by=agent, now=LATER)
    later = say(thread, agent, now=TOO_LATE).thread
    later.refresh_from_db()
    assert (later.follows, later.status) == (thread, "answered")
    assert later.learner == thread.learner
    assert later.mail_due_at == TOO_LATE + MAIL_DELAY
    assert later.agents_mail_due_at is None


def test_closing_is_done_once_by_who_may(thread: Thread, agent: User) -> None:
    assert services.close_thread(thread=thread, by=thread.learner, now=NOW)
    assert not services.close_thread(thread=thread, by=agent, now=LATER)
    thread.refresh_from_db()
    assert (thread.closed_at, thread.closed_by) == (NOW, thread.learner)
    assert thread.waiting_since is None
    assert kinds(thread) == ["learner", "event"]
    for change in (services.close_thread, services.reopen_thread):
        with pytest.raises(services.NotAllowed):
            change(thread=thread, by=make_learner(), now=LATER)


def test_reopening_is_done_once_and_not_too_late(thread: Thread, agent: User) -> None:
    assert not services.reopen_thread(thread=thread, by=agent, now=NOW)
    services.close_thread(thread=thread, by=agent, now=LATER)
    with pytest.raises(services.TooLate):
        services.reopen_thread(thread=thread, by=thread.learner, now=TOO_LATE)
    assert services.reopen_thread(thread=thread, by=thread.learner, now=LATER)
    assert not services.reopen_thread(thread=thread, by=thread.learner, now=LATER)
    thread.refresh_from_db()
    assert (thread.status, thread.waiting_since) == ("open", LATER)


# --- rating, assigning ----------------------------------------------------------------


def rate(thread: Thread, by: User, comment: str = "", **fields: Any) -> None:
    rating = fields.get("rating", Thread.Rating.HELPED)
    services.rate_thread(thread=thread, by=by, rating=rating, comment=comment, now=NOW)


def test_who_asked_rates_a_closed_thread_and_may_change_their_mind(
    thread: Thread, agent: User
) -> None:
    with pytest.raises(services.NotClosed):
        rate(thread, thread.learner)
    services.close_thread(thread=thread, by=agent, now=NOW)
    rate(thread, thread.learner, "Thanks \x00 <b>")
    rate(thread, thread.learner, "No.", rating=Thread.Rating.NOT_HELPED)
    thread.refresh_from_db()
    assert (thread.rating, thread.rating_comment) == ("not-helped", "No.")
    with pytest.raises(services.NotAllowed):
        rate(thread, agent)
    with pytest.raises(services.TooLong):
        rate(thread, thread.learner, "x" * (TEXT_LENGTH + 1))


def test_threads_are_given_to_agents_by_agents(thread: Thread, agent: User) -> None:
    other = make_agent()
    services.assign_thread(thread=thread, to=other, by=agent)
    thread.refresh_from_db()
    assert thread.assigned_to == other
    services.assign_thread(thread=thread, to=None, by=agent)
    thread.refresh_from_db()
    assert thread.assigned_to is None
    for to, by in ((thread.learner, agent), (agent, thread.learner)):
        with pytest.raises(services.NotAllowed):
            services.assign_thread(thread=thread, to=to, by=by)


# --- seeing ---------------------------------------------------------------------------


def test_what_was_seen_never_goes_back_and_never_ahead(
    thread: Thread, agent: User
) -> None:
    first = say(thread, agent)
    second = say(thread, agent)
    services.see_thread(thread=thread, message_id=first.pk)
    thread.refresh_from_db()
    assert (thread.learner_saw, thread.is_unread) == (first.pk, True)
    for number in (2**70, 2**62, first.pk, 0, -(2**40)):
        services.see_thread(thread=thread, message_id=number)
        thread.refresh_from_db()
        assert (thread.learner_saw, thread.is_unread) == (second.pk, False)
    say(thread, agent)
    thread.refresh_from_db()
    assert thread.is_unread


def test_agents_have_their_own_mark(thread: Thread) -> None:
    newest = thread.messages.get().pk
    services.see_thread(thread=thread, message_id=newest, by_agents=True)
    thread.refresh_from_db()
    assert not thread.is_unread_by_agents
    assert thread.learner_saw == 0


def test_seeing_costs_one_update(
    thread: Thread, agent: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    newest = say(thread, agent).pk
    for _ in range(2):
        with django_assert_num_queries(1):
            services.see_thread(thread=thread, message_id=newest)


@pytest.mark.django_db(transaction=True, available_apps=["accounts", "support"])
def test_the_number_of_unread_threads_is_cached_until_it_changes(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    agent = make_learner(is_superuser=True)
    thread = make_thread()
    learner = thread.learner
    assert n_unread(learner) == 0
    newest = say(thread, agent).pk
    make_thread(learner)
    assert n_unread(learner) == 1
    with django_assert_num_queries(0):
        assert n_unread(learner) == 1
    services.see_thread(thread=thread, message_id=newest)
    assert n_unread(learner) == 0


@pytest.mark.django_db(transaction=True, available_apps=["accounts", "support"])
def test_a_number_counted_before_a_change_is_not_kept_after_it() -> None:
    agent = make_learner(is_superuser=True)
    thread = make_thread()
    real_set, answers = cache.set, []

    def answer_first(key: str, *rest: Any) -> None:
        """Between the counting and the writing down, an agent answers."""
        if not answers:
            answers.append(key)
            say(thread, agent)
        real_set(key, *rest)

    with patch("support.services.unread.cache.set", side_effect=answer_first):
        assert n_unread(thread.learner) == 0
    assert n_unread(thread.learner) == 1


# --- time -----------------------------------------------------------------------------


def test_quiet_threads_are_closed_and_others_are_not(agent: User) -> None:
    threads = {name: make_thread() for name in ("open", "answered", "waiting", "young")}
    say(threads["answered"], agent)
    say(threads["waiting"], agent, status=Status.WAITING)
    say(threads["young"], agent, now=NOW + timedelta(seconds=1))
    then = NOW + QUIET_AFTER + timedelta(microseconds=1)
    assert services.close_quiet_threads(now=then - timedelta(microseconds=1)) == 0
    assert services.close_quiet_threads(now=then) == 2
    assert services.close_quiet_threads(now=then) == 0
    closed = Thread.objects.filter(status="closed")
    assert set(closed) == {threads["answered"], threads["waiting"]}
    for one in closed:
        assert (one.closed_at, one.closed_by) == (then, None)
        assert one.messages.filter(kind="event", author=None, text="closed").exists()


def test_a_change_that_fails_in_the_middle_leaves_nothing(
    thread: Thread, agent: User
) -> None:
    before = Thread.objects.values().get()
    with (
        patch("support.services.threads.add", side_effect=RuntimeError),
        pytest.raises(RuntimeError),
        transaction.atomic(),
    ):
        services.close_thread(thread=thread, by=agent, now=NOW)
    assert Thread.objects.values().get() == before
