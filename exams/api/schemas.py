"""What goes in and out of the API. Ids are integers; times are milliseconds."""

from typing import Annotated, Any, Literal

from ninja import Schema
from pydantic import BaseModel, ConfigDict, Field

from exams.entries import MAX_CHOICES, MAX_SECONDS, MAX_SEQ
from exams.lengths import LENGTHS
from exams.services import AnswerIn, FlagIn, PositionIn

MAX_ID = 2**63 - 1

Id = Annotated[int, Field(ge=1, le=MAX_ID)]
QuestionNumber = Annotated[
    int, Field(ge=0, lt=LENGTHS[-1], description="Its number in the release, from 0.")
]
Seq = Annotated[
    int,
    Field(ge=1, le=MAX_SEQ, description="The client's sequence number; later wins."),
]
Choices = Annotated[
    list[Annotated[int, Field(ge=0, lt=MAX_CHOICES)]],
    Field(max_length=MAX_CHOICES, description="Indices of the release's choices."),
]
Mode = Literal["practice", "exam"]
State = Literal["open", "finished", "abandoned"]
Outcome = Literal["saved", "unchanged", "superseded"]


class Strict(BaseModel):
    """Input: numbers are numbers, and unknown fields are refused by name."""

    model_config = ConfigDict(extra="forbid", strict=True)


class AnswerBody(Strict):
    question: QuestionNumber
    choices: Choices
    seq: Seq
    seconds: Annotated[
        int, Field(ge=0, le=MAX_SECONDS, description="Spent on the question.")
    ] = 0

    def as_input(self) -> AnswerIn:
        choices = tuple(sorted(set(self.choices)))
        return AnswerIn(self.question, choices, self.seq, self.seconds)


class FlagBody(Strict):
    question: QuestionNumber
    on: bool
    seq: Seq

    def as_input(self) -> FlagIn:
        return FlagIn(self.question, self.on, self.seq)


class PositionBody(Strict):
    place: Annotated[int, Field(ge=0, lt=LENGTHS[-1])]
    seq: Seq

    def as_input(self) -> PositionIn:
        return PositionIn(self.place, self.seq)


Answers = Annotated[list[AnswerBody], Field(max_length=2 * LENGTHS[-1])]


class SyncBody(Strict):
    answers: Answers = []
    flags: Annotated[list[FlagBody], Field(max_length=2 * LENGTHS[-1])] = []
    position: PositionBody | None = None


class FinishBody(Strict):
    answers: Answers = []


class StartBody(Strict):
    test: Id
    mode: Mode
    length: Literal[25, 50, 75, 100]
    restart: bool = False


class Reference(Schema):
    title: str
    url: str


class Verdict(Schema):
    """What a committed practice answer is told. ``points`` is 0 to 1."""

    question: int
    right: bool
    points: float
    key: list[int]
    whys: list[str]
    explanation: str
    tip: str
    reference: Reference
    domain: str


class Standing(Schema):
    """The answer that stands for a question."""

    choices: list[int]
    seq: int


class Reward(Schema):
    """What a right answer brings that the learner was never paid for before."""

    xp: int
    coins: int


class AnswerResult(Schema):
    """``reward`` is null unless the answer that stands is right and brings one.

    The same answer sent again is told the same verdict and reward. In an exam both are
    null: what it brings shows on the result.
    """

    question: int
    outcome: Outcome
    answer: Standing
    verdict: Verdict | None = None
    reward: Reward | None = None


class FlagState(Schema):
    on: bool
    seq: int


class SyncResult(Schema):
    answers: list[AnswerResult]
    flags: dict[int, FlagState]
    position: int
    position_seq: int


class FinishResult(Schema):
    state: State
    url: str


class StartResult(Schema):
    id: int
    url: str
    created: bool


class PublicQuestion(Schema):
    kind: Literal["single", "multiple"]
    choose: int
    stem: str
    choices: list[str]


class Payload(Schema):
    """A release's first questions as everybody may see them; it never changes."""

    release: int
    length: int
    questions: list[PublicQuestion]


class Progress(Schema):
    """The learner's XP and level, with what this attempt's answers brought so far."""

    xp: int
    level: int
    level_starts_at: Annotated[int, Field(description="The XP the level began with.")]
    next_levels: Annotated[
        list[int], Field(description="The XP that each of the next levels needs.")
    ]


class AttemptState(Schema):
    """All that the runner needs beside the release's payload.

    ``rewards`` has what each of the answers brought, by question, if anything;
    ``standing`` is null in an exam, on a closed attempt and where nobody counts XP.
    """

    id: int
    state: State
    mode: Mode
    length: int
    release: int
    title: str
    started_at: int
    deadline: int | None
    now: int
    order: list[int]
    choice_order: list[list[int]]
    position: int
    position_seq: int
    last_seq: int
    answers: dict[int, Standing]
    flags: dict[int, FlagState]
    verdicts: dict[int, Verdict]
    rewards: dict[int, Reward]
    standing: Progress | None
    capability: str | None
    capability_expires: int | None
    urls: dict[str, str]


class ReviewChoiceOut(Schema):
    index: int
    text: str
    why: str
    is_key: bool
    is_chosen: bool


class ReviewItemOut(Schema):
    place: int
    question: int
    kind: Literal["single", "multiple"]
    choose: int
    stem: str
    choices: list[ReviewChoiceOut]
    outcome: Literal["right", "wrong", "skipped"]
    flagged: bool
    points: float
    seconds: int
    domain_name: str
    explanation: str
    tip: str
    reference: dict[str, Any]


class Review(Schema):
    counts: dict[str, int]
    items: list[ReviewItemOut]
