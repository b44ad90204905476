"""Fixtures of the accounts' tests."""

from collections.abc import Iterator

import pytest

from exams.releases import release_content


@pytest.fixture(autouse=True)
def _forget_releases() -> Iterator[None]:
    """Ids come again when a test is rolled back; what processes keep must not."""
    release_content.cache_clear()
    yield
    release_content.cache_clear()
