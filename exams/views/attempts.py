"""A learner's own attempts: the runner's page, the result, the review, the history."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.http import LearnerRequest
from exams import services
from exams.ids import bounded_id
from exams.models import Attempt
from exams.presentation import (
    FILTERS,
    DomainScore,
    attempt_words,
    drill_question,
    duration_words,
    next_length,
    seconds_spent,
    shown_items,
)
from exams.releases import release_content
from exams.review import filter_counts, review_items

HISTORY_PAGE = 20
# Questions with every why weigh some half a kilobyte each, even compressed.
REVIEW_PAGE = 25


def _own_attempt(request: LearnerRequest, pk: int) -> Attempt:
    """Return the learner's attempt as it is now, or raise 404."""
    own = Attempt.objects.taken_by(request.user).for_result_page()
    return services.settle(get_object_or_404(own, pk=pk), now=timezone.now())


def _elsewhere(request: LearnerRequest, found: Attempt) -> HttpResponse:
    """Go to where an attempt that has no result can be continued."""
    if found.is_open:
        return redirect(found)
    messages.info(
        request, "That attempt ended when you restarted the test, so it has no result."
    )
    return redirect(found.test.certification)


@require_safe
@login_required
def attempt(request: LearnerRequest, pk: int) -> HttpResponse:
    found = _own_attempt(request, pk)
    if found.is_open:
        content = release_content(found.release_id)
        context = {
            "attempt": found,
            "questions_url": content.questions_url(found.length),
        }
        return render(request, "exams/attempt.html", context)
    if found.state == Attempt.State.FINISHED:
        return redirect("exams:result", pk=pk)
    return _elsewhere(request, found)


@require_safe
@login_required
def history(request: LearnerRequest) -> HttpResponse:
    attempts = Attempt.objects.for_history_page(request.user)
    test = bounded_id(request.GET.get("test", ""))
    if test is not None:
        attempts = attempts.filter(test=test)
    page = Paginator(attempts, HISTORY_PAGE).get_page(request.GET.get("page"))
    now = timezone.now()
    settled = [services.settle(one, now=now) for one in page]
    context = {
        "page": page,
        "attempts": settled,
        "test_query": "" if test is None else f"test={test}&",
    }
    return render(request, "exams/history.html", context)


def _domain_scores(found: Attempt) -> list[DomainScore]:
    results = found.domain_results.select_related("domain").order_by("domain__position")
    passing = found.test.certification.pass_percent
    return [
        DomainScore(one.domain.name, one.n_questions, one.n_right, passing)
        for one in results
    ]


def _time_used(found: Attempt) -> str:
    """Say how long an exam took; of practice, which may rest for days, the work."""
    if found.is_exam and found.finished_at:
        return duration_words((found.finished_at - found.started_at).total_seconds())
    return duration_words(seconds_spent(found.chunks.all()))


def _running(found: Attempt) -> Attempt | None:
    """Return the attempt at the same test that is running by now."""
    same = Attempt.objects.filter(learner=found.learner_id, test=found.test_id)
    running = same.open().first()
    if running is None:
        return None
    settled = services.settle(running, now=timezone.now())
    return settled if settled.is_open else None


@require_safe
@login_required
def result(request: LearnerRequest, pk: int) -> HttpResponse:
    found = _own_attempt(request, pk)
    if found.score is None or found.n_right is None:
        return _elsewhere(request, found)
    longer = next_length(found.length, found.test.lengths)
    running = _running(found)
    context = {
        "attempt": found,
        "certification": found.test.certification,
        "passed": found.score >= found.test.certification.pass_percent,
        "missed": found.length - found.n_right,
        "skipped": found.length - (found.n_answered or 0),
        "time_used": _time_used(found),
        "domains": _domain_scores(found),
        "next_length": longer,
        "n_more": longer - found.length if longer else 0,
        "running": running,
        "running_words": attempt_words(running) if running else "",
    }
    return render(request, "exams/result.html", context)


@require_safe
@login_required
def review(request: LearnerRequest, pk: int) -> HttpResponse:
    found = _own_attempt(request, pk)
    if found.state != Attempt.State.FINISHED:
        return _elsewhere(request, found)
    items = review_items(found)
    counts = filter_counts(items)
    # What went wrong is what people come for; right ones are a tap away.
    first = "wrong" if counts["wrong"] else "all"
    show, shown = shown_items(items, request.GET.get("show", first))
    context = {
        "attempt": found,
        "certification": found.test.certification,
        "show": show,
        "show_query": f"show={show}&",
        "counts": counts,
        "filters": [(name, word, counts[name]) for name, word in FILTERS.items()],
        "page": Paginator(shown, REVIEW_PAGE).get_page(request.GET.get("page")),
    }
    return render(request, "exams/review.html", context)


@require_safe
@login_required
def practise(request: LearnerRequest, pk: int) -> HttpResponse:
    """Ask the missed questions again; nothing of it is stored or scored."""
    found = _own_attempt(request, pk)
    if found.state != Attempt.State.FINISHED:
        return _elsewhere(request, found)
    missed = [item for item in review_items(found) if item.outcome != "right"]
    page = Paginator(missed, REVIEW_PAGE).get_page(request.GET.get("page"))
    context: dict[str, Any] = {
        "attempt": found,
        "certification": found.test.certification,
        "page": page,
        "questions": [drill_question(item) for item in page],
    }
    return render(request, "exams/practise.html", context)
