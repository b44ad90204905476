"""Resources: finding them, keeping them, and suggesting another."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)
from django.views.decorators.vary import vary_on_headers
from django_htmx.http import HttpResponseClientRedirect

from accounts.http import LearnerRequest
from accounts.limits import check_rate, rate_limited, too_fast
from accounts.models import User
from support import suggesting
from support.finding import certification_names, find_resources
from support.forms_resources import FilterForm, SuggestionForm, where_it_is
from support.models import Resource

SUGGESTIONS = ("suggest-resource", "10/d")
SHOWN_SUGGESTIONS = 50


@require_safe
@never_cache
@vary_on_headers("HX-Request")
@rate_limited("resources", "120/m")
def resources(request: HttpRequest) -> HttpResponse:
    learner = request.user if isinstance(request.user, User) else None
    certifications = certification_names()
    form = FilterForm(request.GET, certifications=certifications)
    found = find_resources(
        form.wanted(),
        learner=learner,
        certifications=certifications,
        now=timezone.now(),
    )
    here = _address(found.wanted.query)
    context = {"form": form, "found": found, "wanted": found.wanted, "here": here}
    if not _is_part(request):
        return render(request, "support/resources.html", context)
    response = render(request, "support/_resource_results.html", context)
    response.headers["HX-Push-Url"] = here
    return response


def _is_part(request: HttpRequest) -> bool:
    """Whether the results alone are asked for; going back needs the whole page."""
    htmx = request.htmx  # type: ignore[attr-defined]
    return bool(htmx) and not htmx.history_restore_request


def _address(query: str) -> str:
    address = reverse("support:resources")
    return f"{address}?{query}" if query else address


@require_POST
@rate_limited("bookmark", "120/m")
def bookmark(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep a resource, or let it go: which of both is said, so that it may be twice."""
    is_htmx = bool(request.htmx)  # type: ignore[attr-defined]
    if not isinstance(request.user, User):
        to_sign_in = redirect_to_login(reverse("support:resources"))
        return HttpResponseClientRedirect(to_sign_in.url) if is_htmx else to_sign_in
    resource = get_object_or_404(Resource.objects.shown(), pk=pk)
    keep = request.POST.get("keep") == "1"
    suggesting.set_bookmark(learner=request.user, resource=resource, keep=keep)
    if is_htmx:
        context = {"resource": resource, "is_bookmarked": keep}
        return render(request, "support/_bookmark.html", context)
    back = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(back, allowed_hosts=None):
        back = reverse("support:resources")
    return redirect(f"{back}#{resource.slug}")


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@never_cache
def suggest(request: LearnerRequest) -> HttpResponse:
    form = SuggestionForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        wait = check_rate(request, *SUGGESTIONS)
        if wait is not None:
            return too_fast(request, wait)
        try:
            suggesting.suggest_resource(
                learner=request.user, now=timezone.now(), **form.cleaned_data
            )
        except suggesting.Known as known:
            form.add_error("url", where_it_is(known.resource))
        else:
            messages.success(
                request, "Thank you. A person looks at it before it shows."
            )
            return redirect("support:suggest_resource")
    own = Resource.objects.filter(suggested_by=request.user).order_by("-pk")
    context = {"form": form, "suggestions": own[:SHOWN_SUGGESTIONS]}
    status = 422 if form.errors else 200
    return render(request, "support/resource_suggest.html", context, status=status)
