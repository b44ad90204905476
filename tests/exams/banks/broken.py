"""Every kind of broken file we could think of, with the error that it must get."""

from collections.abc import Callable
from itertools import pairwise
from typing import Any

from tests.exams import banks

Change = Callable[[dict[str, Any]], object]
Files = dict[str, Any]

TEST = "example/test-01.yaml"
FACTS = "example/certification.yaml"
KNOWN = "number, title, difficulty, minutes, questions"


def in_test(change: Change) -> Files:
    return {"test-01.yaml": banks.changed(banks.exam(), change)}


def in_facts(change: Change) -> Files:
    return {"certification.yaml": banks.changed(banks.certification(), change)}


def first(**fields: Any) -> Files:
    """Change fields of the first question, which has one right choice of four."""
    return in_test(lambda test: test["questions"][0].update(fields))


def choice(number: int, **fields: Any) -> Files:
    """Change fields of a choice of the first question."""
    return in_test(lambda test: test["questions"][0]["choices"][number].update(fields))


def without(name: str) -> Files:
    return in_test(lambda test: test["questions"][0].pop(name))


def choices(right: tuple[int, ...], count: int) -> list[dict[str, Any]]:
    return [
        {"text": f"Text {n}", "why": f"Reason {n}.", "correct": n in right}
        for n in range(count)
    ]


BOMB = "\n".join(
    [
        'a: &a ["lol", "lol"]',
        *(f"{b}: &{b} [*{a}, *{a}, *{a}, *{a}]" for a, b in pairwise("abcdefghi")),
        "questions: *i",
    ]
)
DEEP = "questions: " + "[" * 50_000
Q1 = f"{TEST}: question 1 (q-01)"

# What is wrong: the files that are written over a sound bank, and the one error line.
BROKEN: dict[str, tuple[Files, str]] = {
    # --- not YAML at all
    "empty file": (
        {"test-01.yaml": ""},
        f"{TEST}: it is empty; expected a mapping.",
    ),
    "nothing but a comment": (
        {"test-01.yaml": "# later\n"},
        f"{TEST}: it is empty; expected a mapping.",
    ),
    "10 MB": (
        {"test-01.yaml": b"#" * 10_485_760},
        f"{TEST}: it has 10,485,760 bytes; a bank file has at most 2,000,000.",
    ),
    "binary": (
        {"test-01.yaml": b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"},
        f"{TEST}: it is no text: byte 8 is NUL; expected YAML in UTF-8.",
    ),
    "not UTF-8": (
        {"test-01.yaml": b"number: 1\ntitle: Pr\xfcfung\n"},
        f"{TEST}: line 2: byte 0xfc is not UTF-8; save the file in UTF-8.",
    ),
    "UTF-16": (
        {"test-01.yaml": "number: 1\n".encode("utf-16")},
        f"{TEST}: it is no text: byte 3 is NUL; expected YAML in UTF-8.",
    ),
    "broken YAML": (
        {"test-01.yaml": 'number: 1\ntitle: "Test 1\nminutes: 25\n'},
        f"{TEST}: line 4, column 1: not YAML: while scanning a quoted scalar, found "
        "unexpected end of stream.",
    ),
    "tab in the indentation": (
        {"test-01.yaml": "number: 1\nquestions:\n\t- id: q-01\n"},
        f"{TEST}: line 3: a tab in the indentation; use spaces.",
    ),
    "control character": (
        {"test-01.yaml": "number: 1\ntitle: Te\x08st\n"},
        f"{TEST}: line 2: control character 0x08.",
    ),
    "two documents": (
        {"test-01.yaml": "number: 1\n---\nnumber: 2\n"},
        f"{TEST}: line 2, column 1: not YAML: expected a single document in the "
        "stream, but found another document.",
    ),
    "duplicate YAML key": (
        {
            "test-01.yaml": banks.as_yaml(banks.exam()).replace(
                "minutes:", "title: B\nminutes:"
            )
        },
        f'{TEST}: line 4: "title" stands twice here.',
    ),
    "alias bomb": (
        {"test-01.yaml": BOMB},
        f"{TEST}: line 1: anchors (&) and aliases (*) are not used in banks; if it is "
        "text, put it in quotes.",
    ),
    "a tag that runs code": (
        {"test-01.yaml": "number: !!python/object/apply:os.system ['true']\n"},
        f"{TEST}: line 1: tags (!) are not used in banks.",
    ),
    "nested 50,000 deep": (
        {"test-01.yaml": DEEP},
        f"{TEST}: line 1: nested more than 20 levels deep.",
    ),
    "a date that is none": (
        {"certification.yaml": "retires_on: 2026-13-45\n"},
        f"{FACTS}: line 1: a value that cannot be read; if it is text, put it in "
        "quotes.",
    ),
    "a list as a key": (
        {"test-01.yaml": "? [1, 2]\n: 3\n"},
        f"{TEST}: line 1, column 3: not YAML: while constructing a mapping, found "
        "unhashable key.",
    ),
    # --- another shape
    "list instead of mapping": (
        {"test-01.yaml": banks.exam()["questions"]},
        f"{TEST}: expected a mapping ({KNOWN}), found a list.",
    ),
    "text instead of mapping": (
        {"test-01.yaml": "to be written\n"},
        f'{TEST}: expected a mapping ({KNOWN}), found "to be written".',
    ),
    "no questions": (
        in_test(lambda test: test.update(questions=[])),
        f"{TEST}: questions: expected a list of questions, found an empty one.",
    ),
    "24 questions": (
        in_test(lambda test: test["questions"].pop()),
        f"{TEST}: questions: expected 25 to 100, found 24.",
    ),
    "101 questions": (
        {"test-01.yaml": banks.exam(count=101)},
        f"{TEST}: questions: expected 25 to 100, found 101.",
    ),
    "a question that is a text": (
        in_test(lambda test: test["questions"].__setitem__(0, "q-01")),
        f"{TEST}: question 1: expected a mapping (id, domain, kind, scoring, stem, "
        'choices, explanation, tip, reference), found "q-01".',
    ),
    "unknown field": (
        first(weight=3),
        f'{Q1}: unknown field "weight"; known: id, domain, kind, scoring, stem, '
        "choices, explanation, tip, reference.",
    ),
    "misspelt field": (
        in_test(
            lambda test: test["questions"][0].update(
                explenation=test["questions"][0].pop("explanation")
            )
        ),
        f'{Q1}: unknown field "explenation"; did you mean explanation?',
    ),
    "unknown difficulty": (
        in_test(lambda test: test.update(difficulty="hard")),
        f"{TEST}: difficulty: expected normal, very-easy, easy, moderate, "
        "intermediate, formidable, merciless, ruthless, relentless or nuclear, found "
        '"hard".',
    ),
    "no minutes": (
        in_test(lambda test: test.update(minutes=0)),
        f"{TEST}: minutes: expected a whole number from 1 to 1000, found 0.",
    ),
    "true as a number": (
        in_test(lambda test: test.update(minutes=True)),
        f"{TEST}: minutes: expected a whole number from 1 to 1000, found true.",
    ),
    # --- questions
    "wrong type": (
        first(stem=42),
        f"{Q1}, stem: expected text, found 42; put it in quotes.",
    ),
    "stem empty": (
        first(stem="   "),
        f"{Q1}, stem: expected text, found an empty one.",
    ),
    "missing explanation": (
        without("explanation"),
        f"{Q1}, explanation: expected text, found nothing.",
    ),
    "escaped control character": (
        first(tip="a\x1b[2J"),
        f"{Q1}, tip: expected printable text, found a control character.",
    ),
    "id with capitals": (
        first(id="Q 01"),
        f"{TEST}: question 1 (Q 01), id: expected lower-case words with hyphens "
        'between, found "Q 01".',
    ),
    "duplicate id": (
        in_test(lambda test: test["questions"][3].update(id="q-01")),
        f"{TEST}: question 4 (q-01), id: expected one of its own; question 1 has it.",
    ),
    "id of another file": (
        {
            "test-02.yaml": banks.changed(
                banks.exam(2), lambda test: test["questions"][6].update(id="q-01")
            )
        },
        "example/test-02.yaml: question 7 (q-01), id: expected one of its own; "
        "test-01.yaml has it.",
    ),
    "unknown domain": (
        first(domain="cloud"),
        f'{Q1}, domain: "cloud" is no domain of this exam; known: cables, radio.',
    ),
    "unknown kind": (
        first(kind="ordering"),
        f'{Q1}, kind: expected single or multiple, found "ordering".',
    ),
    "no reference": (
        without("reference"),
        f"{Q1}, reference: expected a mapping (title, url), found nothing.",
    ),
    "bad URL": (
        first(reference={"title": "Manual", "url": "http://example.com/a b"}),
        f'{Q1}, reference, url: expected an https address, found "http://example.com/a '
        'b".',
    ),
    "a script as URL": (
        first(reference={"title": "Manual", "url": "javascript:alert(1)"}),
        f"{Q1}, reference, url: expected an https address, found "
        '"javascript:alert(1)".',
    ),
    # --- choices
    "no key": (
        first(choices=choices((), 4)),
        f"{Q1}, choices: expected one right choice, found 0.",
    ),
    "two keys on single": (
        first(choices=choices((0, 2), 4)),
        f"{Q1}, choices: expected one right choice, found 2.",
    ),
    "choose two with one key": (
        first(kind="multiple", choices=choices((1,), 5)),
        f"{Q1}, choices: expected two or more right choices and a wrong one, found 1 "
        "right of 5.",
    ),
    "all choices right": (
        first(kind="multiple", choices=choices((0, 1, 2, 3, 4), 5)),
        f"{Q1}, choices: expected two or more right choices and a wrong one, found 5 "
        "right of 5.",
    ),
    "too few choices": (
        first(choices=choices((0,), 1)),
        f"{Q1}, choices: expected 2 to 8, found 1.",
    ),
    "too many choices": (
        first(choices=choices((0,), 9)),
        f"{Q1}, choices: expected 2 to 8, found 9.",
    ),
    "missing why": (
        in_test(lambda test: test["questions"][0]["choices"][2].pop("why")),
        f"{Q1}, choice 3, why: expected text, found nothing.",
    ),
    "a word that YAML reads as true": (
        choice(1, text=True),
        f"{Q1}, choice 2, text: expected text, found true; put it in quotes.",
    ),
    "correct as text": (
        choice(0, correct="no"),
        f'{Q1}, choice 1, correct: expected true or false, found "no".',
    ),
    "same choice twice": (
        choice(3, text="Choice 0 of question 1"),
        f'{Q1}, choices: "Choice 0 of question 1" stands 2 times.',
    ),
    "choice of 501 characters": (
        choice(0, text="x" * 501),
        f"{Q1}, choice 1, text: expected at most 500 characters, found 501.",
    ),
    # --- the folder and the certification
    "number taken twice": (
        {"test-02.yaml": banks.changed(banks.exam(2), lambda t: t.update(number=1))},
        "example/test-02.yaml: number: 1 is taken by test-01.yaml.",
    ),
    "number of another file": (
        in_test(lambda test: test.update(number=7)),
        f"{TEST}: number: found 7; that test's file is called test-07.yaml.",
    ),
    "a file nobody reads": (
        {"test-1.yml": banks.exam(2)},
        "example/test-1.yml: nobody reads a file of this name; expected "
        "certification.yaml, samples.yaml or test-01.yaml.",
    ),
    "weights not 100": (
        in_facts(lambda facts: facts["domains"][0].update(weight=59)),
        f"{FACTS}: domains: expected weights that add up to 100, found 99.",
    ),
    "domain twice": (
        in_facts(lambda facts: facts["domains"][1].update(slug="cables")),
        f'{FACTS}: domains: "cables" stands 2 times.',
    ),
    "slug of another folder": (
        in_facts(lambda facts: facts.update(slug="network-plus")),
        f'{FACTS}: slug: expected "example", as the folder is called, found '
        '"network-plus".',
    ),
    "a date as text": (
        in_facts(lambda facts: facts.update(retires_on="next spring")),
        f"{FACTS}: retires_on: expected a date such as 2027-01-31, found "
        '"next spring".',
    ),
    "pass mark of 110 percent": (
        in_facts(lambda facts: facts.update(pass_percent=110)),
        f"{FACTS}: pass_percent: expected a whole number from 1 to 100, found 110.",
    ),
}
