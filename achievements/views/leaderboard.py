"""Who earned the most."""

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.http import LearnerRequest
from accounts.limits import rate_limited
from achievements.frame import rewards_of
from achievements.leaderboard import MOST_PAGES, PAGE, read_leaderboard
from achievements.models import Standing
from achievements.presentation import page_number

DEFAULT = Standing.Board.WEEK


@require_safe
@login_required
@rate_limited("leaderboard", "120/m")
def leaderboard(request: LearnerRequest) -> HttpResponse:
    asked = request.GET.get("board", "")
    board = Standing.Board(asked) if asked in Standing.Board.values else DEFAULT
    found = read_leaderboard(
        learner=request.user,
        board=board,
        now=timezone.now(),
        page=page_number(request.GET.get("page"), most=MOST_PAGES),
    )
    # The frame shows the same row.
    rewards_of(request).statistics = found.seat.statistics
    context = {
        "board": board,
        "boards": list(Standing.Board),
        "leaderboard": found,
        "previous_page": found.page - 1,
        "next_page": found.page + 1,
        "deepest": PAGE * MOST_PAGES,
    }
    return render(request, "achievements/leaderboard.html", context)
