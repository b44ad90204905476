"""Writing a bank's content to the database. The caller holds the transaction."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import datetime
from functools import partial

from django.db import transaction

from exams.bank.changes import Changes
from exams.bank.content import Bank, BankQuestion, BankTest
from exams.bank.folders import CERTIFICATION_FILE
from exams.bank.problems import BankErrors, Problem
from exams.models import Certification, Choice, Domain, Offer, Question, Test
from exams.models import TestQuestion as Place
from exams.publishing import released_ids
from exams.signals import offer_ended

_QUESTION_FIELDS = (
    "domain", "kind", "scoring", "stem", "explanation", "tip", "reference_title",
    "reference_url", "status", "source_fingerprint", "updated_at",
)  # fmt: skip
_CHOICE_FIELDS = ("text", "is_correct", "why", "is_last")
# The fingerprint of a question that no file listed any more and the loader retired.
_GONE = "gone"
_RETIRED_BY_US = (_GONE, Question.Status.RETIRED)


def write_certification(bank: Bank, fingerprint: str, changes: Changes) -> None:
    """Write the facts and the domains; domains that are gone go later."""
    facts = asdict(bank.certification)
    domains = facts.pop("domains")
    certification, _ = Certification.objects.update_or_create(
        slug=facts.pop("slug"), defaults=facts | {"source_fingerprint": fingerprint}
    )
    for position, domain in enumerate(domains):
        Domain.objects.update_or_create(
            certification=certification,
            slug=domain.pop("slug"),
            defaults=domain | {"position": position},
        )
    changes.facts = True


def write_questions(
    certification: Certification, tests: Iterable[BankTest], changes: Changes
) -> None:
    """Write the questions whose entry changed.

    Those that the loader retired are ready again now that a file lists them; a status
    that an editor chose stays, and stops the load.
    """
    tests = list(tests)
    rows = certification.questions.values_list("slug", "source_fingerprint", "status")
    stored = {slug: (fingerprint, status) for slug, fingerprint, status in rows}
    ours = {slug for slug, row in stored.items() if row == _RETIRED_BY_US}
    statuses = {slug: row[1] for slug, row in stored.items() if slug not in ours}
    if problems := _status_problems(certification, tests, statuses):
        raise BankErrors(problems)
    changed = [
        question
        for test in tests
        for question in test.questions
        if stored.get(question.id, ("",))[0] != question.fingerprint()
    ]
    slugs = {question.id for question in changed}
    changes.new += len(slugs - stored.keys())
    changes.restored += len(slugs & ours)
    changes.changed += len((slugs & stored.keys()) - ours)
    if changed:
        _upsert(certification, changed, _domains(certification, tests))


def _status_problems(
    certification: Certification,
    tests: Iterable[BankTest],
    statuses: Mapping[str, str],
) -> list[Problem]:
    """Say which listed questions an editor has taken out of use."""
    return [
        Problem(
            f"{certification.slug}/{test.file}",
            f"question {number} ({question.id})",
            f"an editor set it to {statuses[question.id]}; mark it as ready in the "
            "admin, or take it out of the file.",
        )
        for test in tests
        for number, question in enumerate(test.questions, 1)
        if statuses.get(question.id, Question.Status.READY) != Question.Status.READY
    ]


def _domains(
    certification: Certification, tests: Iterable[BankTest]
) -> dict[str, Domain]:
    """Return the domains by slug; raise BankErrors for those that a file misses."""
    domains = {domain.slug: domain for domain in certification.domains.all()}
    problems = [
        Problem(
            f"{certification.slug}/{test.file}",
            f"question {number} ({question.id}), domain",
            f'"{question.domain}" is in {CERTIFICATION_FILE} but no more in the '
            f"database; change {CERTIFICATION_FILE} (a comment will do) to load its "
            "domains again.",
        )
        for test in tests
        for number, question in enumerate(test.questions, 1)
        if question.domain not in domains
    ]
    if problems:
        raise BankErrors(problems)
    return domains


def _upsert(
    certification: Certification,
    questions: list[BankQuestion],
    domains: Mapping[str, Domain],
) -> None:
    Question.objects.bulk_create(
        [
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
        ],
        update_conflicts=True,
        unique_fields=["certification", "slug"],
        update_fields=_QUESTION_FIELDS,
    )
    keys = _keys(certification, [question.id for question in questions])
    _upsert_choices({keys[question.id]: question for question in questions})


def _keys(certification: Certification, slugs: list[str]) -> dict[str, int]:
    rows = certification.questions.filter(slug__in=slugs)
    return dict(rows.values_list("slug", "pk"))


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
    surplus = [
        pk
        for pk, question, position in Choice.objects.filter(
            question__in=questions
        ).values_list("pk", "question", "position")
        if position >= len(questions[question].choices)
    ]
    Choice.objects.filter(pk__in=surplus).delete()


def write_test(certification: Certification, test: BankTest, fingerprint: str) -> Test:
    """Write a test's own fields and the order of its questions."""
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
        keys = _keys(certification, order)
        row.places.all().delete()
        Place.objects.bulk_create(
            Place(test=row, question_id=keys[slug], position=position)
            for position, slug in enumerate(order)
        )
    return row


def withdraw_tests(
    certification: Certification, bank: Bank, changes: Changes, *, now: datetime
) -> None:
    """Offer no test whose file is gone; its attempts and releases stay."""
    numbers = [test.number for test in bank.tests]
    gone = certification.tests.exclude(source_fingerprint="").exclude(
        number__in=numbers
    )
    changes.tests += [f"{test.title} withdrawn" for test in gone]
    pks = list(gone.values_list("pk", flat=True))
    Offer.objects.filter(test__in=pks, until=None).update(until=now)
    gone.update(current_release=None, source_fingerprint="")
    for pk in pks:
        announce = partial(offer_ended.send_robust, Test, test_id=pk)
        transaction.on_commit(announce)


def remove_questions(
    certification: Certification, bank: Bank, changes: Changes
) -> None:
    """Retire the questions that no file lists any more; delete what nobody ever saw."""
    listed = {question.id for test in bank.tests for question in test.questions}
    stored = (
        certification.questions.exclude(source_fingerprint__in=["", _GONE])
        .exclude(status=Question.Status.RETIRED)
        .values_list("slug", "pk")
    )
    gone = {pk for slug, pk in stored if slug not in listed}
    if not gone:
        return
    known = gone & _known_questions(certification)
    changes.retired += Question.objects.filter(pk__in=known).update(
        status=Question.Status.RETIRED, source_fingerprint=_GONE
    )
    Question.objects.filter(pk__in=gone - known).delete()
    changes.deleted += len(gone - known)


def _known_questions(certification: Certification) -> set[int]:
    """Return the ids of the questions that a test lists or a release ever showed."""
    places = Place.objects.filter(test__certification=certification)
    listed = set(places.values_list("question", flat=True))
    return listed | released_ids(certification, "question")


def remove_domains(certification: Certification, bank: Bank) -> None:
    """Delete the domains that the file no longer lists, once the questions moved."""
    kept = [domain.slug for domain in bank.certification.domains]
    gone = list(certification.domains.exclude(slug__in=kept))
    if not gone:
        return
    used = released_ids(certification, "domain")
    used.update(certification.questions.values_list("domain", flat=True).distinct())
    problems = [
        Problem(
            f"{certification.slug}/{CERTIFICATION_FILE}",
            "domains",
            f'"{domain.slug}" is missing, but questions or releases still use it; '
            "keep its slug (name, code and weight may change).",
        )
        for domain in gone
        if domain.pk in used
    ]
    if problems:
        raise BankErrors(problems)
    certification.domains.filter(pk__in=[domain.pk for domain in gone]).delete()
