"""What processes and Redis keep of releases, and what happens when they are wrong."""

from copy import deepcopy
from datetime import timedelta
from html import escape
from typing import Any

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.test import TestCase, override_settings
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from exams import capability, services
from exams.models import Release, Test
from exams.releases import release_content
from exams.services import AnswerIn
from ops.local.processes import free_port
from tests.exams.factories import make_attempt, make_learner, make_test

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

    def replace(self, **content: Any) -> None:
        """Put another release where this one was, as a restored database has it."""
        release = self.test.current_release
        Test.objects.filter(pk=self.test.pk).update(current_release=None)
        Release.objects.filter(pk=release.pk).delete()
        release_content.cache_clear()
        release._state.adding = True
        for name, value in content.items():
            setattr(release, name, value)
        release.published_at += timedelta(microseconds=1)
        release.save(force_insert=True)
        Test.objects.filter(pk=self.test.pk).update(current_release=release)

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
        self.replace(keys=release.keys[::-1])
        self.assertEqual(release_content(release.pk).keys, old.keys[::-1])

    def test_an_address_never_brings_questions_of_another_release(self) -> None:
        """After a restore browsers still have what they kept under the same id."""
        learner = make_learner()
        self.client.force_login(learner)
        release = self.test.current_release
        kept = release_content(release.pk).questions_url(25)
        self.assertEqual(self.client.get(kept).status_code, 200)
        self.replace(questions=release.questions[::-1])
        fresh = release_content(release.pk).questions_url(25)
        self.assertNotEqual(fresh, kept)
        self.assertEqual(self.client.get(kept).status_code, 404)
        brought = self.client.get(fresh).json()["questions"]
        self.assertEqual(brought, release.questions)

    def test_the_address_tells_nothing_of_the_keys(self) -> None:
        before = release_content(self.test.current_release_id).questions_url(25)
        self.replace(keys=self.test.current_release.keys[::-1])
        after = release_content(self.test.current_release_id).questions_url(25)
        self.assertEqual(after, before)

    def test_only_the_questions_of_one_version_are_kept_by_browsers(self) -> None:
        self.client.force_login(make_learner())
        url = release_content(self.test.current_release_id).questions_url(25)
        kept, bare = (self.client.get(one) for one in (url, url.split("&v=")[0]))
        self.assertEqual(kept.content, bare.content)
        self.assertIn("immutable", kept.headers["Cache-Control"])
        self.assertEqual(bare.headers["Cache-Control"], "no-store")
        for other in ("", "x", "0" * 32):
            with self.subTest(v=other):
                response = self.client.get(f"{url.split('&v=')[0]}&v={other}")
                self.assertEqual(response.status_code, 404)
                self.assertNotIn("Cache-Control", response.headers)

    def test_a_new_session_makes_no_browser_fetch_them_again(self) -> None:
        self.client.force_login(make_learner())
        url = release_content(self.test.current_release_id).questions_url(25)
        response = self.client.get(url)
        self.assertIn("private", response.headers["Cache-Control"])
        self.assertEqual(response.headers["Vary"], "Accept-Encoding")

    def test_the_page_names_one_address_twice(self) -> None:
        attempt = make_attempt(make_learner(), self.test)
        self.client.force_login(attempt.learner)
        page = self.client.get(attempt.get_absolute_url()).content.decode()
        url = release_content(attempt.release_id).questions_url(attempt.length)
        # A preload is used for the very same address only.
        self.assertEqual(page.count(f'"{escape(url)}"'), 2)

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
