"""What can be taken, and taking it."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from accounts.limits import rate_limited
from accounts.models import User
from exams import services
from exams.forms import StartForm
from exams.models import Attempt, Certification, Test
from exams.presentation import (
    Asked,
    DomainRow,
    TestCard,
    coming_tests,
    domain_rows,
    n_answered,
    offered_and_coming,
)
from exams.querysets import readiness_by_domain


@require_safe
def certification_list(request: HttpRequest) -> HttpResponse:
    offered, coming = offered_and_coming(Certification.objects.for_list_page())
    context = {"certifications": offered, "coming": coming}
    return render(request, "exams/certification_list.html", context)


def _learner(request: HttpRequest) -> User | None:
    return request.user if isinstance(request.user, User) else None


def _running(
    learner: User, certification: Certification, *, now: datetime
) -> dict[int, Attempt]:
    """Return the learner's running attempts by test; those out of time are finished."""
    started = Attempt.objects.for_home_page(learner).of(certification)
    settled = (services.settle(attempt, now=now) for attempt in started)
    return {attempt.test_id: attempt for attempt in settled if attempt.is_open}


def _asked(request: HttpRequest) -> dict[str, Asked]:
    """Return how a test was asked for, by its number as the address has it."""
    number = request.GET.get("restart") or request.GET.get("asked", "")
    form = StartForm(request.GET)
    if not form.is_valid():
        return {}
    return {number: Asked(form.cleaned_data["mode"], form.cleaned_data["length"])}


def _test_cards(
    certification: Certification, learner: User | None, asked: Mapping[str, Asked]
) -> list[TestCard]:
    tests = Test.objects.published().with_release_facts().of(certification)
    if learner is None:
        return [TestCard(test) for test in tests]
    # First, so that what has just run out of time counts as a result below.
    running = _running(learner, certification, now=timezone.now())
    cards = []
    for test in tests.with_results_of(learner):
        attempt = running.get(test.pk)
        answered = n_answered(attempt.chunks.all()) if attempt else 0
        wanted = asked.get(str(test.number))
        is_offered = wanted is not None and wanted.length in test.lengths
        cards.append(TestCard(test, attempt, answered, wanted if is_offered else None))
    return cards


def _domain_rows(certification: Certification, learner: User | None) -> list[DomainRow]:
    domains = certification.domains.values_list("pk", "name", "weight")
    results = readiness_by_domain(learner, certification) if learner else []
    return domain_rows(
        domains,
        {row["domain"]: (row["n_answered"], row["n_right"]) for row in results},
        pass_percent=certification.pass_percent,
    )


@require_safe
def certification(request: HttpRequest, slug: str) -> HttpResponse:
    found = get_object_or_404(Certification, slug=slug)
    learner = _learner(request)
    cards = _test_cards(found, learner, _asked(request))
    domains = _domain_rows(found, learner)
    context = {
        "certification": found,
        "cards": cards,
        "to_come": coming_tests([card.test.number for card in cards]),
        "domains": domains,
        "has_results": any(row.readiness.n_answered for row in domains),
        # Without JavaScript the link "Restart" asks by way of the page itself.
        "restart": request.GET.get("restart", ""),
    }
    return render(request, "exams/certification.html", context)


@require_POST
@rate_limited("start", "60/m")
def start(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    learner = _learner(request)
    tests = Test.objects.with_release_facts().filter(certification__slug=slug)
    test = get_object_or_404(tests, number=number)
    if learner is None:
        return redirect_to_login(test.certification.get_absolute_url())
    form = StartForm(request.POST)
    if not form.is_valid():
        messages.error(request, form.first_error)
        return redirect(test.certification)
    try:
        attempt, created = services.start_attempt(
            learner=learner, test=test, now=timezone.now(), **form.cleaned_data
        )
    except services.NotOffered as refusal:
        messages.error(request, refusal.message)
        return redirect(test.certification)
    if created:
        return redirect(attempt)
    asked = Asked(form.cleaned_data["mode"], form.cleaned_data["length"])
    return _to_what_runs(request, test, attempt, asked=asked)


def _to_what_runs(
    request: HttpRequest, test: Test, attempt: Attempt, *, asked: Asked
) -> HttpResponse:
    """Go on with the running attempt, or ask on its card if another was wanted."""
    if asked != Asked(attempt.mode, attempt.length):
        return redirect(_card_address(test, asked))
    messages.info(request, "You had already started this test: here it is.")
    return redirect(attempt)


def _card_address(test: Test, asked: Asked) -> str:
    """Return where the card says what is running, and offers what was asked for."""
    query = urlencode({"asked": test.number} | asdict(asked))
    return f"{test.certification.get_absolute_url()}?{query}#test-{test.number}"
