"""What people see when something is not as it should be."""

from django.template.loader import render_to_string
from django.test import Client, TestCase
from django.urls import reverse

from tests.exams.factories import make_learner


class ErrorPageTests(TestCase):
    def test_a_missing_page_helps_on(self) -> None:
        response = self.client.get("/nowhere/")
        self.assertContains(response, "This page is not here", status_code=404)
        self.assertContains(
            response, reverse("exams:certification_list"), status_code=404
        )

    def test_it_knows_who_is_signed_in(self) -> None:
        self.client.force_login(make_learner())
        response = self.client.get("/nowhere/")
        self.assertContains(response, reverse("exams:history"), status_code=404)

    def test_a_form_from_an_old_page_is_explained(self) -> None:
        strict = Client(enforce_csrf_checks=True)
        url = reverse("exams:start", args=["a", 1])
        self.assertContains(strict.post(url), "send that again", status_code=403)

    def test_each_can_be_shown_when_nothing_else_works(self) -> None:
        # Django renders these without a request: no user, no site name.
        for name in ("400", "403", "403_csrf", "404", "500"):
            with self.subTest(page=name), self.assertNumQueries(0):
                self.assertIn("| TestPrep</title>", render_to_string(f"{name}.html"))
