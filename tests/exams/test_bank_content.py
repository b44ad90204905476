"""The banks that we ship: sound, at the bar, and as the database has them."""

import re
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import models
from django.utils import timezone

from exams.bank import BANKS, content, schema
from exams.bank.checks import SIMILAR_STEMS, check_banks, key_positions
from exams.bank.content import Bank
from exams.bank.folders import find_folders, read_bank
from exams.bank.loading import load_banks
from exams.models import Certification, Choice, Domain, Question, Test

# Facts that vendors publish; a change of an exam changes this table on purpose.
EXAMS = {
    "a-plus-core-1": ("220-1201", 90, 90, [13, 23, 25, 11, 28]),
    "a-plus-core-2": ("220-1202", 90, 90, [28, 28, 23, 21]),
    "aws-cloud-practitioner": ("CLF-C02", 90, 65, [24, 30, 34, 12]),
    "cissp": ("CISSP", 180, 150, [16, 10, 13, 13, 13, 12, 13, 10]),
    "cloud-plus": ("CV0-004", 90, 90, [23, 19, 17, 19, 10, 12]),
    "cysa-plus": ("CS0-004", 165, 85, [34, 26, 24, 16]),
    "data-plus": ("DA0-002", 90, 90, [20, 22, 24, 20, 14]),
    "linux-plus": ("XK0-006", 90, 90, [23, 20, 18, 17, 22]),
    "network-plus": ("N10-009", 90, 90, [23, 20, 19, 14, 24]),
    "pentest-plus": ("PT0-003", 165, 90, [13, 21, 17, 35, 14]),
    "security-plus": ("SY0-701", 90, 90, [12, 22, 18, 28, 20]),
    "securityx": ("CAS-005", 165, 90, [20, 27, 31, 22]),
    "server-plus": ("SK0-005", 90, 90, [18, 30, 24, 28]),
}


@pytest.fixture(scope="module")
def banks() -> dict[str, Bank]:
    return {folder.slug: read_bank(folder) for folder in find_folders(BANKS)}


def test_the_thirteen_certifications_have_their_facts(banks: dict[str, Bank]) -> None:
    facts = {slug: bank.certification for slug, bank in banks.items()}
    assert {
        slug: (
            one.exam_code,
            one.exam_minutes,
            one.exam_questions,
            [domain.weight for domain in one.domains],
        )
        for slug, one in facts.items()
    } == EXAMS
    assert sorted(one.position for one in facts.values()) == list(range(1, 14))


def test_every_bank_meets_the_bar(banks: dict[str, Bank]) -> None:
    reports = check_banks(banks.values())
    assert [str(problem) for report in reports for problem in report.findings] == []


def test_the_first_test_of_a_plus_is_whole(banks: dict[str, Bank]) -> None:
    samples, first = banks["a-plus-core-1"].tests
    assert (samples.number, len(samples.questions)) == (0, 3)
    assert (first.number, len(first.questions), first.minutes) == (1, 100, 100)
    multiple = [one for one in first.questions if one.kind == "multiple"]
    assert len(multiple) >= 10
    for start in range(0, 100, 25):
        block = first.questions[start : start + 25]
        assert sum(one.kind == "multiple" for one in block) >= 2
    assert (
        max(key_positions(first.questions)) - min(key_positions(first.questions)) <= 1
    )


def test_the_words_are_plain(banks: dict[str, Bank]) -> None:
    """ASCII punctuation, no dashes that a screen reader stumbles over."""
    odd = re.compile(r"[^\x20-\x7e\n]")
    for bank in banks.values():
        for test in bank.tests:
            for one in test.questions:
                whys = [choice.why for choice in one.choices]
                texts = [choice.text for choice in one.choices]
                for text in (one.stem, one.explanation, one.tip, *whys, *texts):
                    assert not odd.search(text), (one.id, text)


@pytest.mark.django_db
def test_they_load_and_load_again_unchanged() -> None:
    changes = load_banks(root=BANKS, now=timezone.now())
    assert len(changes) == 13
    assert Certification.objects.count() == 13
    assert Question.objects.count() == 103
    assert sorted(
        Test.objects.filter(current_release__isnull=False).values_list(
            "number", "current_release__question_count"
        )
    ) == [(0, 3), (1, 100)]
    again = load_banks(root=BANKS, now=timezone.now())
    assert all(str(change).endswith(": unchanged") for change in again)


@pytest.mark.django_db
def test_the_commands_run_on_them() -> None:
    out = StringIO()
    call_command("load_banks", check=True, stdout=out)
    assert out.getvalue().endswith("Checked only: nothing was changed.\n")
    call_command("check_banks", stdout=out)
    assert out.getvalue().endswith("13 banks, 2 tests: nothing found.\n")
    assert SIMILAR_STEMS == 0.85


# --- the schema and the models agree --------------------------------------------------


def test_the_words_of_the_schema_are_those_of_the_models() -> None:
    assert list(content.DIFFICULTIES) == Test.Difficulty.values
    assert list(content.KINDS) == Question.Kind.values
    assert list(content.SCORINGS) == Question.Scoring.values
    assert content.SAMPLES == Test.SAMPLES


@pytest.mark.parametrize(
    ("model", "fields"),
    [
        (Certification, schema.LONGEST_CERTIFICATION),
        (Domain, schema.LONGEST_DOMAIN),
        (Question, schema.LONGEST_QUESTION),
        (Choice, schema.LONGEST_CHOICE),
        (Test, schema.LONGEST_TEST),
    ],
)
def test_the_longest_texts_fit_into_their_columns(
    model: type[models.Model], fields: dict[str, int]
) -> None:
    lengths = {
        field.name: field.max_length
        for field in model._meta.concrete_fields
        if getattr(field, "max_length", None) and not field.choices
    }
    lengths.pop("source_fingerprint", None)
    assert fields == lengths
