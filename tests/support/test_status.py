"""The state machine of a thread, as a table."""

from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

from support.status import (
    REOPEN_WITHIN,
    Author,
    Status,
    WrongStatus,
    after_message,
    may_reopen,
)

CLOSED_AT = datetime(2026, 11, 2, 12, tzinfo=UTC)
L, A, NOTE, EVENT = Author.LEARNER, Author.AGENT, Author.NOTE, Author.EVENT
OPEN, WAITING, ANSWERED, CLOSED = Status

# Who writes, what they ask for, and what is left behind whatever it was before.
AFTER = {
    (L, None): OPEN,
    (L, OPEN): OPEN,
    (A, None): ANSWERED,
    (A, ANSWERED): ANSWERED,
    (A, WAITING): WAITING,
    (A, CLOSED): CLOSED,
}
REFUSED = {(L, WAITING), (L, ANSWERED), (L, CLOSED), (A, OPEN)}


@pytest.mark.parametrize("current", Status)
@pytest.mark.parametrize(("author", "asked"), AFTER)
def test_who_writes_and_what_they_ask_for_decide(
    author: Author, asked: Status | None, current: Status
) -> None:
    assert after_message(author, current, asked) is AFTER[author, asked]


@pytest.mark.parametrize("current", Status)
@pytest.mark.parametrize(("author", "asked"), sorted(REFUSED))
def test_the_other_side_s_statuses_are_refused(
    author: Author, asked: Status, current: Status
) -> None:
    with pytest.raises(WrongStatus):
        after_message(author, current, asked)


@pytest.mark.parametrize("current", Status)
@pytest.mark.parametrize("author", [NOTE, EVENT])
def test_notes_and_events_leave_everything_as_it_is(
    author: Author, current: Status
) -> None:
    assert after_message(author, current, None) is current
    assert after_message(author, current, current) is current
    for asked in set(Status) - {current}:
        with pytest.raises(WrongStatus):
            after_message(author, current, asked)


def test_the_table_is_whole() -> None:
    asked = [None, *Status]
    assert {*AFTER, *REFUSED} == set(product([L, A], asked))


@pytest.mark.parametrize(
    ("later", "opens"),
    [
        (timedelta(0), True),
        (REOPEN_WITHIN, True),
        (REOPEN_WITHIN + timedelta(microseconds=1), False),
        # A clock that was set back meanwhile.
        (-timedelta(hours=1), True),
    ],
)
def test_a_closed_thread_opens_again_for_fourteen_days(
    later: timedelta, opens: bool
) -> None:
    assert may_reopen(CLOSED_AT, now=CLOSED_AT + later) is opens
