"""The first page: what this is, or where a learner goes on."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.models import User
from exams import services
from exams.models import Attempt, Certification
from exams.presentation import RunningAttempt, n_answered, offered_and_coming
from exams.samples import sample_questions


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    if isinstance(request.user, User):
        return render(request, "exams/home.html", _dashboard(request.user))
    available, coming = offered_and_coming(Certification.objects.for_list_page())
    context = {
        "samples": sample_questions(),
        "available": available,
        "coming": coming,
    }
    return render(request, "exams/welcome.html", context)


def _dashboard(learner: User) -> dict[str, Any]:
    now = timezone.now()
    started = Attempt.objects.for_home_page(learner)
    settled = [services.settle(attempt, now=now) for attempt in started]
    running = [
        RunningAttempt(attempt, n_answered(attempt.chunks.all()))
        for attempt in settled
        if attempt.is_open
    ]
    certifications = list(Certification.objects.started_by(learner))
    context: dict[str, Any] = {"running": running, "certifications": certifications}
    if not certifications:
        context["offered"] = Certification.objects.for_list_page()
    elif not running:
        context["last"] = Attempt.objects.latest_finished(learner)
    return context
