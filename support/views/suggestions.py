"""Help that fits what somebody is writing."""

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.http import LearnerRequest
from accounts.limits import rate_limited
from support.help_search import search_words
from support.models import HelpTopic

MOST = 5
# As much of what was written as is worth looking for.
LONGEST_QUERY = 300


@require_safe
@login_required
@rate_limited("ask-suggestions", "60/m")
def suggestions(request: LearnerRequest) -> HttpResponse:
    """Return the published topics that fit what is written; nobody's threads."""
    words = search_words(request.GET.get("q", "")[:LONGEST_QUERY])
    best = HelpTopic.objects.published().best_for(words).defer("text", "words")
    found = list(best[:MOST])
    return render(request, "support/_suggestions.html", {"topics": found})
