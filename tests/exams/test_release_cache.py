"""What processes and Redis keep of releases, and what happens when they are wrong."""

from copy import deepcopy
from datetime import timedelta

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.test import TestCase, override_settings
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from exams import capability, services
from exams.models import Release
from exams.releases import release_content
from exams.services import AnswerIn
from ops.local.processes import free_port
from tests.exams.factories import make_attempt, make_test

pytestmark = pytest.mark.both_databases


def without_redis() -> override_settings:
    """Point the cache to where nobody listens."""
    caches = deepcopy(settings.CACHES)
    caches["default"]["LOCATION"] = f"redis://127.0.0.1:{free_port()}/0"
    return override_settings(CACHES=caches)


class ReleaseCacheTests(TestCase):
    @classmethod
    def setUpTestData(cls) -> None:
        cls.test = make_test()

    def test_a_second_process_reads_no_question_from_the_database(self) -> None:
        release_content(self.test.current_release_id)
        release_content.cache_clear()
        with CaptureQueriesContext(connection) as queries:
            release_content(self.test.current_release_id)
        # When it was published, which names it in Redis.
        self.assertEqual(len(queries), 1)
        self.assertNotIn('"keys"', queries[0]["sql"])

    def test_a_database_that_was_made_anew_does_not_get_the_old_ones_keys(self) -> None:
        release = self.test.current_release
        old = release_content(release.pk)
        self.test.current_release = None
        self.test.save()
        Release.objects.filter(pk=release.pk).delete()
        release_content.cache_clear()
        release._state.adding = True
        release.keys = release.keys[::-1]
        release.published_at += timedelta(microseconds=1)
        release.save(force_insert=True)
        self.assertEqual(release_content(release.pk).keys, old.keys[::-1])

    def test_answers_and_finishes_do_without_redis(self) -> None:
        attempt = make_attempt(test=self.test)
        token = capability.read(capability.issue(attempt, epoch=0))
        release_content.cache_clear()
        with without_redis(), self.assertLogs("testprep.cache", level="WARNING"):
            out = services.record_answer(
                capability=token, answer=AnswerIn(3, (1,), 1), now=timezone.now()
            )
            self.assertEqual(out.outcome, "saved")
            self.assertTrue(
                services.finish_attempt(attempt=attempt, now=timezone.now())
            )

    def test_the_home_page_does_without_redis(self) -> None:
        make_test(number=0, n_questions=3)
        cache.clear()
        with without_redis(), self.assertLogs("testprep.cache", level="WARNING"):
            response = self.client.get("/")
        self.assertContains(response, "Stem of question")
