"""What a learner has earned, and what is on the way."""

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.http import LearnerRequest
from achievements.frame import rewards_of
from achievements.overview import read_overview


@require_safe
@login_required
def achievements(request: LearnerRequest) -> HttpResponse:
    overview = read_overview(request.user)
    # The frame shows the same row.
    rewards_of(request).statistics = overview.statistics
    context = {"overview": overview}
    return render(request, "achievements/achievements.html", context)
