"""The list of certifications."""

from django.test import TestCase
from django.urls import reverse

from exams.models import Certification
from tests.exams.factories import make_certification, make_test

PAGE = reverse("exams:certification_list")


class CertificationListTests(TestCase):
    ready: Certification
    coming: Certification

    @classmethod
    def setUpTestData(cls) -> None:
        cls.ready = make_test().certification
        cls.coming = make_certification(short_name="Later+")

    def test_it_tells_what_is_ready_from_what_comes(self) -> None:
        response = self.client.get(PAGE)
        self.assertEqual(response.context["certifications"], [self.ready])
        self.assertEqual(response.context["coming"], [self.coming])
        self.assertContains(response, "Coming soon")

    def test_samples_make_no_certification_ready(self) -> None:
        make_test(self.coming, number=0, n_questions=3)
        self.assertEqual(self.client.get(PAGE).context["coming"], [self.coming])

    def test_it_is_designed_for_an_empty_site(self) -> None:
        self.ready.tests.update(current_release=None)
        self.assertContains(self.client.get(PAGE), "No test is published yet")

    def test_it_asks_the_database_once(self) -> None:
        for _ in range(5):
            make_test()
        with self.assertNumQueries(1):
            # The certifications with their numbers of tests.
            self.client.get(PAGE)
