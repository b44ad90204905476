"""The engine against a plain model of its rules, in sequences that nobody thought of.

Devices compose answers, deliver them late, twice and in any order, one by one or in
batches, with rights that may be over; they flag, move, finish, start again and sign
out, while the clock runs up to the deadline and past it. After every step the database
must hold what the model holds.
"""

from collections import Counter
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from accounts.models import User
from exams import capability, services
from exams.capability import Capability
from exams.models import Attempt, Question, Test
from exams.publishing import publish_test
from exams.review import NotFinished, filter_counts, review_items
from exams.services import (
    FlagIn,
    PositionIn,
)
from exams.signals import attempt_finished
from exams.state import attempt_state, decoded
from tests.exams import engine_model
from tests.exams.engine_bridge import make_questions, outcome, sent, told
from tests.exams.engine_model import Event, ModelAttempt
from tests.exams.factories import make_learner, make_test
from tests.exams.racing import committed
from tests.exams.strategies import (
    BY_THE_CLOCK,
    BY_THE_DEADLINE,
    answers,
    devices,
    flag_changes,
    happenings,
    lengths,
    passages,
    places,
    places_back,
    seqs,
)

pytestmark = [committed, pytest.mark.both_databases]

MACHINE = settings(
    max_examples=60,
    stateful_step_count=40,
    suppress_health_check=[HealthCheck.too_slow],
)

BEGIN = datetime(2026, 1, 1, 12, tzinfo=UTC)


class Engine(RuleBasedStateMachine):
    """The engine and the model side by side; one learner, one test."""

    test: ClassVar[Test]
    questions: ClassVar[list[engine_model.Question]]

    def __init__(self) -> None:
        super().__init__()
        self.learner: User = make_learner()
        self.now = BEGIN
        self.models: dict[int, ModelAttempt] = {}
        self.rights: dict[int, Capability] = {}
        self.waiting: list[Event] = []
        # Attempts that the last step may have changed.
        self.touched: set[int] = set()
        self.shown: dict[int, Any] = {}
        self.heard: Counter[int] = Counter()
        attempt_finished.connect(self.listen)

    def listen(self, attempt_id: int, **kwargs: object) -> None:
        self.heard[attempt_id] += 1

    def teardown(self) -> None:
        attempt_finished.disconnect(self.listen)
        self.touched.update(self.models)
        self.the_database_holds_what_the_model_holds()
        # The sweep of the next example must not find this one's exams.
        self.learner.delete()

    @property
    def running(self) -> int | None:
        """The attempt that the model says is open."""
        still = [pk for pk, model in self.models.items() if model.state == "open"]
        assert len(still) <= 1
        return still[0] if still else None

    def both(self, engine: Any, model: Any) -> tuple[Any, Any]:
        """Call both; return their answers, or see that they refuse for one reason."""
        refused, out = outcome(engine)
        must_refuse, expected = outcome(model)
        assert refused == must_refuse
        return out, expected

    # --- starting ---------------------------------------------------------------------

    # An exam has more that can go wrong.
    @initialize(
        is_exam=st.sampled_from([True, True, False]),
        length=lengths,
        first=st.lists(answers, min_size=1, max_size=4),
    )
    def begin(self, is_exam: bool, length: int, first: list[Event]) -> None:
        self.start(is_exam, length, restart=False)
        for event in first:
            self.deliver(0, event)

    def start(self, is_exam: bool, length: int, *, restart: bool) -> None:
        attempt, created = services.start_attempt(
            learner=self.learner,
            test=self.test,
            mode="exam" if is_exam else "practice",
            length=length,
            now=self.now,
            restart=restart,
        )
        if (running := self.running) is not None:
            self.touched.add(running)
        if running is not None and self.models[running].is_overdue(self.now):
            self.models[running].finish(self.now)
        elif running is not None and restart:
            self.models[running].abandon()
        assert created == (self.running is None)
        if not created:
            assert attempt.pk == running
            return
        minutes = timedelta(minutes=length)
        self.models[attempt.pk] = ModelAttempt(
            questions=self.questions[:length],
            is_exam=is_exam,
            deadline=self.now + minutes if is_exam else None,
        )

    def attempt(self, places_back: int) -> int:
        """Return the latest attempt, or one of those before it."""
        made = list(self.models)
        pk = made[-1 - places_back % len(made)]
        self.touched.add(pk)
        return pk

    # --- what devices do --------------------------------------------------------------

    def open_on(self, device: int, pk: int) -> None:
        """The device gets the state, and with it the right to answer until it ends."""
        state = attempt_state(Attempt.objects.with_test().get(pk=pk), now=self.now)
        if state["capability"] is None:
            assert self.models[pk].state != "open"
        else:
            self.rights[device] = capability.read(state["capability"])

    @rule(
        device=devices,
        composed=st.lists(st.tuples(answers, st.booleans()), min_size=1, max_size=5),
    )
    def answer(self, device: int, composed: list[tuple[Event, bool]]) -> None:
        """Some arrive at once, some wait for a connection."""
        for event, arrives in composed:
            if arrives:
                self.deliver(device, event)
            else:
                self.waiting.append(event)

    @rule(device=devices, order=st.sampled_from(["as sent", "reversed", "twice"]))
    def arrive_late(self, device: int, order: str) -> None:
        waiting, self.waiting = self.waiting, []
        if order == "reversed":
            waiting.reverse()
        for event in waiting * (1 + (order == "twice")):
            self.deliver(device, event)

    @rule(device=devices, event=answers, other=devices)
    def answer_on_two_devices(self, device: int, event: Event, other: int) -> None:
        for one in (device, other, device):
            self.deliver(one, event)

    def deliver(self, device: int, event: Event) -> None:
        if device not in self.rights:
            self.open_on(device, self.attempt(0))
        if device not in self.rights:
            return
        right = self.rights[device]
        self.touched.add(right.attempt)
        model = self.models[right.attempt]
        out, expected = self.both(
            lambda: services.record_answer(
                capability=right, answer=sent(event), now=self.now
            ),
            lambda: model.answer(event, epoch=right.epoch, now=self.now),
        )
        if expected:
            assert told(out) == expected

    @rule(
        back=places_back,
        batch=st.lists(answers, max_size=4),
        flags=flag_changes,
    )
    def deliver_together(
        self, back: int, batch: list[Event], flags: list[tuple[int, bool, int]]
    ) -> None:
        pk = self.attempt(back)
        model = self.models[pk]
        batch = [*batch, *self.waiting[:2]]
        outs, expected = self.both(
            lambda: services.record_batch(
                attempt=Attempt.objects.get(pk=pk),
                answers=[sent(event) for event in batch],
                flags=[FlagIn(*flag) for flag in flags],
                now=self.now,
            ),
            lambda: model.batch(batch, flags, now=self.now),
        )
        if expected:
            assert [told(out) for out in outs] == expected

    @rule(back=places_back, place=places, seq=seqs)
    def move(self, back: int, place: int, seq: int) -> None:
        pk = self.attempt(back)
        self.both(
            lambda: services.record_position(
                attempt=Attempt.objects.get(pk=pk), position=PositionIn(place, seq)
            ),
            lambda: self.models[pk].move(place, seq),
        )

    # --- what else happens ------------------------------------------------------------

    @rule(what=happenings, device=devices, back=places_back, length=lengths)
    def happen(self, what: str, device: int, back: int, length: int) -> None:
        pk = self.attempt(back)
        if what in ("start", "restart"):
            self.start(is_exam=device > 0, length=length, restart=what == "restart")
        elif what == "open":
            self.open_on(device, pk)
        elif what == "sign out":
            self.sign_out()
        elif what in ("finish", "twice"):
            for _ in range(1 + (what == "twice")):
                self.finish(pk)
        else:
            self.touch(pk)

    def sign_out(self) -> None:
        services.end_capabilities(self.learner)
        if self.running is not None:
            self.models[self.running].epoch += 1

    @rule(what=passages, sweeps=st.booleans())
    def wait(self, what: str, sweeps: bool) -> None:
        deadline = self.running and self.models[self.running].deadline
        if what in BY_THE_CLOCK:
            self.now += BY_THE_CLOCK[what]
        elif deadline:
            self.now = max(self.now, deadline + BY_THE_DEADLINE[what])
        if sweeps:
            self.sweep()

    def finish(self, pk: int) -> None:
        finished = services.finish_attempt(
            attempt=Attempt.objects.get(pk=pk), now=self.now
        )
        assert finished == self.models[pk].finish(self.now)

    def touch(self, pk: int) -> None:
        """A page or the API reads the attempt."""
        attempt = services.settle(Attempt.objects.get(pk=pk), now=self.now)
        if self.models[pk].is_overdue(self.now):
            self.models[pk].finish(self.now)
        assert attempt.state == self.models[pk].state

    def sweep(self) -> None:
        overdue = [one for one in self.models.values() if one.is_overdue(self.now)]
        self.touched.update(self.models)
        assert services.close_overdue(now=self.now) == len(overdue)
        for model in overdue:
            model.finish(self.now)

    # --- what must hold after every step ----------------------------------------------

    @invariant()
    def the_database_holds_what_the_model_holds(self) -> None:
        """Of the attempts that the step touched, and at the end of all of them."""
        mine = Attempt.objects.taken_by(self.learner)
        running = [self.running] if self.running else []
        assert list(mine.open().values_list("pk", flat=True)) == running
        assert mine.count() == len(self.models)
        touched = mine.filter(pk__in={*self.touched, *running})
        for one in touched.with_test().prefetch_related("chunks", "domain_results"):
            self.compare(one, self.models[one.pk])
        self.touched.clear()

    def compare(self, attempt: Attempt, model: ModelAttempt) -> None:
        chunks = list(attempt.chunks.all())
        kept, flags = decoded(chunks)
        assert {
            q: Event(q, frozenset(one.choices), one.seq, one.seconds)
            for q, one in kept.items()
        } == model.answers
        assert {q: (one.seq, one.on) for q, one in flags.items()} == model.flags
        assert (attempt.position_seq, attempt.position) == model.position
        assert (attempt.state, attempt.finished_at, attempt.deadline) == (
            model.state,
            model.finished_at,
            model.deadline,
        )
        assert {(one.closed, one.epoch) for one in chunks} == {
            (model.state != "open", model.epoch)
        }
        assert [one.index for one in chunks] == list(range(model.length // 25))
        self.compare_result(attempt, model)
        self.compare_shown(attempt, model)

    def compare_result(self, attempt: Attempt, model: ModelAttempt) -> None:
        """The score is there when it is finished, exactly as the model counts it."""
        told_once = model.state == "finished"
        assert self.heard[attempt.pk] == told_once
        domains = {
            one.domain_id: (one.n_questions, one.n_right)
            for one in attempt.domain_results.all()
        }
        if not told_once:
            assert (attempt.score, attempt.points, attempt.n_right) == (None,) * 3
            assert domains == {}
            with pytest.raises(NotFinished):
                review_items(attempt)
            return
        assert attempt.points is not None
        assert attempt.score is not None
        result = (Fraction(attempt.points), Fraction(attempt.score))
        assert (attempt.n_answered, attempt.n_right, *result) == model.result()
        assert domains == model.domains()
        counts = filter_counts(review_items(attempt))
        assert counts["right"] == attempt.n_right
        assert counts["skipped"] == attempt.length - (attempt.n_answered or 0)
        assert counts["all"] == attempt.length
        assert counts["right"] + counts["wrong"] + counts["skipped"] == counts["all"]
        assert counts["flagged"] == sum(on for _, on in model.flags.values())

    def compare_shown(self, attempt: Attempt, model: ModelAttempt) -> None:
        """Keys leave with verdicts only: of what is committed, and in practice only."""
        state = attempt_state(attempt, now=self.now)
        due = set() if model.is_exam else set(model.answers)
        assert set(state["verdicts"]) == due
        for question, verdict in state["verdicts"].items():
            worth = model.questions[question].points(model.answers[question].choices)
            assert set(verdict["key"]) == model.questions[question].right
            assert verdict["right"] == (worth == 1)
            assert Fraction(verdict["points"]).limit_denominator(10_000) == worth
        # The order is the attempt's own, for good.
        order = (state["order"], state["choice_order"])
        assert self.shown.setdefault(attempt.pk, order) == order
        assert (state["capability"] is None) == (model.state != "open")


def test_the_engine_does_what_the_model_does() -> None:
    Engine.test = make_test(n_questions=50, minutes=50)
    # One question is worth something in part; the change needs a release of its own.
    Question.objects.filter(places__test=Engine.test, places__position=9).update(
        scoring=Question.Scoring.PARTIAL
    )
    publish_test(test=Engine.test, now=BEGIN)
    Engine.test.refresh_from_db()
    Engine.questions = make_questions(Engine.test)
    run_state_machine_as_test(Engine, settings=MACHINE)
