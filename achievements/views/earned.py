"""What an attempt brought: a part of its result page that comes once it is counted."""

from http import HTTPStatus

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.http import LearnerRequest
from achievements.earnings import earnings_of
from achievements.services.telling import tell
from exams.models import Attempt


@never_cache
@require_safe
@login_required
def earned(request: LearnerRequest, pk: int) -> HttpResponse:
    """Return a fragment of HTML; 202 while it is being counted.

    409 for an attempt without a result: a redirect would put another page where the
    fragment belongs.
    """
    own = Attempt.objects.taken_by(request.user).select_related("counted")
    attempt = get_object_or_404(own, pk=pk)
    if attempt.state != Attempt.State.FINISHED:
        return HttpResponse("This attempt is not finished.", status=HTTPStatus.CONFLICT)
    counted = getattr(attempt, "counted", None)
    if counted is None or not counted.is_final:
        return HttpResponse("Your XP is being counted.", status=HTTPStatus.ACCEPTED)
    earnings = earnings_of(attempt)
    if any(grant.told_at is None for grant in earnings.grants):
        # Who sees them here needs no toast on the next page.
        tell(learner_id=attempt.learner_id, attempt_id=pk, now=timezone.now())
    context = {
        "earnings": earnings,
        "n_right": attempt.n_right,
        "n_before": max((attempt.n_right or 0) - earnings.n_paid, 0),
    }
    # Without the request: a fragment asks for nothing that stands around a page.
    return HttpResponse(render_to_string("achievements/_earned.html", context))
