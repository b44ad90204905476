"""Fixtures of the rewards' tests."""

from tests.exams.conftest import forget_releases

__all__ = ["forget_releases"]
