"""Loading banks into the database: all or nothing, and only what changed.

A file wins over the database only when it changed since its last load: fingerprints of
the files stand in Certification and Test, that of each question's entry in Question. So
what an editor changed in the admin stays until somebody changes that entry in the file.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path

from django.db import connection, transaction
from django.db.models import ProtectedError

from exams.bank.content import Bank, BankQuestion, BankTest
from exams.bank.folders import (
    CERTIFICATION_FILE,
    Folder,
    find_folders,
    read_bank,
    test_file_name,
)
from exams.bank.problems import BankErrors, Problem
from exams.models import Certification, Choice, Domain, Question, Release, Test
from exams.models import TestQuestion as Place
from exams.publishing import NotPublishable, publish_test

# Any number that nobody else locks on: "bank" in ASCII.
_LOCK = 0x62616E6B
_CHOICE_FIELDS = ("text", "is_correct", "why", "is_last")


@dataclass
class Changes:
    """What loading one certification changed, in words."""

    name: str
    question_count: int = 0
    facts: bool = False
    new: int = 0
    changed: int = 0
    restored: int = 0
    retired: int = 0
    deleted: int = 0
    tests: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        parts = ["facts loaded"] if self.facts else []
        counts = ("new", "changed", "restored", "retired", "deleted")
        parts += [
            f"{getattr(self, name)} {name}" for name in counts if getattr(self, name)
        ]
        parts += self.tests
        if not parts:
            return f"{self.name}: unchanged"
        if self.question_count:
            parts.insert(0, f"{self.question_count} questions")
        return f"{self.name}: {', '.join(parts)}"


def load_banks(
    *, root: Path, now: datetime, only: str | None = None, dry_run: bool = False
) -> list[Changes]:
    """Load every bank below ``root``; return what changed, a row per certification.

    Raise BankErrors with all that is wrong in the changed files; then nothing changed.
    A dry run reads every file, whether it changed or not, and changes nothing.
    """
    folders = find_folders(root, only=only)
    with transaction.atomic(), _one_at_a_time():
        loaded = _loaded_fingerprints()
        names = dict(Certification.objects.values_list("slug", "short_name"))
        banks = _read_changed(folders, {} if dry_run else loaded)
        changes = [
            _apply(banks[one.slug], one, loaded.get(one.slug, {}), now=now)
            if one.slug in banks
            else Changes(names[one.slug])
            for one in folders
        ]
        transaction.set_rollback(dry_run)
    return changes


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    """Let two servers that start together load one after the other."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
    yield


def _loaded_fingerprints() -> dict[str, dict[str, str]]:
    """Return, by certification and file name, what was loaded last. Two queries."""
    loaded: dict[str, dict[str, str]] = {}
    rows = Certification.objects.values_list("slug", "source_fingerprint")
    for slug, fingerprint in rows:
        loaded[slug] = {CERTIFICATION_FILE: fingerprint}
    tests = Test.objects.exclude(source_fingerprint="").values_list(
        "certification__slug", "number", "source_fingerprint"
    )
    for slug, number, fingerprint in tests:
        loaded[slug][test_file_name(number)] = fingerprint
    return loaded


def _read_changed(
    folders: Iterable[Folder], loaded: Mapping[str, Mapping[str, str]]
) -> dict[str, Bank]:
    """Return the banks with a file that is new, changed or gone."""
    banks: dict[str, Bank] = {}
    problems: list[Problem] = []
    for folder in folders:
        if folder.fingerprints() == loaded.get(folder.slug) and not folder.problems:
            continue
        try:
            banks[folder.slug] = read_bank(folder)
        except BankErrors as errors:
            problems += errors.problems
    if problems:
        raise BankErrors(problems)
    return banks


def _apply(
    bank: Bank, folder: Folder, loaded: Mapping[str, str], *, now: datetime
) -> Changes:
    """Write one bank's changed files to the database."""
    files = folder.fingerprints()
    facts = bank.certification
    changes = Changes(facts.short_name, question_count=bank.question_count)
    changes.facts = loaded.get(CERTIFICATION_FILE) != files[CERTIFICATION_FILE]
    if changes.facts:
        _write_certification(bank, files[CERTIFICATION_FILE])
    certification = Certification.objects.get(slug=facts.slug)
    tests = [one for one in bank.tests if loaded.get(one.file) != files[one.file]]
    _write_questions(certification, tests, changes)
    rows = [_write_test(certification, one, files[one.file]) for one in tests]
    _withdraw_tests(certification, bank, changes)
    _remove_questions(certification, bank, changes)
    _remove_domains(certification, bank)
    for test, row in zip(tests, rows, strict=True):
        _publish(f"{folder.slug}/{test.file}", row, changes, now=now)
    return changes


def _write_certification(bank: Bank, fingerprint: str) -> None:
    facts = asdict(bank.certification)
    domains = facts.pop("domains")
    slug = facts.pop("slug")
    certification, _ = Certification.objects.update_or_create(
        slug=slug, defaults=facts | {"source_fingerprint": fingerprint}
    )
    for position, domain in enumerate(domains):
        Domain.objects.update_or_create(
            certification=certification,
            slug=domain.pop("slug"),
            defaults=domain | {"position": position},
        )


def _write_questions(
    certification: Certification, tests: Iterable[BankTest], changes: Changes
) -> None:
    """Write the questions whose entry changed, and all of their choices."""
    stored = {
        slug: (fingerprint, status)
        for slug, fingerprint, status in certification.questions.values_list(
            "slug", "source_fingerprint", "status"
        )
    }
    changed = []
    for question in (question for test in tests for question in test.questions):
        fingerprint, status = stored.get(question.id, (None, None))
        if fingerprint != question.fingerprint():
            changed.append(question)
            changes.new += fingerprint is None
            changes.changed += fingerprint is not None
        elif status != Question.Status.READY:
            certification.questions.filter(slug=question.id).update(
                status=Question.Status.READY
            )
            changes.restored += 1
    if changed:
        _upsert(certification, changed)


def _upsert(certification: Certification, questions: list[BankQuestion]) -> None:
    domains = {domain.slug: domain for domain in certification.domains.all()}
    rows = [
        Question(
            certification=certification,
            slug=question.id,
            domain=domains[question.domain],
            kind=question.kind,
            scoring=question.scoring,
            stem=question.stem,
            explanation=question.explanation,
            tip=question.tip,
            reference_title=question.reference_title,
            reference_url=question.reference_url,
            status=Question.Status.READY,
            source_fingerprint=question.fingerprint(),
        )
        for question in questions
    ]
    Question.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["certification", "slug"],
        update_fields=[
            "domain", "kind", "scoring", "stem", "explanation", "tip",
            "reference_title", "reference_url", "status", "source_fingerprint",
            "updated_at",
        ],
    )  # fmt: skip
    keys = dict(
        certification.questions.filter(
            slug__in=[question.id for question in questions]
        ).values_list("slug", "pk")
    )
    _upsert_choices({keys[question.id]: question for question in questions})


def _upsert_choices(questions: Mapping[int, BankQuestion]) -> None:
    Choice.objects.bulk_create(
        [
            Choice(
                question_id=pk,
                position=position,
                text=choice.text,
                is_correct=choice.correct,
                why=choice.why,
                is_last=choice.last,
            )
            for pk, question in questions.items()
            for position, choice in enumerate(question.choices)
        ],
        update_conflicts=True,
        unique_fields=["question", "position"],
        update_fields=_CHOICE_FIELDS,
    )
    for pk, question in questions.items():
        surplus = Choice.objects.filter(
            question=pk, position__gte=len(question.choices)
        )
        surplus.delete()


def _write_test(certification: Certification, test: BankTest, fingerprint: str) -> Test:
    row, _ = Test.objects.update_or_create(
        certification=certification,
        number=test.number,
        defaults={
            "title": test.title,
            "difficulty": test.difficulty,
            "minutes": test.minutes,
            "source_fingerprint": fingerprint,
        },
    )
    order = [question.id for question in test.questions]
    stored = row.places.order_by("position").values_list("question__slug", flat=True)
    if list(stored) != order:
        keys = dict(
            certification.questions.filter(slug__in=order).values_list("slug", "pk")
        )
        row.places.all().delete()
        Place.objects.bulk_create(
            Place(test=row, question_id=keys[slug], position=position)
            for position, slug in enumerate(order)
        )
    return row


def _withdraw_tests(certification: Certification, bank: Bank, changes: Changes) -> None:
    """Offer no test whose file is gone; its attempts and releases stay."""
    numbers = [test.number for test in bank.tests]
    gone = certification.tests.exclude(source_fingerprint="").exclude(
        number__in=numbers
    )
    for test in gone:
        changes.tests.append(f"{test.title} withdrawn")
    gone.update(current_release=None, source_fingerprint="")


def _remove_questions(
    certification: Certification, bank: Bank, changes: Changes
) -> None:
    """Retire the questions that no file lists any more; delete what nobody ever saw."""
    listed = {question.id for test in bank.tests for question in test.questions}
    stored = (
        certification.questions.exclude(source_fingerprint="")
        .exclude(status=Question.Status.RETIRED)
        .values_list("slug", "pk")
    )
    gone = {pk for slug, pk in stored if slug not in listed}
    if not gone:
        return
    known = gone & _known_questions(certification)
    changes.retired += Question.objects.filter(pk__in=known).update(
        status=Question.Status.RETIRED
    )
    Question.objects.filter(pk__in=gone - known).delete()
    changes.deleted += len(gone - known)


def _remove_domains(certification: Certification, bank: Bank) -> None:
    """Delete the domains that the file no longer lists, after the questions moved."""
    kept = [domain.slug for domain in bank.certification.domains]
    for domain in certification.domains.exclude(slug__in=kept):
        try:
            domain.delete()
        except ProtectedError as error:
            file = f"{certification.slug}/{CERTIFICATION_FILE}"
            message = (
                f'"{domain.slug}" is missing, but questions or results still use it; '
                "keep its slug (name, code and weight may change)."
            )
            raise BankErrors([Problem(file, "domains", message)]) from error


def _known_questions(certification: Certification) -> set[int]:
    """Return the ids of the questions that a test lists or a release ever showed."""
    known = set(
        Place.objects.filter(test__certification=certification).values_list(
            "question", flat=True
        )
    )
    releases = Release.objects.filter(test__certification=certification)
    for keys in releases.values_list("keys", flat=True).iterator(chunk_size=10):
        known.update(key["question"] for key in keys)
    return known


def _publish(file: str, test: Test, changes: Changes, *, now: datetime) -> None:
    try:
        release, is_new = publish_test(test=test, now=now)
    except NotPublishable as error:
        raise BankErrors([Problem(file, "", reason) for reason in error.reasons]) from (
            error
        )
    if is_new:
        changes.tests.append(f"{test.title}: release {release.number} published")
