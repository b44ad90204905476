"""What two tabs, people or workers could do to a thread at the same moment."""

import threading
import uuid
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from accounts.models import User
from accounts.services import delete_account
from support import services
from support.models import Message, Thread
from support.models.thread import Topic
from support.status import REOPEN_WITHIN, Author, Status
from support.uploads import Upload
from tests.exams.factories import make_learner
from tests.exams.racing import await_waiting, held, race
from tests.support.factories import NOW, make_thread, say

# The rows of these apps are removed after each test; groups stay, so agents are
# superusers here.
committed = pytest.mark.django_db(
    transaction=True, available_apps=["accounts", "achievements", "exams", "support"]
)
pytestmark = [committed, pytest.mark.both_databases]

CLOSED_AT = NOW + timedelta(hours=1)
TOO_LATE = CLOSED_AT + REOPEN_WITHIN + timedelta(seconds=1)


@pytest.fixture
def agent() -> User:
    return make_learner(is_staff=True, is_superuser=True)


@pytest.fixture
def thread() -> Thread:
    return make_thread()


@pytest.fixture
def media(settings: Any, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = str(tmp_path)
    return tmp_path


def row_of(one: Thread | User) -> Any:
    return type(one)._default_manager.filter(pk=one.pk)


def upload() -> Upload:
    return Upload(name="a.txt", content_type="text/plain", content=b"a")


def n_files(folder: Path) -> int:
    return sum(one.is_file() for one in folder.rglob("*"))


# --- the same thing sent twice --------------------------------------------------------


def test_of_twenty_identical_questions_one_is_asked(media: Path) -> None:
    learner, token = make_learner(), uuid.uuid4()
    ask = partial(
        services.start_thread,
        learner=learner,
        topic=Topic.OTHER,
        text="Why?",
        files=[upload()],
        token=token,
        now=NOW,
    )
    found = race([ask] * 20, behind=row_of(learner))
    assert len({thread.pk for thread, _ in found}) == 1
    assert sum(is_new for _, is_new in found) == 1
    assert Message.objects.count() == n_files(media) == 1


def test_of_twenty_identical_messages_one_is_said(thread: Thread, media: Path) -> None:
    write = partial(say, thread, thread.learner, token=uuid.uuid4(), files=[upload()])
    found = race([write] * 20, behind=row_of(thread.learner))
    assert len({message.pk for message in found}) == 1
    assert thread.messages.count() == 2
    assert n_files(media) == 1


def test_a_token_used_in_two_threads_at_once_says_one_thing(thread: Thread) -> None:
    other, token = make_thread(thread.learner), uuid.uuid4()
    writes = [partial(say, one, thread.learner, token=token) for one in (thread, other)]
    found = race(writes * 3, behind=row_of(thread.learner))
    assert len({message.pk for message in found}) == 1


def test_different_messages_are_all_said_in_one_order(
    thread: Thread, agent: User
) -> None:
    writes = [partial(say, thread, thread.learner, f"L{n}") for n in range(10)]
    writes += [partial(say, thread, agent, f"A{n}") for n in range(10)]
    race(writes, behind=row_of(thread))
    thread.refresh_from_db()
    assert thread.messages.count() == 21
    newest = thread.messages.order_by("pk").last()
    assert newest
    assert thread.status == ("open" if newest.kind == "learner" else "answered")
    assert newest.pk == max(thread.last_learner_message, thread.last_agent_message)


# --- writing against closing ----------------------------------------------------------


def test_a_reply_that_meets_the_closing_is_never_lost(
    thread: Thread, agent: User
) -> None:
    for n in range(5):
        thread = make_thread(thread.learner)
        reply = partial(say, thread, thread.learner, "But…", now=CLOSED_AT)
        close = partial(services.close_thread, thread=thread, by=agent, now=CLOSED_AT)
        calls = [reply, close] if n % 2 else [close, reply]
        race(calls, behind=row_of(thread))
        thread.refresh_from_db()
        said = list(thread.messages.order_by("pk").values_list("kind", "text"))
        # Either the reply opened it again, or it was closed with the reply in it.
        if thread.is_closed:
            assert said[1:] == [("learner", "But…"), ("event", "closed")]
        else:
            assert thread.status == "open"
            assert said[1:] == [
                ("event", "closed"),
                ("event", "reopened"),
                ("learner", "But…"),
            ]


def test_two_first_replies_after_long_make_one_follow_up(
    thread: Thread, agent: User
) -> None:
    services.close_thread(thread=thread, by=agent, now=CLOSED_AT)
    writes = [
        partial(say, thread, author, now=TOO_LATE)
        for author in (thread.learner, agent, thread.learner, agent)
    ]
    found = race(writes, behind=row_of(thread))
    assert len({message.thread_id for message in found}) == 1
    follower = Thread.objects.get(follows=thread)
    assert follower.messages.count() == 4
    assert Thread.objects.count() == 2
    events = thread.messages.filter(kind="event").values_list("text", flat=True)
    assert sorted(events) == ["closed", "followed"]


def test_closing_twice_at_once_is_done_once(thread: Thread, agent: User) -> None:
    close = partial(services.close_thread, thread=thread, now=CLOSED_AT)
    done = race(
        [partial(close, by=by) for by in (agent, thread.learner, None)],
        behind=row_of(thread),
    )
    assert sorted(done) == [False, False, True]
    assert thread.messages.filter(kind="event").count() == 1


def test_a_quiet_thread_that_is_written_into_meanwhile_stays(
    thread: Thread, agent: User
) -> None:
    say(thread, agent)
    then = NOW + timedelta(days=11)
    if not connection.features.has_select_for_update:
        pytest.skip("Nobody holds a row: whoever writes holds the database.")
    # It passes over what somebody holds, who may be about to write.
    with held(row_of(thread)):
        assert race([partial(services.close_quiet_threads, now=then)]) == [0]
    assert services.close_quiet_threads(now=then) == 1


# --- seeing ---------------------------------------------------------------------------


def test_what_was_seen_never_goes_back(thread: Thread, agent: User) -> None:
    answers = [say(thread, agent, f"{n}").pk for n in range(12)]
    see = partial(services.see_thread, thread=thread)
    in_disorder = answers[::-1] + answers[::2]
    race([partial(see, message_id=pk) for pk in in_disorder], behind=row_of(thread))
    thread.refresh_from_db()
    assert thread.learner_saw == answers[-1]


def test_seeing_and_answering_at_once_lose_neither(thread: Thread, agent: User) -> None:
    first = say(thread, agent)
    see = partial(services.see_thread, thread=thread, message_id=first.pk)
    race([see, partial(say, thread, agent, "More.")] * 3, behind=row_of(thread))
    thread.refresh_from_db()
    assert thread.learner_saw == first.pk
    assert thread.is_unread
    assert thread.messages.filter(kind="agent").count() == 4


# --- leaving --------------------------------------------------------------------------


def attempt_to(call: Any) -> str:
    """Return what became of a change that may come too late."""
    try:
        call()
    except services.ThreadGone:
        return "gone"
    return "done"


@pytest.mark.parametrize(
    "what", ["agent answers", "learner writes", "asks", "closes", "late reply"]
)
def test_a_change_that_meets_the_account_s_deletion_leaves_nothing(
    what: str, thread: Thread, agent: User, media: Path
) -> None:
    learner = thread.learner
    say(thread, learner, files=[upload()])
    if what == "late reply":
        services.close_thread(thread=thread, by=agent, now=CLOSED_AT)
    start = partial(services.start_thread, learner=learner, topic=Topic.OTHER)
    change = {
        "agent answers": partial(say, thread, agent, files=[upload()]),
        "learner writes": partial(say, thread, learner, files=[upload()]),
        "asks": partial(start, text="Why?", files=[upload()], now=NOW),
        "closes": partial(services.close_thread, thread=thread, by=learner, now=NOW),
        "late reply": partial(say, thread, agent, now=TOO_LATE),
    }[what]
    leave = partial(delete_account, user=User.objects.get(pk=learner.pk))
    race([partial(attempt_to, change), leave], behind=row_of(learner))
    assert not Thread.objects.exists()
    assert not Message.objects.exists()
    assert not User.objects.filter(pk=learner.pk).exists()
    assert n_files(media) == 0


def test_an_agent_who_leaves_while_answering_leaves_the_answer_whole(
    thread: Thread, agent: User
) -> None:
    services.assign_thread(thread=thread, to=agent, by=agent)
    leave = partial(delete_account, user=User.objects.get(pk=agent.pk))
    write = partial(attempt_to, partial(say, thread, agent, status=Status.CLOSED))
    race([write, leave], behind=row_of(agent))
    thread.refresh_from_db()
    assert thread.assigned_to is None
    assert thread.closed_by is None
    answers = thread.messages.filter(kind="agent")
    assert thread.is_closed == answers.exists()
    assert all(one.author is None for one in answers)


def test_who_writes_takes_people_before_the_thread_as_leaving_does(
    thread: Thread, agent: User
) -> None:
    if not connection.features.has_select_for_update:
        pytest.skip("There are no row locks to take in any order.")
    writing = threading.Thread(
        target=race, args=([partial(say, thread, agent, kind=Author.AGENT)],)
    )
    with held(row_of(thread.learner)):
        writing.start()
        await_waiting(lambda: 1)
        # It waits for the learner, so it may not hold the thread yet.
        assert len(row_of(thread).select_for_update(nowait=True)) == 1
    writing.join()
    assert thread.messages.count() == 2


def test_who_is_gone_is_found_out_before_anything_is_written() -> None:
    learner = make_learner()
    thread = make_thread(learner)
    delete_account(user=User.objects.get(pk=learner.pk))
    with pytest.raises(services.PersonGone):
        say(thread, learner)
