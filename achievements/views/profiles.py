"""What others see of a learner, and choosing it."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.http import LearnerRequest
from accounts.limits import rate_limited
from accounts.models import User
from achievements.forms import ProfileForm
from achievements.frame import frame_of
from achievements.models import Grant, Profile, Statistics
from achievements.presentation import Frame
from achievements.querysets import learners_with_profile
from achievements.services.visibility import save_profile


def _frame(learner: User) -> Frame:
    statistics = getattr(learner, "statistics", None) or Statistics(learner=learner)
    return frame_of(statistics, learner)


@require_safe
@rate_limited("profiles", "120/m")
def profile(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what the learner chose to show, to everybody; nothing of the account."""
    learner = get_object_or_404(learners_with_profile(), pk=pk)
    chosen = learner.profile
    context: dict[str, Any] = {
        "learner": learner,
        "profile": chosen,
        "standing": _frame(learner),
        "is_me": learner == request.user,
    }
    if chosen.shows_achievements:
        context["grants"] = Grant.objects.of(learner).for_profile()
    return render(request, "achievements/profile.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
@rate_limited("account-settings", "60/m", methods=["POST"])
def preferences(request: LearnerRequest) -> HttpResponse:
    own = Profile.objects.filter(pk=request.user.pk).first()
    # A form with every box empty may send nothing at all.
    sent = request.POST if request.method == "POST" else None
    form = ProfileForm(sent, instance=own or Profile(learner=request.user))
    if form.is_valid():
        save_profile(profile=form.save(commit=False))
        messages.success(request, "Saved. Others see it from now on.")
        return redirect("achievements:preferences")
    return render(request, "achievements/preferences.html", {"form": form})
