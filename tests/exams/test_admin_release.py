"""Releases in the back office: looked at, never touched."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from exams.models import Question, Release
from exams.publishing import publish_test
from tests.exams.back_office import make_editor, make_superuser, signed_in
from tests.exams.factories import make_certification, make_test

pytestmark = pytest.mark.django_db
LIST = "/admin/exams/release/"


def test_the_list_costs_the_same_and_never_reads_the_content(
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    certification, editor = make_certification(), make_editor()
    for _ in range(4):
        make_test(certification)
    client = signed_in(editor)
    # Session, user, two of permissions, filter, count, dates and the rows.
    with (
        django_assert_max_num_queries(10),
        CaptureQueriesContext(connection) as queries,
    ):
        response = client.get(LIST)
    assert len(response.context["cl"].result_list) == 4
    assert not any('"exams_release"."keys"' in q["sql"] for q in queries)
    assert not any('"exams_release"."questions"' in q["sql"] for q in queries)


def test_one_is_the_current_release() -> None:
    test, editor = make_test(), make_editor()
    Question.objects.filter(places__test=test).update(tip="New")
    publish_test(test=test, now=timezone.now(), publisher=editor)
    client = signed_in(editor)
    newest, oldest = client.get(LIST).context["cl"].result_list
    assert (newest.number, oldest.number) == (2, 1)
    page = client.get(reverse("admin:exams_release_change", args=[newest.pk])).text
    assert editor.display_name in page


def test_nobody_changes_one() -> None:
    release = make_test().current_release
    assert release is not None
    url = reverse("admin:exams_release_change", args=[release.pk])
    for user in (make_editor(), make_superuser()):
        assert signed_in(user).post(url, {"minutes": 1}).status_code == 403
    assert Release.objects.get().minutes == release.minutes
