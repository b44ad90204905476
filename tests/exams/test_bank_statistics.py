"""The arithmetic of the checks, against reference values."""

import subprocess
import sys
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exams.bank.chi_square import p_value, survival
from exams.bank.similarity import jaccard, shingles, similar_pairs


# Critical values of the printed tables (Abramowitz and Stegun, table 26.8).
@pytest.mark.parametrize(
    ("statistic", "degrees", "expected"),
    [
        (3.841459, 1, 0.05),
        (6.634897, 1, 0.01),
        (5.991465, 2, 0.05),
        (9.210340, 2, 0.01),
        (7.814728, 3, 0.05),
        (11.344867, 3, 0.01),
        (0.351846, 3, 0.95),
        (9.487729, 4, 0.05),
        (11.070498, 5, 0.05),
        (18.307038, 10, 0.05),
        (0, 1, 1),
        (0, 4, 1),
    ],
)
def test_the_survival_function_agrees_with_the_tables(
    statistic: float, degrees: int, expected: float
) -> None:
    assert survival(statistic, degrees) == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize(("statistic", "degrees"), [(-0.1, 3), (1, 0)])
def test_the_survival_function_refuses_what_it_is_not_defined_for(
    statistic: float, degrees: int
) -> None:
    with pytest.raises(ValueError, match="chi-square needs"):
        survival(statistic, degrees)


@given(st.floats(0, 200), st.floats(0, 50), st.integers(1, 12))
def test_the_survival_function_falls_from_one_to_zero(
    statistic: float, step: float, degrees: int
) -> None:
    here, further = survival(statistic, degrees), survival(statistic + step, degrees)
    assert -1e-12 <= further <= here + 1e-12 <= 1 + 2e-12


def test_even_counts_are_certain_and_uneven_ones_unlikely() -> None:
    assert p_value([21, 21, 21, 21], [21] * 4) == 1
    # Squares of 9, 1, 3 and 5 over 21.
    assert p_value([30, 20, 18, 16], [21] * 4) == survival(116 / 21, 3)
    assert p_value([60, 8, 8, 8], [21] * 4) < 1e-12


def test_shingles_are_runs_of_three_words_whatever_the_punctuation() -> None:
    assert shingles("A PC, with Wi-Fi.") == {
        ("a", "pc", "with"),
        ("pc", "with", "wi"),
        ("with", "wi", "fi"),
    }
    assert shingles("Too short") == {("too", "short")}


def test_the_index_is_the_share_of_common_shingles() -> None:
    one, other = shingles("a b c d e"), shingles("a b c d f")
    assert jaccard(one, other) == 2 / 4
    assert jaccard(one, one) == 1
    assert jaccard((), ()) == 1


def test_a_stem_with_one_word_changed_is_found_and_another_is_not() -> None:
    words = [f"word{number}" for number in range(40)]
    near = [*words[:39], "other"]
    far = [*words[:30], *(f"far{number}" for number in range(10))]
    texts = {"a": " ".join(words), "b": " ".join(near), "c": " ".join(far)}
    found = list(similar_pairs(texts, threshold=0.85))
    assert [(earlier, later) for _, earlier, later in found] == [("a", "b")]


@given(
    st.lists(
        st.lists(st.sampled_from("abcd"), min_size=1, max_size=12).map(" ".join),
        max_size=12,
    ),
    st.sampled_from([0.3, 0.5, 0.85, 1.0]),
)
def test_no_pair_is_lost_by_comparing_only_candidates(
    texts: list[str], threshold: float
) -> None:
    named = {f"{number:02}": text for number, text in enumerate(texts)}
    found = {
        (one, other) for _, one, other in similar_pairs(named, threshold=threshold)
    }
    every_pair = {
        (one, other)
        for one, other in combinations(named, 2)
        if jaccard(shingles(named[one]), shingles(named[other])) >= threshold
    }
    assert found == every_pair


def test_the_checks_need_no_django() -> None:
    modules = "chi_square checks content documents fields folders schema similarity"
    imports = "; ".join(f"import exams.bank.{name}" for name in modules.split())
    code = f"{imports}; import sys; sys.exit('django' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
