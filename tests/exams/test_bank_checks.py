"""check_banks: each rule of the content bar has a bank that breaks it."""

from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from exams.bank.checks import TestReport, check_banks
from exams.bank.folders import find_folders, read_bank
from tests.exams import banks

Data = dict[str, Any]
DIGITS = ("nil", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


def good_question(number: int) -> Data:
    """A question whose stem shares no three words with another, keys in turn."""
    words = [f"{DIGITS[int(digit)]}-{number}" for digit in f"{number:03}"]
    entry = banks.question(number)
    ending = " (Choose two.)" if entry["kind"] == "multiple" else ""
    entry["stem"] = f"Which {' '.join(words)} part?{ending}"
    entry["id"] = f"q-{number:03}"
    if entry["kind"] == "single":
        # Fives are left out, so that the key's place does not follow from the number.
        key = (number - number // 5) % 4
        for place, choice in enumerate(entry["choices"]):
            choice.pop("correct", None)
            if place == key:
                choice["correct"] = True
    return entry


def good_test() -> Data:
    """A test of 100 questions that meets the bar: 60 on cables, 40 on radio."""
    return banks.exam() | {"questions": [good_question(n) for n in range(1, 101)]}


def report_on(root: Path, change: Callable[[Data], object]) -> TestReport:
    banks.write(root, "certification.yaml", banks.certification())
    banks.write(root, "test-01.yaml", banks.changed(good_test(), change))
    (report,) = check_banks(read_bank(folder) for folder in find_folders(root))
    return report


def findings(root: Path, change: Callable[[Data], object]) -> list[str]:
    return [str(problem) for problem in report_on(root, change).findings]


def test_a_good_test_has_no_findings(tmp_path: Path) -> None:
    report = report_on(tmp_path, lambda test: None)
    assert report.findings == []
    assert (report.questions, report.multiple) == (100, 20)
    assert report.domain_points == 0
    assert report.key_p == 1


FILE = "example/test-01.yaml"
Change = Callable[[Data], object]


def first(**fields: Any) -> Change:
    return lambda test: test["questions"][0].update(fields)


def first_choice(**fields: Any) -> Change:
    return lambda test: test["questions"][0]["choices"][0].update(fields)


def keys_first(test: Data) -> None:
    for entry in test["questions"]:
        if entry["kind"] == "single":
            entry["choices"].sort(key=lambda choice: not choice.get("correct"))


def keys_long(test: Data) -> None:
    singles = [one for one in test["questions"] if one["kind"] == "single"]
    for entry in singles[:25]:
        for choice in entry["choices"]:
            choice["text"] += " and more" if choice.get("correct") else ""


def few_multiples(test: Data) -> None:
    for number, entry in enumerate(test["questions"]):
        if entry["kind"] == "multiple" and number > 45:
            test["questions"][number] = good_question(1) | {
                "id": entry["id"],
                "domain": entry["domain"],
                "stem": f"Alone {entry['id']}?",
            }


def cables_up(test: Data) -> None:
    for entry in [one for one in test["questions"] if one["domain"] == "radio"][:4]:
        entry["domain"] = "cables"


def block_skewed(test: Data) -> None:
    """Swap the domains of two questions in each of the first two blocks."""
    first, second = test["questions"][:25], test["questions"][25:50]
    for entry in [one for one in first if one["domain"] == "radio"][:2]:
        entry["domain"] = "cables"
    for entry in [one for one in second if one["domain"] == "cables"][:2]:
        entry["domain"] = "radio"


BELOW: dict[str, tuple[Change, list[str]]] = {
    "99 questions": (
        lambda test: test["questions"].pop(),
        ["expected 100 questions, found 99."],
    ),
    "few with several right choices": (
        few_multiples,
        ["expected 10 questions or more with several right choices, found 9."],
    ),
    "too much of a domain": (
        cables_up,
        [
            "cables has 64.0 % of the test; published: 60 %.",
            "radio has 36.0 % of the test; published: 40 %.",
            "cables has 19 questions in block 1, 4.0 from its share.",
            "radio has 6 questions in block 1, 4.0 from its share.",
        ],
    ),
    "uneven blocks": (
        block_skewed,
        [
            "cables has 17 questions in block 1, 2.0 from its share.",
            "radio has 8 questions in block 1, 2.0 from its share.",
            "cables has 13 questions in block 2, 2.0 from its share.",
            "radio has 12 questions in block 2, 2.0 from its share.",
        ],
    ),
    "keys that always come first": (
        keys_first,
        ["key positions are uneven (p = 0.000): 80, 0, 0, 0."],
    ),
    "keys that are the longest choice": (
        keys_long,
        ["the key is the longest choice of 31% of the singles."],
    ),
    "a letter in a why": (
        first_choice(why="Unlike option C, it has no shield."),
        ['q-001: why 1 says "option C", but choices are shuffled: name it.'],
    ),
    "a place in the stem": (
        first(stem="Why is the first choice of a technician wrong?"),
        ['q-001: stem says "first choice", but choices are shuffled: name it.'],
    ),
    "a letter in the explanation": (
        first(explanation="Answers (B) and (C) are about radio."),
        ['q-001: explanation says "Answers (B)", but choices are shuffled: name it.'],
    ),
    "all of the above": (
        first_choice(text="All of the above"),
        ['q-001: "All of the above" needs `last: true`, or better another wording.'],
    ),
    "three choices": (
        lambda test: test["questions"][1]["choices"].pop(0),
        ["q-002: expected 4 choices, found 3."],
    ),
    "four choices to choose two": (
        lambda test: test["questions"][4]["choices"].pop(),
        ["q-005: expected 5 or 6 choices, found 4."],
    ),
    "no count in the stem": (
        lambda test: test["questions"][4].update(stem="Which parts are these?"),
        ['q-005: expected "(Choose two.)" at the end of the stem.'],
    ),
    "a count in the stem of a single": (
        first(stem="Which part is this? (Choose two.)"),
        ["q-001: expected no count at the end of the stem."],
    ),
}


@pytest.mark.parametrize("name", BELOW)
def test_what_is_below_the_bar_is_named(name: str, tmp_path: Path) -> None:
    change, expected = BELOW[name]
    assert findings(tmp_path, change) == [f"{FILE}: {line}" for line in expected]


@pytest.mark.parametrize(
    "text",
    [
        "The technician has a choice of first-class tools.",
        "Choose the option a technician can undo.",
        "DHCP option 43 names the controller.",
        "A choice between A and B channels.",
    ],
)
def test_ordinary_words_are_no_reference_to_a_place(text: str, tmp_path: Path) -> None:
    assert findings(tmp_path, first(explanation=text)) == []


def test_a_pinned_choice_may_say_all_of_the_above(tmp_path: Path) -> None:
    def change(test: Data) -> None:
        test["questions"][0]["choices"][3].update(text="All of the above", last=True)

    assert findings(tmp_path, change) == []


def test_a_stem_like_one_of_another_certification_is_found(tmp_path: Path) -> None:
    stem = " ".join(f"word{number}" for number in range(60))
    for folder in ("one", "two"):
        facts = banks.certification(slug=folder)
        test = banks.changed(good_test(), first(stem=f"{stem} {folder}?"))
        if folder == "two":
            for entry in test["questions"][1:]:
                entry["stem"] = (
                    entry["stem"].replace("Which ", "What ").replace("-", "x")
                )
        banks.write(tmp_path, "certification.yaml", facts, folder=folder)
        banks.write(tmp_path, "test-01.yaml", test, folder=folder)
    reports = check_banks(read_bank(folder) for folder in find_folders(tmp_path))
    assert [str(problem) for report in reports for problem in report.findings] == [
        "two/test-01.yaml: q-001: its stem is like that of one/test-01.yaml: q-001 "
        "(0.97)."
    ]


def test_samples_are_three_and_need_no_weights(tmp_path: Path) -> None:
    banks.write(tmp_path, "certification.yaml", banks.certification())
    samples = banks.exam(0, count=3)
    for number, entry in enumerate(samples["questions"]):
        entry["stem"] = f"{DIGITS[number]} sample?"
    banks.write(tmp_path, "samples.yaml", samples)
    (report,) = check_banks(read_bank(one) for one in find_folders(tmp_path))
    assert report.findings == []

    samples["questions"].pop()
    banks.write(tmp_path, "samples.yaml", samples)
    (report,) = check_banks(read_bank(one) for one in find_folders(tmp_path))
    assert [str(problem) for problem in report.findings] == [
        "example/samples.yaml: expected 3 samples, found 2."
    ]


def test_the_command_prints_a_table_and_fails_with_the_findings(
    tmp_path: Path,
) -> None:
    report_on(tmp_path, first_choice(why="Unlike option C, it has no shield."))
    out, err = StringIO(), StringIO()
    with pytest.raises(CommandError, match=r"^1 finding\.$"):
        call_command("check_banks", path=tmp_path, stdout=out, stderr=err)
    header, row = out.getvalue().splitlines()
    assert " ".join(header.split()) == (
        "file questions choose 2+ domain off block off key p key longest"
    )
    assert row.split() == [FILE, "100", "20", "0.0", "pt", "0.00", "1.000", "0%"]
    assert err.getvalue().splitlines() == [
        f'{FILE}: q-001: why 1 says "option C", but choices are shuffled: name it.'
    ]
