"""A conversation of any length against a plain model of the rules, on PostgreSQL."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from support import services
from support.models import Message, Thread
from support.services.mails import claim_answers, settle_answers, unread_answers
from support.status import Author, Status, WrongStatus
from tests.exams.factories import make_learner
from tests.support.factories import NOW, make_agent, say

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
REOPENS, QUIET = 14 * DAY, 10 * DAY


@dataclass
class Said:
    """One message of the model; ``by`` is learner, agent or note."""

    by: str
    text: str
    pk: int
    is_told: bool = False


@dataclass
class Plain:
    """A thread as the rules have it, without a database."""

    status: str
    now: datetime
    waiting_since: datetime | None = None
    closed_at: datetime | None = None
    last: datetime | None = None
    rating: str = ""
    follows: int | None = None
    said: list[Said] = field(default_factory=list)
    events: list[str] = field(default_factory=list)
    learner_saw: int = 0

    def set(self, status: str, now: datetime) -> None:
        self.status = status
        self.waiting_since = (self.waiting_since or now) if status == "open" else None
        self.closed_at = (self.closed_at or now) if status == "closed" else None

    @property
    def answers(self) -> list[Said]:
        return [one for one in self.said if one.by == "agent"]


class Conversation(RuleBasedStateMachine):
    threads = Bundle("threads")
    # How often all conversations together met what can go wrong.
    met: Counter[str] = Counter()

    def __init__(self) -> None:
        super().__init__()
        # A savepoint: each conversation begins with an empty desk.
        self.savepoint = transaction.savepoint()
        self.now = NOW
        self.model: dict[int, Plain] = {}
        self.sent: dict[UUID, Said] = {}
        self.seen_before: dict[int, int] = {}

    @initialize(target=threads)
    def begin(self) -> int:
        self.learner, self.agent = make_learner(), make_agent()
        return self._ask("Why?")

    @rule(target=threads)
    @precondition(lambda self: len(self.model) < 4)
    def ask(self) -> int:
        return self._ask("And why?")

    def _ask(self, text: str) -> int:
        token = uuid4()
        ask = {"learner": self.learner, "topic": "other", "now": self.now}
        thread, is_new = services.start_thread(text=text, token=token, **ask)
        again, is_new_again = services.start_thread(text=text, token=token, **ask)
        assert (is_new, is_new_again, again) == (True, False, thread)
        plain = Plain("open", self.now, waiting_since=self.now, last=self.now)
        plain.said.append(Said("learner", text, thread.messages.get().pk))
        self.model[thread.pk] = plain
        return thread.pk

    # --- writing ----------------------------------------------------------------------

    @rule(pk=threads, text=st.text(min_size=1, max_size=20), twice=st.booleans())
    def learner_writes(self, pk: int, text: str, twice: bool) -> None:
        if text.strip():
            self._write(pk, "learner", text, None, twice)

    @rule(
        pk=threads,
        asked=st.sampled_from([None, Status.ANSWERED, Status.WAITING, Status.CLOSED]),
        twice=st.booleans(),
    )
    def agent_answers(self, pk: int, asked: Status | None, twice: bool) -> None:
        self._write(pk, "agent", "Because.", asked, twice)

    @rule(pk=threads)
    def agent_notes(self, pk: int) -> None:
        note = say(self._row(pk), self.agent, "Psst.", kind=Author.NOTE, now=self.now)
        assert note.thread_id == pk
        self.model[pk].said.append(Said("note", "Psst.", note.pk))

    @rule(pk=threads, wrong=st.sampled_from(["learner", "agent"]))
    def somebody_asks_for_what_is_not_theirs(self, pk: int, wrong: str) -> None:
        author, status = {
            "learner": (self.learner, Status.ANSWERED),
            "agent": (self.agent, Status.OPEN),
        }[wrong]
        before = Message.objects.count()
        with pytest.raises(WrongStatus):
            say(self._row(pk), author, status=status, now=self.now)
        assert Message.objects.count() == before

    def _write(
        self, pk: int, by: str, text: str, asked: Status | None, twice: bool
    ) -> None:
        author = self.learner if by == "learner" else self.agent
        fields: dict[str, Any] = {"status": asked, "now": self.now, "token": uuid4()}
        message = say(self._row(pk), author, text, **fields)
        if twice:
            assert say(self._row(pk), author, text, **fields) == message
        expected = self._where_it_goes(pk)
        if expected is None:
            # A new one, behind the last of the chain.
            old = self._end_of_chain(pk)
            self.model[old].events.append("followed")
            self.met["a thread that follows"] += 1
            expected = message.thread_id
            assert expected not in self.model
            self.model[expected] = Plain("open", self.now, follows=old)
        assert message.thread_id == expected
        self._said(expected, Said(by, text, message.pk), asked)

    def _end_of_chain(self, pk: int) -> int:
        while True:
            later = [key for key, one in self.model.items() if one.follows == pk]
            if not later or self.model[pk].status != "closed":
                return pk
            if self.now - self._closed_at(pk) <= REOPENS:
                return pk
            [pk] = later

    def _closed_at(self, pk: int) -> datetime:
        closed_at = self.model[pk].closed_at
        assert closed_at is not None
        return closed_at

    def _where_it_goes(self, pk: int) -> int | None:
        end = self._end_of_chain(pk)
        if self.model[end].status != "closed":
            return end
        return end if self.now - self._closed_at(end) <= REOPENS else None

    def _said(self, pk: int, one: Said, asked: Status | None) -> None:
        plain = self.model[pk]
        if plain.status == "closed":
            plain.set("open", self.now)
            plain.events.append("reopened")
            self.met["writing into a closed thread"] += 1
        plain.said.append(one)
        plain.last = self.now
        left = "open" if one.by == "learner" else (asked or Status.ANSWERED).value
        plain.set(left, self.now)
        if left == "closed":
            plain.events.append("closed")
        if one.by == "learner" and plain.answers:
            plain.learner_saw = max(plain.learner_saw, plain.answers[-1].pk)

    # --- everything else --------------------------------------------------------------

    @rule(pk=threads, by_agent=st.booleans())
    def somebody_closes(self, pk: int, by_agent: bool) -> None:
        by = self.agent if by_agent else self.learner
        closed = services.close_thread(thread=self._row(pk), by=by, now=self.now)
        assert closed == (self.model[pk].status != "closed")
        if closed:
            self.model[pk].set("closed", self.now)
            self.model[pk].events.append("closed")

    @rule(pk=threads, by_agent=st.booleans(), days=st.sampled_from([0, 13, 15]))
    def somebody_reopens(self, pk: int, by_agent: bool, days: int) -> None:
        self.now += days * DAY
        by, plain = (self.agent if by_agent else self.learner), self.model[pk]
        reopen = {"thread": self._row(pk), "by": by, "now": self.now}
        if plain.status != "closed":
            assert not services.reopen_thread(**reopen)
        elif self.now - self._closed_at(pk) > REOPENS:
            with pytest.raises(services.TooLate):
                services.reopen_thread(**reopen)
            self.met["too late"] += 1
        else:
            assert services.reopen_thread(**reopen)
            plain.set("open", self.now)
            plain.events.append("reopened")

    @rule(pk=threads, rating=st.sampled_from(Thread.Rating))
    def learner_rates(self, pk: int, rating: Thread.Rating) -> None:
        rate = {"thread": self._row(pk), "by": self.learner, "rating": rating}
        if self.model[pk].status == "closed":
            services.rate_thread(**rate, comment="", now=self.now)
            self.model[pk].rating = rating.value
        else:
            with pytest.raises(services.NotClosed):
                services.rate_thread(**rate, comment="", now=self.now)

    @rule(pk=threads, data=st.data())
    def learner_reads_up_to(self, pk: int, data: st.DataObject) -> None:
        plain = self.model[pk]
        keys = [one.pk for one in plain.said if one.by != "note"]
        upto = data.draw(st.sampled_from([0, 2**62, *keys]))
        services.see_thread(thread=self._row(pk), message_id=upto)
        # Not beyond what there is.
        plain.learner_saw = max(plain.learner_saw, min(upto, max(keys)))

    @rule(hours=st.integers(1, 15 * 24))
    def time_passes(self, hours: int) -> None:
        self.now += timedelta(hours=hours)

    @rule(days=st.sampled_from([0, 9, 11]))
    def quiet_threads_are_closed(self, days: int) -> None:
        self.now += days * DAY
        quiet = [
            one
            for one in self.model.values()
            if one.status in ("answered", "waiting")
            and one.last is not None
            and self.now - one.last > QUIET
        ]
        assert services.close_quiet_threads(now=self.now) == len(quiet)
        for one in quiet:
            self.met["a quiet thread"] += 1
            one.set("closed", self.now)
            one.events.append("closed")

    @rule(dies=st.booleans())
    def mail_goes_out(self, dies: bool) -> None:
        """Every answer that was not read is told once, or again after a death."""
        self.now += timedelta(minutes=5)
        claim = claim_answers(self.learner.pk, now=self.now)
        if claim is None:
            return
        told = {one.pk for one in unread_answers(claim, now=self.now)}
        claimed = {one.pk for one in claim.threads}
        expected = {
            answer.pk
            for pk, plain in self.model.items()
            for answer in plain.answers
            if pk in claimed and answer.pk > plain.learner_saw and not answer.is_told
        }
        # What nobody could deliver for days is given up.
        recent = Message.objects.filter(created_at__gt=self.now - 5 * DAY)
        assert told == expected & set(recent.values_list("pk", flat=True))
        self.met["several answers in a mail"] += len(told) > 1
        if dies:
            self.met["a dead worker with answers"] += bool(told)
            return
        settle_answers(claim, now=self.now)
        for pk in claimed:
            for answer in self.model[pk].answers:
                answer.is_told = True

    # --- what always holds ------------------------------------------------------------

    def _row(self, pk: int) -> Thread:
        return Thread.objects.get(pk=pk)

    @invariant()
    def the_rows_are_as_the_rules_have_them(self) -> None:
        rows = {one.pk: one for one in Thread.objects.all()}
        assert rows.keys() == self.model.keys()
        for pk, plain in self.model.items():
            row = rows[pk]
            assert (row.status, row.waiting_since) == (
                plain.status,
                plain.waiting_since,
            )
            assert (row.closed_at, row.follows_id) == (plain.closed_at, plain.follows)
            assert (row.last_message_at, row.rating) == (plain.last, plain.rating)
            assert row.learner_saw == plain.learner_saw
            unread = any(one.pk > plain.learner_saw for one in plain.answers)
            assert row.is_unread == unread
            # An answer that was neither read nor told has its mail coming.
            untold = any(
                one.pk > plain.learner_saw and not one.is_told for one in plain.answers
            )
            assert not untold or row.mail_due_at is not None

    @invariant()
    def nothing_that_was_said_is_lost_or_changed(self) -> None:
        for pk, plain in self.model.items():
            said = Message.objects.filter(thread=pk).exclude(kind="event")
            expected = [(one.by, one.text) for one in plain.said]
            assert list(said.values_list("kind", "text")) == expected
            events = Message.objects.filter(thread=pk, kind="event")
            assert list(events.values_list("text", flat=True)) == plain.events

    @invariant()
    def what_was_seen_never_goes_back(self) -> None:
        seen = dict(Thread.objects.values_list("pk", "learner_saw"))
        for pk, before in self.seen_before.items():
            assert seen[pk] >= before
        self.seen_before = seen

    def teardown(self) -> None:
        transaction.savepoint_rollback(self.savepoint)


def test_any_conversation_goes_by_the_rules() -> None:
    run_state_machine_as_test(
        Conversation,
        settings=settings(
            max_examples=40,
            stateful_step_count=40,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
    assert len(+Conversation.met) == 6, Conversation.met
