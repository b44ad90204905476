"""Learners' lives as Hypothesis draws them, written as the exams write them.

A life is a list of steps along weeks: practice that goes on later or is abandoned,
exams that are handed in, run out of time or are found long after that, journeys, and
settlements at any point: several in a row, or none for a long time. Rows go into the
database as the exams would have them, but many at a time.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from django.utils import timezone
from hypothesis import strategies as st

from accounts.models import User
from achievements.services import Settled, note_time_zone, settle_learner
from exams.entries import Answer
from exams.lengths import BLOCK
from exams.models import AnswerChunk, Attempt, Question, Release, Test
from exams.models import TestQuestion as Place
from exams.publishing import publish_test
from exams.scoring import score_attempt
from exams.snapshot import QuestionKey
from tests.exams.factories import make_certification, make_test

BEGIN = datetime(2026, 1, 5, 9, 30, 0, 250_000, tzinfo=UTC)
ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Asia/Tokyo", "Pacific/Kiritimati")

# --- what can be taken ----------------------------------------------------------------


@dataclass(frozen=True)
class Content:
    """A release that can be sat."""

    test: Test
    release: Release
    keys: Sequence[QuestionKey]

    @classmethod
    def of(cls, test: Test) -> "Content":
        test.refresh_from_db()
        release = test.current_release
        assert release is not None
        keys = [QuestionKey.from_dict(key) for key in release.keys]
        return cls(test, release, keys)


def make_house() -> list[Content]:
    """Make two certifications. Two tests share questions, one has two releases."""
    first, second = make_certification(), make_certification()
    large = make_test(first, n_questions=50)
    partial = large.questions.filter(kind=Question.Kind.MULTIPLE)
    partial.update(scoring=Question.Scoring.PARTIAL)
    questions = large.places.order_by("position").values_list("question", flat=True)
    small = make_test(first, n_questions=0, minutes=25, published=False)
    Place.objects.bulk_create(
        Place(test=small, question_id=question, position=position)
        for position, question in enumerate(questions[10:35])
    )
    publish_test(test=small, now=timezone.now())
    house = [Content.of(large), Content.of(small), Content.of(make_test(second))]
    # Another key for the same questions: their choices come in another order.
    publish_test(test=large, now=timezone.now())
    return [*house, Content.of(large)]


# --- what happens ---------------------------------------------------------------------

NONE, EVERY = 0, 2 ** (2 * BLOCK) - 1
# A bit per question.
some = st.one_of(st.sampled_from([EVERY, EVERY, NONE]), st.integers(NONE, EVERY))


@dataclass(frozen=True, slots=True)
class Session:
    """Answering some questions of a test, and how it ends. ``pause``: seconds each."""

    content: int
    is_exam: bool
    is_long: bool
    answered: int
    right: int
    pause: int
    end: str  # "finish", "abandon", "leave", or for exams "late"


@dataclass(frozen=True, slots=True)
class Journey:
    zone: str
    is_announced: bool


Step = Session | Journey

sessions = st.builds(
    Session,
    content=st.integers(0, 3),
    is_exam=st.booleans(),
    is_long=st.booleans(),
    answered=some,
    right=some,
    pause=st.sampled_from([0, 20, 20, 3000]),
    end=st.sampled_from(["finish", "finish", "finish", "late", "leave", "abandon"]),
)
journeys = st.builds(Journey, zone=st.sampled_from(ZONES), is_announced=st.booleans())
HOUR, DAY = 60, 1440


@dataclass(frozen=True, slots=True)
class Chapter:
    """Minutes in which nothing happens, a step, and how often it is settled then."""

    minutes: int
    step: Step
    settles: int


chapters = st.builds(
    Chapter,
    minutes=st.sampled_from([0, 7, HOUR, 9 * HOUR, DAY, DAY, DAY, 2 * DAY, 3 * DAY]),
    step=st.one_of(sessions, sessions, sessions, sessions, journeys),
    settles=st.sampled_from([0, 0, 0, 0, 1, 1, 1, 2]),
)
lives = st.lists(chapters, min_size=1, max_size=12)


# --- living it ------------------------------------------------------------------------


@dataclass
class Sitting:
    """An attempt as it goes on; ``late_at`` is when its end is found."""

    attempt: Attempt
    content: Content
    answers: dict[int, Answer] = field(default_factory=dict)
    late_at: datetime | None = None


class Life:
    """One learner. What they did is written when somebody is going to look at it."""

    def __init__(self, learner: User, house: Sequence[Content]) -> None:
        self.learner, self.house = learner, house
        self.now = BEGIN
        self.running: dict[int, Sitting] = {}
        self.unwritten: dict[int, Sitting] = {}

    def live(self, chapters: Sequence[Chapter]) -> None:
        """Live it to the end, and settle what is left."""
        for chapter in chapters:
            self.now += timedelta(minutes=chapter.minutes)
            self.find_late()
            if isinstance(chapter.step, Session):
                self.sit(chapter.step)
            else:
                self.travel(chapter.step)
            # Now and then also when there is nothing new.
            for _ in range(chapter.settles if self.unwritten else chapter.settles // 2):
                self.settle()
        self.settle()

    def settle(self) -> Settled:
        self.write()
        return settle_learner(self.learner.pk, now=self.now)

    def travel(self, journey: Journey) -> None:
        # Never at the very moment of an answer that is counted already.
        self.now += timedelta(seconds=1)
        before = self.learner.time_zone
        User.objects.filter(pk=self.learner.pk).update(time_zone=journey.zone)
        self.learner.time_zone = journey.zone
        if journey.is_announced:
            note_time_zone(
                learner_id=self.learner.pk,
                previous=before,
                now=self.now,
            )

    # --- attempts ---------------------------------------------------------------------

    def sit(self, session: Session) -> None:
        """Go on with the running attempt of the test, or start one."""
        content = self.house[session.content]
        sitting = self.running.get(content.test.pk) or self.start(content, session)
        self.answer(sitting, session)
        attempt = sitting.attempt
        if session.end == "late" and attempt.deadline:
            sitting.late_at = attempt.deadline + timedelta(seconds=session.right % DAY)
        elif session.end == "abandon":
            attempt.abandoned_at = self.now
        elif session.end != "leave":
            self.finish(sitting, self.now)
        if not attempt.is_open:
            del self.running[attempt.test_id]
        self.unwritten[id(sitting)] = sitting

    def start(self, content: Content, session: Session) -> Sitting:
        is_long = session.is_long and len(content.keys) > BLOCK
        length = 2 * BLOCK if is_long else BLOCK
        end = self.now + timedelta(minutes=length)
        attempt = Attempt(
            learner=self.learner,
            test=content.test,
            release=content.release,
            mode=Attempt.Mode.EXAM if session.is_exam else Attempt.Mode.PRACTICE,
            length=length,
            seed=1,
            started_at=self.now,
            deadline=end if session.is_exam else None,
        )
        sitting = Sitting(attempt, content)
        self.running[content.test.pk] = sitting
        return sitting

    def answer(self, sitting: Sitting, session: Session) -> None:
        """The first answer is final in practice; an exam keeps the last one."""
        attempt = sitting.attempt
        for number in range(attempt.length):
            is_new = attempt.is_exam or number not in sitting.answers
            if session.answered >> number & 1 and is_new:
                pause = 1 if attempt.is_exam else session.pause
                self.now += timedelta(seconds=pause)
                key = sitting.content.keys[number]
                wrong = (next(n for n in range(4) if n not in key.right),)
                choices = key.right if session.right >> number & 1 else wrong
                at = int(self.now.timestamp())
                sitting.answers[number] = Answer(number + 1, choices, pause, at)

    def finish(self, sitting: Sitting, now: datetime) -> None:
        attempt = sitting.attempt
        attempt.finished_at = min(now, attempt.deadline or now)
        answers = {number: one.choices for number, one in sitting.answers.items()}
        score = score_attempt(sitting.content.keys[: attempt.length], answers)
        attempt.n_answered, attempt.n_right = score.n_answered, score.n_right
        attempt.points, attempt.score = score.points, score.percent

    def find_late(self) -> None:
        """Finish what ran out of time and was found only now."""
        for sitting in list(self.running.values()):
            if sitting.late_at and sitting.late_at <= self.now:
                self.finish(sitting, self.now)
                del self.running[sitting.attempt.test_id]
                self.unwritten[id(sitting)] = sitting

    # --- rows -------------------------------------------------------------------------

    def write(self) -> None:
        unwritten, self.unwritten = list(self.unwritten.values()), {}
        attempts = [one.attempt for one in unwritten]
        # First what ends, since there is one running attempt per test.
        for attempt in attempts:
            if attempt.pk and not attempt.is_open:
                attempt.save(update_fields=END)
        Attempt.objects.bulk_create(one for one in attempts if one.pk is None)
        AnswerChunk.objects.bulk_create(
            (chunk for one in unwritten for chunk in chunks(one)),
            update_conflicts=True,
            unique_fields=["attempt", "index"],
            update_fields=["answers", "closed"],
        )


END = [
    "finished_at",
    "abandoned_at",
    "n_answered",
    "n_right",
    "points",
    "score",
]


def chunks(sitting: Sitting) -> list[AnswerChunk]:
    attempt = sitting.attempt
    return [
        AnswerChunk(
            attempt=attempt,
            index=index,
            closed=not attempt.is_open,
            answers={
                str(number): one.encode()
                for number, one in sitting.answers.items()
                if number // BLOCK == index
            },
        )
        for index in range(math.ceil(attempt.length / BLOCK))
    ]
