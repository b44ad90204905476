"""Reading a bank's files: what is accepted, and that nothing at all makes it crash."""

import contextlib
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exams.bank.documents import Unreadable, decode, parse
from exams.bank.folders import Folder, read_bank, test_file_name
from exams.bank.problems import BankErrors, Notebook
from exams.bank.schema import read_certification, read_test
from tests.exams import banks

FACTS = banks.as_yaml(banks.certification())
TEST = banks.as_yaml(banks.exam())

test_file_name.__test__ = False  # type: ignore[attr-defined]


def folder(test: str | bytes) -> Folder:
    content = test.encode() if isinstance(test, str) else test
    files = {"certification.yaml": FACTS.encode(), "test-01.yaml": content}
    return Folder(slug="example", files=files)


@pytest.mark.parametrize(
    "text",
    [
        TEST,
        f"\ufeff{TEST}",
        TEST.replace("\n", "\r\n"),
        f"---\n{TEST}...\n",
        f"# A comment.\n\n{TEST}\n\n# Another.\n",
    ],
    ids=["plain", "byte order mark", "Windows lines", "marked", "comments"],
)
def test_the_same_file_reads_the_same_however_an_editor_saved_it(text: str) -> None:
    expected = read_bank(folder(TEST))
    assert read_bank(folder(text)) == expected


def test_optional_fields_have_their_defaults() -> None:
    data = banks.changed(banks.exam(), lambda test: test["questions"][0].pop("tip"))
    question = read_bank(folder(banks.as_yaml(data))).tests[0].questions[0]
    assert (question.tip, question.scoring) == ("", "all-or-nothing")
    assert [choice.last for choice in question.choices] == [False] * 4


def test_a_fingerprint_follows_the_content_and_nothing_else() -> None:
    first, second, *_ = read_bank(folder(TEST)).tests[0].questions
    again = read_bank(folder(f"# later\n{TEST}")).tests[0].questions[0]
    assert first.fingerprint() == again.fingerprint()
    assert first.fingerprint() != second.fingerprint()
    changed = banks.changed(
        banks.exam(), lambda test: test["questions"][0]["choices"][1].update(last=True)
    )
    other = read_bank(folder(banks.as_yaml(changed))).tests[0].questions[0]
    assert first.fingerprint() != other.fingerprint()


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    with contextlib.suppress(Unreadable):
        parse(decode(content))


# YAML made of its own special characters, which random bytes hardly ever are.
_YAMLISH = st.lists(
    st.sampled_from(
        ["a", "1", ": ", "- ", "\n", "  ", "{", "}", "[", "]", '"', "'", "|", ">",
         "&x ", "*x", "!!int ", "? ", "<<: ", "#", "%", "@", "~", "0x_", "1e999",
         "12:61", "2026-02-30", "\\u0000", '"\\ud800"', "\t", "---\n", "...\n", ","],
    ),
    max_size=30,
).map("".join)  # fmt: skip


@given(_YAMLISH)
@settings(max_examples=400)
def test_any_yaml_is_read_or_refused(text: str) -> None:
    with contextlib.suppress(BankErrors):
        read_bank(folder(text))


_ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.dates(),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4)
    ),
    max_leaves=8,
)


@given(_ANY, st.data())
def test_any_value_anywhere_is_told_and_not_a_traceback(
    value: Any, data: st.DataObject
) -> None:
    test = banks.exam()
    spots: list[tuple[Any, Any]] = [(test, name) for name in test]
    entry = test["questions"][0]
    spots += [(entry, name) for name in entry]
    spots += [(entry["choices"], 1), (entry["reference"], "url")]
    spots += [(entry["choices"][0], name) for name in ("text", "why", "correct")]
    place, name = data.draw(st.sampled_from(spots))
    place[name] = value
    notebook = Notebook("test-01.yaml")
    read_test(test, notebook, file="test-01.yaml", domains=["cables", "radio"])
    for problem in notebook.problems:
        assert "\n" not in str(problem)


@given(_ANY, st.sampled_from(list(banks.certification())))
def test_any_value_among_the_facts_is_told(value: Any, name: str) -> None:
    notebook = Notebook("certification.yaml")
    read_certification(banks.certification(**{name: value}), notebook)
    for problem in notebook.problems:
        assert "\n" not in str(problem)
