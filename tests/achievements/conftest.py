"""Fixtures of the rewards' tests."""

import pytest

from tests.achievements.verifying import Case, make_case
from tests.exams.conftest import forget_releases

__all__ = ["forget_releases"]


@pytest.fixture
def case() -> Case:
    return make_case()
