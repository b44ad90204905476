"""The back office: Django's admin in unfold's clothes, behind allauth's sign-in."""

from collections.abc import Callable
from functools import update_wrapper
from typing import Any

from allauth.account.decorators import secure_admin_login
from allauth.account.utils import get_next_redirect_url
from csp.constants import SELF, UNSAFE_EVAL, UNSAFE_INLINE
from django.contrib.auth import logout
from django.core.exceptions import PermissionDenied
from django.core.paginator import InvalidPage
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.templatetags.static import static
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST
from unfold.sites import UnfoldAdminSite

View = Callable[..., HttpResponse]

# Unfold's Alpine evaluates the expressions in its attributes and sets styles inline.
# Only the pages of the back office get this; the site's own policy has neither.
POLICY = {"script-src": [SELF, UNSAFE_EVAL], "style-src": [SELF, UNSAFE_INLINE]}


class BackOffice(UnfoldAdminSite):
    index_title = "Back office"

    def admin_view(self, view: View, cacheable: bool = False) -> View:
        guarded = super().admin_view(view, cacheable)

        def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            # Somebody who is signed in but no staff is not helped by a sign-in page.
            if request.user.is_authenticated and not self.has_permission(request):
                raise PermissionDenied
            response = guarded(request, *args, **kwargs)
            # A page that chose a policy itself (the previews: the site's own) keeps it.
            if not hasattr(response, "_csp_replace"):
                response._csp_replace = POLICY
            return response

        return update_wrapper(inner, view)

    @method_decorator(never_cache)
    @method_decorator(secure_admin_login)
    def login(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Send people to the one sign-in: its limits and second step hold here too.

        Only staff who are signed in come this far; the form of Django's admin, which
        would let them guess passwords without a limit, is never shown.
        """
        return redirect(get_next_redirect_url(request) or f"{self.name}:index")

    @method_decorator(never_cache)
    @method_decorator(require_POST)
    def logout(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        logout(request)
        return redirect("home")

    def search(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        try:
            return super().search(request, extra_context)
        except (InvalidPage, ValueError) as error:
            raise Http404("There is no such page of results.") from error

    def password_change(
        self, request: HttpRequest, extra_context: Any = None
    ) -> HttpResponse:
        """There is one page for this, and it tells the person by mail."""
        return redirect("account_change_password")


# --- what UNFOLD in the settings names ------------------------------------------------


def _entry(title: str, icon: str, model: str, words: str) -> dict[str, Any]:
    app, name = model.split(".")
    page = f"{app}_{name}_changelist"
    return _page(title, icon, page, words, permission=f"{app}.view_{name}")


def _page(
    title: str, icon: str, page: str, words: str, *, permission: str, query: str = ""
) -> dict[str, Any]:
    link = reverse(f"admin:{page}") + query
    entry = {
        "title": title,
        "icon": icon,
        "words": words,
        "link": link,
        "permission": lambda request: request.user.has_perm(permission),
    }
    if query:
        # It shares its path with a list of everything.
        entry["active"] = lambda request: request.get_full_path() == link
    return entry


def _is_queue_or_thread(request: HttpRequest) -> bool:
    """The numbers stand below the queue's address, and have an entry of their own."""
    match = request.resolver_match
    name = (match and match.url_name) or ""
    page = name.removeprefix("support_thread_")
    return page != name and page != "metrics"


def _desk() -> list[dict[str, Any]]:
    answer = "support.answer_thread"
    return [
        _page(
            "Questions of learners",
            "forum",
            "support_thread_changelist",
            "Who waits longest stands first",
            permission=answer,
        )
        | {"active": _is_queue_or_thread},
        _entry(
            "Canned replies",
            "quickreply",
            "support.cannedreply",
            "Answers that are given often",
        ),
        _entry("Help topics", "help", "support.helptopic", "What everybody may read"),
        _page(
            "Desk in numbers",
            "monitoring",
            "support_thread_metrics",
            "How fast, how many, how well",
            permission=answer,
        ),
    ]


def navigation(request: HttpRequest) -> list[dict[str, Any]]:
    """The side bar: who waits, what editors work on, what learners do, who they are."""
    groups = {
        "Desk": _desk(),
        "Content": [
            _entry("Questions", "quiz", "exams.question", "Find, write and preview"),
            _entry("Tests", "list_alt", "exams.test", "Arrange and publish"),
            _entry(
                "Certifications",
                "workspace_premium",
                "exams.certification",
                "Exam facts and domains",
            ),
            _entry("Releases", "inventory_2", "exams.release", "What went out when"),
            _entry("Resources", "menu_book", "support.resource", "Where else to learn"),
            _page(
                "Suggested resources",
                "add_link",
                "support_resource_changelist",
                "What learners suggest",
                permission="support.moderate_resource",
                query="?status__exact=suggested",
            ),
            _page(
                "Broken links",
                "link_off",
                "support_resource_changelist",
                "What the weekly check found",
                permission="support.moderate_resource",
                query="?link__exact=broken&status__exact=published",
            ),
        ],
        "Learners": [
            _entry("Attempts", "edit_note", "exams.attempt", "What learners did"),
        ],
        "Rewards": [
            _entry(
                "Achievements",
                "emoji_events",
                "achievements.achievement",
                "Rules, and who holds them",
            ),
            _entry("Grants", "military_tech", "achievements.grant", "Who earned what"),
            _entry(
                "Statistics", "query_stats", "achievements.statistics", "In numbers"
            ),
            _entry("XP ledger", "bolt", "achievements.xpentry", "Every XP, and why"),
            _entry("Coin ledger", "paid", "achievements.coinentry", "Every coin"),
            _entry(
                "Backfills",
                "autorenew",
                "achievements.backfill",
                "How far changed rules are looked up",
            ),
        ],
        "People": [
            _entry("Users", "person", "accounts.user", "Names, extra time, rights"),
            _entry("Groups", "group", "auth.group", "What staff may do"),
        ],
    }
    return [
        {"title": title, "items": allowed}
        for title, items in groups.items()
        if (allowed := [one for one in items if one["permission"](request)])
    ]


def stylesheet(request: HttpRequest) -> str:
    return static("css/pages/admin.css")


def icon(request: HttpRequest) -> str:
    return static("img/logo.svg")


def favicon(request: HttpRequest) -> str:
    return static("img/favicon.svg")
