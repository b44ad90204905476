"""The page between a test's draft and its learners: what changes, then one button."""

from datetime import datetime

from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone

from accounts.http import LearnerRequest
from accounts.models import User
from exams.admin.changes import compare
from exams.models import Question, Release, Test
from exams.publishing import (
    NotPublishable,
    ordered_questions,
    publication_problems,
    publish_test,
    question_problems,
)
from exams.snapshot import fingerprint


class ChangedMeanwhile(Exception):
    """The draft is not what the publisher looked at any more."""


@transaction.atomic
def publish_as_shown(
    *, test: Test, shown: str, now: datetime, publisher: User
) -> tuple[Release, bool]:
    """Publish the test if its content still has the fingerprint that was shown.

    Raise ChangedMeanwhile (and publish nothing) or NotPublishable.
    """
    release, is_new = publish_test(test=test, now=now, publisher=publisher)
    if release.fingerprint != shown:
        raise ChangedMeanwhile
    return release, is_new


def publish_page(
    model_admin: "ModelAdmin[Test]", request: LearnerRequest, test: Test
) -> HttpResponse:
    if request.method == "POST":
        try:
            return _publish(model_admin, request, test)
        except ChangedMeanwhile:
            messages.warning(
                request,
                "Nothing was published: the test or one of its questions changed while "
                "this page was open. Below is how it stands now.",
            )
        except NotPublishable:
            pass  # The page lists the reasons.
    return _confirm(model_admin, request, test)


def _publish(
    model_admin: "ModelAdmin[Test]", request: LearnerRequest, test: Test
) -> HttpResponse:
    release, is_new = publish_as_shown(
        test=test,
        shown=request.POST.get("fingerprint", ""),
        now=timezone.now(),
        publisher=request.user,
    )
    if is_new:
        model_admin.log_change(request, test, f"Published release {release.number}.")
        messages.success(
            request,
            f"{test}: release {release.number} is out, with {release.question_count} "
            "questions. Attempts that are running stay on theirs.",
        )
    else:
        messages.info(
            request,
            f"{test}: nothing to publish, release {release.number} is the same.",
        )
    return redirect("admin:exams_test_change", test.pk)


def _linked(
    problems: list[str], questions: list[Question]
) -> list[tuple[str, int | None]]:
    """Return each problem with the id of the question that it is about, if any."""
    about = {text: one.pk for one in questions for text in question_problems(one)}
    return [(text, about.get(text)) for text in problems]


def _confirm(
    model_admin: "ModelAdmin[Test]", request: HttpRequest, test: Test
) -> HttpResponse:
    questions = ordered_questions(test)
    current = None
    if test.current_release_id:
        current = Release.objects.get(pk=test.current_release_id)
    mark = fingerprint(questions, minutes=test.minutes)
    context = {
        **model_admin.admin_site.each_context(request),
        "opts": model_admin.opts,
        "original": test,
        "title": f"Publish {test}",
        "test": test,
        "current": current,
        "problems": _linked(publication_problems(test, questions), questions),
        "changes": compare(current, questions, minutes=test.minutes),
        "fingerprint": mark,
        "is_same": current is not None and current.fingerprint == mark,
    }
    return TemplateResponse(request, "exams/admin/publish.html", context)
