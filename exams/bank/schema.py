"""The shape of a bank's files: plain data to content, with every problem noted."""

from collections import Counter
from collections.abc import Collection
from typing import Any

from exams.bank.content import (
    DIFFICULTIES,
    KINDS,
    SAMPLES,
    SCORINGS,
    BankCertification,
    BankChoice,
    BankDomain,
    BankQuestion,
    BankTest,
)
from exams.bank.fields import Record
from exams.bank.problems import Notebook, shown
from exams.entries import MAX_CHOICES
from exams.lengths import LENGTHS

CERTIFICATION = (
    "slug", "name", "short_name", "vendor", "exam_code", "exam_minutes",
    "exam_questions", "pass_percent", "pass_mark", "retires_on", "position", "summary",
    "source", "domains",
)  # fmt: skip
DOMAIN = ("slug", "code", "name", "weight")
TEST = ("number", "title", "difficulty", "minutes", "questions")
QUESTION = (
    "id", "domain", "kind", "scoring", "stem", "choices", "explanation", "tip",
    "reference",
)  # fmt: skip
CHOICE = ("text", "correct", "why", "last")
REFERENCE = ("title", "url")

# The widths of the columns that the texts go to.
LONGEST_CERTIFICATION = {
    "slug": 60, "name": 120, "short_name": 40, "vendor": 60, "exam_code": 30,
    "pass_mark": 80, "source": 200,
}  # fmt: skip
LONGEST_DOMAIN = {"slug": 80, "code": 10, "name": 120}
LONGEST_TEST = {"title": 120}
LONGEST_QUESTION = {"slug": 80, "reference_title": 200, "reference_url": 500}
LONGEST_CHOICE = {"text": 500}

MIN_CHOICES = 2
MOST_QUESTIONS = LENGTHS[-1]
FEWEST_QUESTIONS = LENGTHS[0]
MANY = 1_000  # minutes of an exam, and other numbers that are never larger


def read_certification(data: Any, notebook: Notebook) -> BankCertification:
    """Return a certification's facts; the notebook tells whether they are sound."""
    facts = Record(data, place="", notebook=notebook, fields=CERTIFICATION)
    longest = LONGEST_CERTIFICATION
    certification = BankCertification(
        slug=facts.slug("slug", longest=longest["slug"]),
        name=facts.line("name", longest=longest["name"]),
        short_name=facts.line("short_name", longest=longest["short_name"]),
        vendor=facts.line("vendor", longest=longest["vendor"]),
        exam_code=facts.line("exam_code", longest=longest["exam_code"]),
        exam_minutes=facts.whole("exam_minutes", 1, MANY),
        exam_questions=facts.whole("exam_questions", 1, MANY),
        pass_percent=facts.whole("pass_percent", 1, 100),
        pass_mark=facts.line("pass_mark", longest=longest["pass_mark"]),
        retires_on=facts.day("retires_on"),
        position=facts.whole("position", 0, MANY),
        summary=facts.text("summary"),
        source=facts.url("source", longest=longest["source"]),
        domains=tuple(
            _domain(item, number, notebook)
            for number, item in enumerate(facts.items("domains", of="domains"), 1)
        ),
    )
    if not notebook.problems:
        _check_domains(certification.domains, notebook)
    return certification


def _domain(data: Any, number: int, notebook: Notebook) -> BankDomain:
    entry = Record(data, place=f"domain {number}", notebook=notebook, fields=DOMAIN)
    return BankDomain(
        slug=entry.slug("slug", longest=LONGEST_DOMAIN["slug"]),
        code=entry.line("code", longest=LONGEST_DOMAIN["code"]),
        name=entry.line("name", longest=LONGEST_DOMAIN["name"]),
        weight=entry.whole("weight", 1, 100),
    )


def _check_domains(domains: Collection[BankDomain], notebook: Notebook) -> None:
    for slug, count in Counter(domain.slug for domain in domains).items():
        if count > 1:
            notebook.note("domains", f"{shown(slug)} stands {count} times.")
    total = sum(domain.weight for domain in domains)
    if total != 100:
        notebook.note("domains", f"expected weights that add up to 100, found {total}.")


def read_test(
    data: Any, notebook: Notebook, *, file: str, domains: Collection[str] | None
) -> BankTest:
    """Return a test's questions; ``domains`` None when they are not known."""
    facts = Record(data, place="", notebook=notebook, fields=TEST)
    number = facts.whole("number", 0, 99)
    test = BankTest(
        file=file,
        number=number,
        title=facts.line("title", longest=LONGEST_TEST["title"]),
        difficulty=facts.one_of("difficulty", DIFFICULTIES),
        minutes=facts.whole("minutes", 1, MANY),
        questions=tuple(
            _question(item, place, notebook, domains)
            for place, item in enumerate(facts.items("questions", of="questions"), 1)
        ),
    )
    _check_count(test, notebook)
    _check_ids(test, notebook)
    return test


def _check_count(test: BankTest, notebook: Notebook) -> None:
    fewest = 1 if test.number == SAMPLES else FEWEST_QUESTIONS
    count = len(test.questions)
    # An empty list has been told already; a short one only when all else is sound.
    if count > MOST_QUESTIONS or (0 < count < fewest and not notebook.problems):
        notebook.note(
            "questions", f"expected {fewest} to {MOST_QUESTIONS}, found {count}."
        )


def _check_ids(test: BankTest, notebook: Notebook) -> None:
    first: dict[str, int] = {}
    for number, question in enumerate(test.questions, 1):
        if question.id and first.setdefault(question.id, number) != number:
            notebook.note(
                f"question {number} ({question.id}), id",
                f"expected one of its own; question {first[question.id]} has it.",
            )


def _question(
    data: Any, number: int, notebook: Notebook, domains: Collection[str] | None
) -> BankQuestion:
    name = data.get("id") if isinstance(data, dict) else None
    named = f" ({name[:80]})" if isinstance(name, str) and name.isprintable() else ""
    place = f"question {number}{named}"
    entry = Record(data, place=place, notebook=notebook, fields=QUESTION)
    slug = entry.slug("id", longest=LONGEST_QUESTION["slug"])
    domain = entry.slug("domain", longest=LONGEST_DOMAIN["slug"])
    if domain and domains is not None and domain not in domains:
        known = ", ".join(domains)
        entry.note(
            "domain", f"{shown(domain)} is no domain of this exam; known: {known}."
        )
    title, url = _reference(entry)
    question = BankQuestion(
        id=slug,
        domain=domain,
        kind=entry.one_of("kind", KINDS),
        scoring=entry.one_of("scoring", SCORINGS, default=SCORINGS[0]),
        stem=entry.text("stem"),
        choices=tuple(
            _choice(item, f"{place}, choice {line}", notebook)
            for line, item in enumerate(entry.items("choices", of="choices"), 1)
        ),
        explanation=entry.text("explanation"),
        tip=entry.optional_text("tip"),
        reference_title=title,
        reference_url=url,
    )
    _check_choices(entry, question)
    return question


def _reference(entry: Record) -> tuple[str, str]:
    reference = entry.record("reference", REFERENCE)
    if reference is None:
        return "", ""
    return (
        reference.line("title", longest=LONGEST_QUESTION["reference_title"]),
        reference.url("url", longest=LONGEST_QUESTION["reference_url"]),
    )


def _choice(data: Any, place: str, notebook: Notebook) -> BankChoice:
    entry = Record(data, place=place, notebook=notebook, fields=CHOICE)
    return BankChoice(
        text=entry.line("text", longest=LONGEST_CHOICE["text"]),
        correct=entry.flag("correct"),
        why=entry.text("why"),
        last=entry.flag("last"),
    )


def _check_choices(entry: Record, question: BankQuestion) -> None:
    count, right = len(question.choices), len(question.key)
    if not count:
        return
    if not MIN_CHOICES <= count <= MAX_CHOICES:
        entry.note(
            "choices", f"expected {MIN_CHOICES} to {MAX_CHOICES}, found {count}."
        )
    elif question.kind == "single" and right != 1:
        entry.note("choices", f"expected one right choice, found {right}.")
    elif question.kind == "multiple" and not 2 <= right < count:
        entry.note(
            "choices",
            f"expected two or more right choices and a wrong one, found {right} right "
            f"of {count}.",
        )
    for text, times in Counter(choice.text for choice in question.choices).items():
        if text and times > 1:
            entry.note("choices", f"{shown(text)} stands {times} times.")
