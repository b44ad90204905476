"""The engine against a plain model of its rules, in sequences that nobody thought of.

Devices compose answers, deliver them late, twice and in any order, one by one or in
batches, with rights that may be over; they flag, move, finish, start again and sign
out, while the clock runs up to the deadline and past it. After every step the database
must hold what the model holds.
"""

import os
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    precondition,
    rule,
    run_state_machine_as_test,
)

from accounts.models import User
from exams import capability, services
from exams.capability import Capability, CapabilityExpired
from exams.models import Attempt, Question, Test
from exams.publishing import publish_test
from exams.review import NotFinished, filter_counts, review_items
from exams.services import (
    AnswerIn,
    AnswerOut,
    AttemptClosed,
    FlagIn,
    InvalidAnswer,
    PositionIn,
)
from exams.signals import attempt_finished
from exams.state import attempt_state, decoded
from tests.exams import engine_model
from tests.exams.engine_model import Event, ModelAttempt, Refused
from tests.exams.factories import make_learner, make_test
from tests.exams.racing import committed

pytestmark = [committed, pytest.mark.both_databases]

MACHINE = settings(
    max_examples=60,
    stateful_step_count=40,
    deadline=None,
    # The same examples in every run of CI; new ones at every developer's desk.
    derandomize=bool(os.environ.get("CI")),
    suppress_health_check=list(HealthCheck),
)

BEGIN = datetime(2026, 1, 1, 12, tzinfo=UTC)
LENGTHS = (25, 50)
REASONS: dict[type[Exception], str] = {
    InvalidAnswer: "invalid",
    AttemptClosed: "closed",
    CapabilityExpired: "expired",
}

# Few questions, few numbers: so that answers meet. 4 has two right choices, 9 is scored
# in part, 24 and 25 are neighbours in different chunks, 50 is in no attempt.
numbers = st.sampled_from([0, 1, 4, 9, 24, 25, 49, 50])
seqs = st.one_of(st.integers(1, 6), st.just(2**53 - 1))
chosen = st.frozensets(st.integers(0, 4), max_size=3)
answers = st.builds(Event, numbers, chosen, seqs, st.integers(0, 86_400))
flag_changes = st.lists(st.tuples(numbers, st.booleans(), seqs), max_size=4)


def make_questions(test: Test) -> list[engine_model.Question]:
    """Return what the editors wrote, in the choices' order of the release."""
    release = test.current_release
    assert release is not None
    found = []
    for place, public in zip(
        test.places.select_related("question"), release.questions, strict=True
    ):
        question = place.question
        by_text = {one.text: one.is_correct for one in question.choices.all()}
        right = [n for n, text in enumerate(public["choices"]) if by_text[text]]
        found.append(
            engine_model.Question(
                right=frozenset(right),
                n_choices=len(public["choices"]),
                partial=question.scoring == Question.Scoring.PARTIAL,
                domain=question.domain_id,
            )
        )
    return found


class Engine(RuleBasedStateMachine):
    """The engine and the model side by side; one learner, one test."""

    test: ClassVar[Test]
    questions: ClassVar[list[engine_model.Question]]

    attempts = Bundle("attempts")
    rights = Bundle("rights")
    events = Bundle("events")

    def __init__(self) -> None:
        super().__init__()
        self.learner: User = make_learner()
        self.now = BEGIN
        self.models: dict[int, ModelAttempt] = {}
        self.shown: dict[int, Any] = {}
        self.heard: Counter[int] = Counter()
        attempt_finished.connect(self.listen)

    def listen(self, attempt_id: int, **kwargs: object) -> None:
        self.heard[attempt_id] += 1

    def teardown(self) -> None:
        attempt_finished.disconnect(self.listen)
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

    @initialize(target=attempts, is_exam=st.booleans(), length=st.sampled_from(LENGTHS))
    def begin(self, is_exam: bool, length: int) -> int:
        return self.start(is_exam, length, restart=False)

    @rule(
        target=attempts,
        is_exam=st.booleans(),
        length=st.sampled_from(LENGTHS),
        restart=st.booleans(),
    )
    def start_again(self, is_exam: bool, length: int, restart: bool) -> Any:
        before = self.running
        pk = self.start(is_exam, length, restart=restart)
        return multiple() if pk == before else pk

    def start(self, is_exam: bool, length: int, *, restart: bool) -> int:
        attempt, created = services.start_attempt(
            learner=self.learner,
            test=self.test,
            mode="exam" if is_exam else "practice",
            length=length,
            now=self.now,
            restart=restart,
        )
        running = self.running
        if running is not None and self.models[running].is_overdue(self.now):
            self.models[running].finish(self.now)
        elif running is not None and restart:
            self.models[running].abandon()
        assert created == (self.running is None)
        if not created:
            assert attempt.pk == running
            return attempt.pk
        minutes = timedelta(minutes=length)
        self.models[attempt.pk] = ModelAttempt(
            questions=self.questions[:length],
            is_exam=is_exam,
            deadline=self.now + minutes if is_exam else None,
        )
        return attempt.pk

    # --- answers ----------------------------------------------------------------------

    @rule(target=rights, pk=attempts)
    def open_on_a_device(self, pk: int) -> Any:
        """A device gets the state, and with it the right to answer, good or not yet."""
        state = attempt_state(Attempt.objects.with_test().get(pk=pk), now=self.now)
        if state["capability"] is None:
            assert self.models[pk].state != "open"
            return multiple()
        return capability.read(state["capability"])

    @rule(target=events, event=answers)
    def compose(self, event: Event) -> Event:
        """It stays on the device for now."""
        return event

    @rule(right=rights, event=st.one_of(events, answers))
    def deliver(self, right: Capability, event: Event) -> None:
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
        pk=attempts,
        batch=st.lists(st.one_of(events, answers), max_size=6),
        flags=flag_changes,
    )
    def deliver_together(
        self, pk: int, batch: list[Event], flags: list[tuple[int, bool, int]]
    ) -> None:
        model = self.models[pk]
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

    @rule(pk=attempts, place=st.sampled_from([0, 3, 24, 25, 49, 50]), seq=seqs)
    def move(self, pk: int, place: int, seq: int) -> None:
        self.both(
            lambda: services.record_position(
                attempt=Attempt.objects.get(pk=pk), position=PositionIn(place, seq)
            ),
            lambda: self.models[pk].move(place, seq),
        )

    @rule()
    def sign_out(self) -> None:
        services.end_capabilities(self.learner)
        if self.running is not None:
            self.models[self.running].epoch += 1

    # --- the clock and the end --------------------------------------------------------

    @rule(seconds=st.integers(1, 900))
    def wait(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)

    @precondition(lambda self: self.running and self.models[self.running].is_exam)
    @rule(microseconds=st.integers(-1, 1))
    def wait_for_the_deadline(self, microseconds: int) -> None:
        assert self.running is not None
        deadline = self.models[self.running].deadline
        assert deadline is not None
        self.now = max(self.now, deadline + timedelta(microseconds=microseconds))

    @rule(pk=attempts)
    def finish(self, pk: int) -> None:
        finished = services.finish_attempt(
            attempt=Attempt.objects.get(pk=pk), now=self.now
        )
        assert finished == self.models[pk].finish(self.now)

    @rule(pk=attempts)
    def touch(self, pk: int) -> None:
        """A page or the API reads the attempt."""
        attempt = services.settle(Attempt.objects.get(pk=pk), now=self.now)
        if self.models[pk].is_overdue(self.now):
            self.models[pk].finish(self.now)
        assert attempt.state == self.models[pk].state

    @rule()
    def sweep(self) -> None:
        overdue = [one for one in self.models.values() if one.is_overdue(self.now)]
        assert services.close_overdue(now=self.now) == len(overdue)
        for model in overdue:
            model.finish(self.now)

    # --- what must hold after every step ----------------------------------------------

    @invariant()
    def the_database_holds_what_the_model_holds(self) -> None:
        found = Attempt.objects.taken_by(self.learner).with_test()
        rows = {
            one.pk: one for one in found.prefetch_related("chunks", "domain_results")
        }
        assert rows.keys() == self.models.keys()
        assert sum(one.is_open for one in rows.values()) <= 1
        for pk, attempt in rows.items():
            self.compare(attempt, self.models[pk])

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


def outcome(call: Callable[[], Any]) -> tuple[str | None, Any]:
    """Return why the call is refused, or what it returns."""
    try:
        return None, call()
    except Refused as refusal:
        return refusal.reason, None
    except tuple(REASONS) as refusal:
        return REASONS[type(refusal)], None


def sent(event: Event) -> AnswerIn:
    choices = tuple(sorted(event.choices))
    return AnswerIn(event.question, choices, event.seq, event.seconds)


def told(out: AnswerOut) -> tuple[str, Event]:
    stands = out.stands
    choices = frozenset(stands.choices)
    return out.outcome, Event(out.question, choices, stands.seq, stands.seconds)


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
