"""Rules about every test there is, while there come and go more."""

from datetime import datetime

import pytest

from achievements.facts import PublishedTest, Sitting
from tests.achievements.histories import (
    hour,
    made_by,
    make_facts,
    make_sitting,
    make_test,
    progress,
)

THREE = [make_test(1), make_test(2), make_test(3)]


def finished(*tests: int) -> list[Sitting]:
    """Return finished attempts of the tests, an hour apart from hour 1."""
    return [make_sitting(test=test) for test in tests]


# tests there are, tests finished, (n, target), attempt that did it
CATALOGUES = [
    ("none finished", THREE, [], (0, 3), None),
    ("one missing", THREE, [1, 2], (2, 3), None),
    ("one missing, another twice", THREE, [1, 2, 2, 1], (2, 3), None),
    ("all, in any order", THREE, [3, 1, 2], (3, 3), 3),
    ("all, one of them again and again", THREE, [1, 1, 1, 2, 3, 1], (3, 3), 5),
    ("all, and one that is no longer there", THREE, [9, 1, 2, 3], (3, 3), 4),
    ("one that is not there is none of them", THREE, [1, 2, 9], (2, 3), None),
    ("nothing is published", [], [1, 2, 3], (0, 1), None),
    ("a new one comes afterwards: it stays, as it was then",
     [*THREE, make_test(4, at=hour(50))], [1, 2, 3], (3, 3), 3),
    ("a new one came before the last: it is asked for",
     [*THREE, make_test(4, at=hour(2.5))], [1, 2, 3], (3, 4), None),
    ("and can be finished", [*THREE, make_test(4, at=hour(2.5))], [1, 2, 3, 4],
     (4, 4), 4),
    ("a new one at the very moment: it is asked for",
     [*THREE, make_test(4, at=hour(3))], [1, 2, 3], (3, 4), None),
    ("all that there was at first, before the rest came",
     [make_test(1), make_test(2, at=hour(5))], [1, 1], (1, 1), 1),
    ("the missing one was withdrawn: true from then on, by nobody's doing",
     [make_test(1), make_test(2), make_test(3, withdrawn_at=hour(9))], [1, 2],
     (2, 2), -1),
    ("withdrawn before the last was finished",
     [make_test(1), make_test(2), make_test(3, withdrawn_at=hour(1.5))], [1, 2],
     (2, 2), 2),
    ("all withdrawn later: whoever had them keeps it",
     [make_test(n, withdrawn_at=hour(9)) for n in (1, 2)], [1, 2], (2, 2), 2),
    ("all withdrawn before they were finished",
     [make_test(n, withdrawn_at=hour(1.5)) for n in (1, 2)], [1, 2], (0, 1), None),
    ("withdrawn while there were others, and back later",
     [make_test(1), make_test(2, withdrawn_at=hour(0.5)), make_test(2, at=hour(5))],
     [1], (1, 1), 1),
    ("finished before it was published, as imported attempts can be",
     [make_test(1, at=hour(5))], [1], (1, 1), -1),
]  # fmt: skip


@pytest.mark.parametrize(("name", "published", "tests", "n_of", "attempt"), CATALOGUES)
@pytest.mark.parametrize("rule", ["all-tests", "certification-complete"])
def test_every_test_there_was_is_finished(
    rule: str,
    name: str,
    published: list[PublishedTest],
    tests: list[int],
    n_of: tuple[int, int],
    attempt: int | None,
) -> None:
    facts = make_facts(*finished(*tests), published=published)
    found = progress(facts, rule, 1)
    assert made_by(found) == attempt
    assert (found.n, found.target) == n_of


@pytest.mark.parametrize(
    ("published", "at"),
    [
        ([make_test(1), make_test(2)], hour(2)),
        ([make_test(1), make_test(2), make_test(3, withdrawn_at=hour(9))], hour(9)),
        ([make_test(1, at=hour(7))], hour(7)),
    ],
)
def test_the_moment_is_when_nothing_was_missing_any_more(
    published: list[PublishedTest], at: datetime
) -> None:
    found = progress(make_facts(*finished(1, 2), published=published), "all-tests", 1)
    assert found.moment is not None
    assert found.moment.at == at
    assert found.moment.values == {"tests": found.target}


TWO_CERTIFICATIONS = [
    make_test(1),
    make_test(2),
    *(make_test(n, certification=2) for n in (11, 12, 13, 14, 15)),
]


@pytest.mark.parametrize(
    ("tests", "which", "n_of", "attempt"),
    [
        ([1], {}, (1, 2), None),
        ([11], {}, (1, 5), None),
        ([11, 12], {}, (2, 5), None),
        ([1, 11, 12], {}, (1, 2), None),
        ([1, 11, 12, 13], {}, (3, 5), None),
        ([1, 2], {}, (2, 2), 2),
        ([1, 11, 12, 2], {}, (2, 2), 4),
        ([11, 12, 13, 14, 15, 1, 2], {}, (5, 5), 5),
        ([1, 2], {"certification": "cert-2"}, (0, 5), None),
        ([1, 2, *range(11, 16)], {"certification": "cert-2"}, (5, 5), 7),
        ([1, 2], {"certification": "cert-3"}, (0, 1), None),
    ],
)
def test_one_certification_is_complete(
    tests: list[int], which: dict[str, str], n_of: tuple[int, int], attempt: int | None
) -> None:
    facts = make_facts(*finished(*tests), published=TWO_CERTIFICATIONS)
    found = progress(facts, "certification-complete", 1, **which)
    assert made_by(found) == attempt
    assert (found.n, found.target) == n_of
    if found.moment:
        slug = "cert-1" if found.target == 2 else "cert-2"
        assert found.moment.values == {"tests": found.target, "certification": slug}


def test_all_tests_are_those_of_every_certification() -> None:
    some = make_facts(*finished(1, 2, 11, 12, 13, 14), published=TWO_CERTIFICATIONS)
    assert made_by(progress(some, "all-tests", 1)) is None
    every = make_facts(*finished(1, 2, *range(11, 16)), published=TWO_CERTIFICATIONS)
    assert made_by(progress(every, "all-tests", 1)) == 7
