"""The content bar as far as a machine can hold it (docs/content.md). No Django."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from exams.bank.chi_square import p_value
from exams.bank.content import SAMPLES, Bank, BankQuestion, BankTest
from exams.bank.problems import Problem
from exams.bank.similarity import similar_pairs
from exams.lengths import BLOCK, LENGTHS

TEST_QUESTIONS = LENGTHS[-1]
SAMPLE_QUESTIONS = 3
DOMAIN_POINTS = 3.0  # how far a domain's share may be from its published weight
BLOCK_QUESTIONS = 1.0  # and its count in a block of 25 from its share of 25
LEAST_P = 0.05
MOST_LONGEST = 0.30
FEWEST_MULTIPLE = 10
SIMILAR_STEMS = 0.85
SINGLE_CHOICES = (4,)
MULTIPLE_CHOICES = (5, 6)
_COUNTS = {2: "two", 3: "three", 4: "four"}

# Choices are shuffled, so their letters and places mean nothing to the learner.
_BY_PLACE = re.compile(
    r"\b(?:[Oo]ption|[Cc]hoice|[Aa]nswer)s? \(?[A-F]\b\)?"
    r"|\b(?:first|second|third|fourth|fifth|sixth|last|next|previous|above|below)"
    r" (?:option|choice|answer)s?\b"
    r"|\b(?:option|choice|answer)s? (?:above|below)\b"
)
_ALL_OF = re.compile(r"\b(?:all|none|both|neither) of (?:the above|these)\b", re.I)


@dataclass(frozen=True, slots=True)
class TestReport:
    """The measures of one test's file, and what is below the bar."""

    __test__ = False

    name: str
    questions: int
    multiple: int
    domain_points: float
    block_questions: float
    key_p: float
    longest: float
    findings: list[Problem] = field(default_factory=list)


def check_banks(banks: Iterable[Bank]) -> list[TestReport]:
    """Measure every test of the banks; similar stems are looked for across all."""
    named = [(bank, test) for bank in banks for test in bank.tests]
    reports = [check_test(bank, test) for bank, test in named]
    stems = {
        _place(bank, test, question): question.stem
        for bank, test in named
        for question in test.questions
    }
    by_name = {report.name: report for report in reports}
    for similarity, earlier, later in similar_pairs(stems, threshold=SIMILAR_STEMS):
        file, place = later.split(": ")
        message = f"its stem is like that of {earlier} ({similarity:.2f})."
        by_name[file].findings.append(Problem(file, place, message))
    return reports


def _place(bank: Bank, test: BankTest, question: BankQuestion) -> str:
    return f"{bank.certification.slug}/{test.file}: {question.id}"


def check_test(bank: Bank, test: BankTest) -> TestReport:
    """Measure one test against the bar."""
    weights = {domain.slug: domain.weight for domain in bank.certification.domains}
    singles = [question for question in test.questions if question.kind == "single"]
    report = TestReport(
        name=f"{bank.certification.slug}/{test.file}",
        questions=len(test.questions),
        multiple=len(test.questions) - len(singles),
        domain_points=max(
            abs(share - weights[slug])
            for slug, share in domain_shares(test.questions, weights).items()
        ),
        block_questions=max(off for _, _, off, _ in block_distances(test, weights)),
        key_p=key_position_p(singles),
        longest=longest_share(singles),
    )
    for question in test.questions:
        for message in question_findings(question):
            report.findings.append(Problem(report.name, question.id, message))
    if test.number == SAMPLES:
        messages = _sample_findings(report)
    else:
        messages = _test_findings(report, test, weights)
    report.findings.extend(Problem(report.name, "", message) for message in messages)
    return report


def _sample_findings(report: TestReport) -> Iterator[str]:
    if report.questions != SAMPLE_QUESTIONS:
        yield f"expected {SAMPLE_QUESTIONS} samples, found {report.questions}."


def _test_findings(
    report: TestReport, test: BankTest, weights: dict[str, int]
) -> Iterator[str]:
    if report.questions != TEST_QUESTIONS:
        yield f"expected {TEST_QUESTIONS} questions, found {report.questions}."
    if report.multiple < FEWEST_MULTIPLE:
        yield (
            f"expected {FEWEST_MULTIPLE} questions or more with several right choices, "
            f"found {report.multiple}."
        )
    for slug, share in domain_shares(test.questions, weights).items():
        if abs(share - weights[slug]) > DOMAIN_POINTS:
            yield f"{slug} has {share:.1f} % of the test; published: {weights[slug]} %."
    for number, slug, off, count in block_distances(test, weights):
        if off > BLOCK_QUESTIONS:
            yield (
                f"{slug} has {count} questions in block {number}, {off:.1f} from its "
                "share."
            )
    if report.key_p <= LEAST_P:
        counts = ", ".join(str(count) for count in key_positions(test.questions))
        yield f"key positions are uneven (p = {report.key_p:.3f}): {counts}."
    if report.longest > MOST_LONGEST:
        yield f"the key is the longest choice of {report.longest:.0%} of the singles."


def domain_shares(
    questions: Sequence[BankQuestion], weights: dict[str, int]
) -> dict[str, float]:
    """Return each domain's share of the questions in percent."""
    counts = Counter(question.domain for question in questions)
    return {slug: 100 * counts[slug] / len(questions) for slug in weights}


def block_distances(
    test: BankTest, weights: dict[str, int]
) -> Iterator[tuple[int, str, float, int]]:
    """Yield ``(block from 1, domain, questions off its share, count)``."""
    for start in range(0, len(test.questions), BLOCK):
        block = test.questions[start : start + BLOCK]
        counts = Counter(question.domain for question in block)
        for slug, weight in weights.items():
            off = abs(counts[slug] - len(block) * weight / 100)
            yield start // BLOCK + 1, slug, off, counts[slug]


def key_positions(questions: Iterable[BankQuestion]) -> list[int]:
    """Return how often the key of a single is the first choice, the second, ..."""
    singles = [question for question in questions if question.kind == "single"]
    widest = max((len(question.choices) for question in singles), default=0)
    counts = Counter(question.key[0] for question in singles)
    return [counts[place] for place in range(widest)]


def key_position_p(singles: Sequence[BankQuestion]) -> float:
    """Return the probability that chance places the keys this unevenly; 1 for few."""
    observed = key_positions(singles)
    expected = [
        sum(1 / len(one.choices) for one in singles if len(one.choices) > place)
        for place in range(len(observed))
    ]
    # Pearson's approximation wants five expected in each class.
    if len(observed) < 2 or min(expected) < 5:
        return 1.0
    return p_value(observed, expected)


def longest_share(singles: Sequence[BankQuestion]) -> float:
    """Return the share of singles whose key is longer than every other choice."""
    if not singles:
        return 0.0
    return sum(_key_is_longest(question) for question in singles) / len(singles)


def _key_is_longest(question: BankQuestion) -> bool:
    key = question.key[0]
    longest = max(
        len(choice.text) for n, choice in enumerate(question.choices) if n != key
    )
    return len(question.choices[key].text) > longest


def question_findings(question: BankQuestion) -> Iterator[str]:
    """Yield what is below the bar in one question, in words."""
    count, right = len(question.choices), len(question.key)
    wanted = SINGLE_CHOICES if question.kind == "single" else MULTIPLE_CHOICES
    if count not in wanted:
        numbers = " or ".join(str(number) for number in wanted)
        yield f"expected {numbers} choices, found {count}."
    told = re.search(r"\(Choose (\w+)\.\)\s*$", question.stem)
    if (told.group(1) if told else None) != (_COUNTS.get(right) if right > 1 else None):
        expected = (
            f'"(Choose {_COUNTS.get(right, right)}.)"' if right > 1 else "no count"
        )
        yield f"expected {expected} at the end of the stem."
    for name, text in _texts(question):
        if match := _BY_PLACE.search(text):
            yield f'{name} says "{match.group()}", but choices are shuffled: name it.'
    for choice in question.choices:
        if _ALL_OF.search(choice.text) and not choice.last:
            yield f'"{choice.text}" needs `last: true`, or better another wording.'
    for name, text in _texts(question):
        if not text.strip() and name != "tip":
            yield f"{name} is empty."
    if not question.reference_url:
        yield "it has no reference."


def _texts(question: BankQuestion) -> Iterator[tuple[str, str]]:
    yield "stem", question.stem
    for number, choice in enumerate(question.choices, 1):
        yield f"why {number}", choice.why
    yield "explanation", question.explanation
    yield "tip", question.tip
