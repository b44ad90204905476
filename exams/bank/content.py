"""What a bank's files hold, once they are read and found sound."""

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import date

DIFFICULTIES = (
    "normal",
    "very-easy",
    "easy",
    "moderate",
    "intermediate",
    "formidable",
    "merciless",
    "ruthless",
    "relentless",
    "nuclear",
)
KINDS = ("single", "multiple")
SCORINGS = ("all-or-nothing", "partial")
SAMPLES = 0


@dataclass(frozen=True, slots=True)
class BankDomain:
    slug: str
    code: str
    name: str
    weight: int


@dataclass(frozen=True, slots=True)
class BankCertification:
    slug: str
    name: str
    short_name: str
    vendor: str
    exam_code: str
    exam_minutes: int
    exam_questions: int
    pass_percent: int
    pass_mark: str
    retires_on: date | None
    position: int
    summary: str
    source: str
    domains: tuple[BankDomain, ...]


@dataclass(frozen=True, slots=True)
class BankChoice:
    text: str
    correct: bool
    why: str
    last: bool


@dataclass(frozen=True, slots=True)
class BankQuestion:
    """A question as its file words it; ``id`` is its slug in the database."""

    id: str
    domain: str
    kind: str
    scoring: str
    stem: str
    choices: tuple[BankChoice, ...]
    explanation: str
    tip: str
    reference_title: str
    reference_url: str

    @property
    def key(self) -> tuple[int, ...]:
        """The places of the right choices, counted from 0."""
        return tuple(n for n, choice in enumerate(self.choices) if choice.correct)

    def fingerprint(self) -> str:
        """Return the SHA-256 of all that the file says about the question."""
        text = json.dumps(asdict(self), sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class BankTest:
    """A test's file; number 0 holds the samples of the home page."""

    file: str
    number: int
    title: str
    difficulty: str
    minutes: int
    questions: tuple[BankQuestion, ...]


@dataclass(frozen=True, slots=True)
class Bank:
    """One certification's folder."""

    certification: BankCertification
    tests: tuple[BankTest, ...]

    @property
    def question_count(self) -> int:
        return sum(len(test.questions) for test in self.tests)
