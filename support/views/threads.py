"""Asking a person: the learner's threads, each of them, and what is done with it."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.views.decorators.cache import never_cache
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from accounts.http import LearnerRequest
from accounts.limits import check_rate, rate_limited
from exams.ids import bounded_id
from exams.models import Attempt
from exams.review import NotFinished, ReviewItem, review_items
from support import services
from support.forms import MessageForm, QuestionForm, RatingForm
from support.limits import CHANGES, MESSAGES, NEW_THREADS
from support.models import Message, Thread
from support.models.thread import Topic
from support.presentation import TEAM, carried_question, shown_messages
from support.status import REOPEN_WITHIN, Author

INBOX_PAGE = 20
MESSAGES_PAGE = 100
LAST_PAGE = 1_000

View = TypeVar("View", bound=Callable[..., HttpResponse])


def gone_is_404(view: View) -> View:
    """Answer 404 when the thread, or its learner, is deleted in this very moment."""

    @wraps(view)
    def inner(*args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(*args, **kwargs)
        except services.ThreadGone:
            raise Http404("The thread is gone.") from None

    return cast(View, inner)


# --- the inbox ------------------------------------------------------------------------


@require_safe
@never_cache
def inbox(request: HttpRequest) -> HttpResponse:
    if not request.user.is_authenticated:
        return _to_sign_in(request)
    page = min(bounded_id(request.GET.get("page", "")) or 1, LAST_PAGE)
    start = (page - 1) * INBOX_PAGE
    threads = Thread.objects.for_inbox(request.user)
    # One more than is shown tells whether there are more, without counting them.
    found = list(threads[start : start + INBOX_PAGE + 1])
    context = {
        "threads": found[:INBOX_PAGE],
        "newer": page - 1,
        "older": page + 1 if len(found) > INBOX_PAGE else 0,
    }
    return render(request, "support/inbox.html", context)


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    hint = format_html(
        'Sign in to ask a person. Many answers stand in the <a href="{}">help</a> '
        "already, for everybody.",
        reverse("support:help"),
    )
    messages.info(request, hint)
    query = urlencode({"next": request.get_full_path()})
    return redirect(f"{reverse('account_login')}?{query}")


# --- asking ---------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@gone_is_404
def new_thread(request: HttpRequest) -> HttpResponse:
    if not request.user.is_authenticated:
        return _to_sign_in(request)
    attempt, item = _carried(request)
    sent = (request.POST, request.FILES) if request.method == "POST" else ()
    form = QuestionForm(*sent, carries_question=item is not None)
    context = {"form": form, "attempt": attempt, "item": item}
    if not form.is_valid():
        status = 422 if form.is_bound else 200
        return render(request, "support/ask.html", context, status=status)
    if wait := check_rate(request, *NEW_THREADS):
        return _too_fast(request, "support/ask.html", context, wait)
    thread, _ = _start(request, form, attempt, item)
    return _sent(form, thread)


def _carried(request: HttpRequest) -> tuple[Attempt | None, ReviewItem | None]:
    """Return the finished attempt's question that the address names, or raise 404."""
    if "attempt" not in request.GET:
        return None, None
    pk = bounded_id(request.GET["attempt"])
    question = bounded_id(request.GET.get("question", ""))
    own = Attempt.objects.taken_by(request.user).for_result_page()  # type: ignore[arg-type]
    attempt = get_object_or_404(own, pk=pk)
    try:
        items = review_items(attempt)
    except NotFinished:
        raise Http404("The attempt is not finished.") from None
    item = next((one for one in items if one.question == question), None)
    if item is None:
        raise Http404("The attempt has no such question.")
    return attempt, item


def _start(
    request: HttpRequest,
    form: QuestionForm,
    attempt: Attempt | None,
    item: ReviewItem | None,
) -> tuple[Thread, bool]:
    carried = None
    if attempt is not None and item is not None:
        chosen = [one.index for one in item.choices if one.is_chosen]
        carried = services.Carried(
            attempt=attempt, question=item.question, chosen=sorted(chosen)
        )
    cleaned = form.cleaned_data
    return services.start_thread(
        learner=request.user,  # type: ignore[arg-type]
        topic=Topic(cleaned["topic"]),
        text=cleaned["text"],
        certification=cleaned.get("certification"),
        carried=carried,
        files=cleaned["attachments"],
        token=form.once,
        now=timezone.now(),
    )


# --- one thread -----------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
@gone_is_404
def thread(request: LearnerRequest, pk: int) -> HttpResponse:
    found = _own_thread(request, pk)
    if request.method != "POST":
        return _page(request, found, MessageForm())
    form = MessageForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, found, form, status=422)
    if wait := check_rate(request, *MESSAGES):
        return _page(request, found, form, wait=wait)
    message = services.write_message(
        thread=found,
        author=request.user,
        kind=Author.LEARNER,
        text=form.cleaned_data["text"],
        files=form.cleaned_data["attachments"],
        token=form.once,
        now=timezone.now(),
    )
    return _sent(form, message.thread, message)


def _own_thread(request: LearnerRequest, pk: int) -> Thread:
    own = Thread.objects.for_thread_page(request.user)
    return get_object_or_404(own.with_others_unread(), pk=pk)


def _page(
    request: LearnerRequest,
    found: Thread,
    form: MessageForm,
    *,
    rating_form: RatingForm | None = None,
    status: int = 200,
    wait: int = 0,
) -> HttpResponse:
    """Show a thread, and note that it was seen."""
    before = bounded_id(request.GET.get("before", ""))
    newest_first = found.messages.seen_by_learner().for_page().reverse()
    if before:
        newest_first = newest_first.filter(pk__lt=before)
    some = list(newest_first[: MESSAGES_PAGE + 1])
    shown = some[:MESSAGES_PAGE][::-1]
    context = {
        **_state(found),
        "form": form,
        "rating_form": rating_form,
        "shown": shown_messages(found, shown),
        "item": carried_question(found),
        "earlier": shown[0].pk if len(some) > MESSAGES_PAGE else 0,
        "is_newest": not before,
        "last_id": shown[-1].pk if shown else 0,
        # Counted with the thread itself; what is on this page is read now.
        "n_unread_threads": found.n_others_unread,  # type: ignore[attr-defined]
    }
    if request.method == "GET" and not before:
        _see(found, shown)
    if wait:
        return _too_fast(request, "support/thread.html", context, wait)
    return render(request, "support/thread.html", context, status=status)


def _state(found: Thread) -> dict[str, Any]:
    """Return what the page says of a thread apart from its messages."""
    now = timezone.now()
    return {
        "thread": found,
        "team": TEAM,
        "reopen_days": REOPEN_WITHIN.days,
        "may_reopen": found.is_closed and found.reopens(now=now),
        "begins_another": found.is_closed and not found.reopens(now=now),
    }


def _see(found: Thread, shown: list[Message]) -> None:
    if found.is_unread and shown:
        services.see_thread(thread=found, message_id=shown[-1].pk)


@require_safe
@never_cache
@login_required
def new_messages(request: LearnerRequest, pk: int) -> HttpResponse:
    """Return what was said after a message, or 204: an open page asks now and then."""
    after = bounded_id(request.GET.get("after", "")) or 0
    threads = Thread.objects.for_thread_page(request.user).with_newest_after(after)
    found = get_object_or_404(threads, pk=pk)
    if found.newest is None:  # type: ignore[attr-defined]
        return HttpResponse(status=204)
    newer = found.messages.seen_by_learner().newer_than(after).for_page()
    shown = list(newer[:MESSAGES_PAGE])
    context = {
        **_state(found),
        "shown": shown_messages(found, shown, mark_new=False),
        "is_poll": True,
    }
    response = render(request, "support/_new_messages.html", context)
    _see(found, shown)
    return response


# --- closing, opening, rating ---------------------------------------------------------


@require_POST
@login_required
@rate_limited(*CHANGES)
@gone_is_404
def close(request: LearnerRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Thread.objects.asked_by(request.user), pk=pk)
    services.close_thread(thread=found, by=request.user, now=timezone.now())
    return redirect(f"{found.get_absolute_url()}#state")


@require_POST
@login_required
@rate_limited(*CHANGES)
@gone_is_404
def reopen(request: LearnerRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Thread.objects.asked_by(request.user), pk=pk)
    try:
        services.reopen_thread(thread=found, by=request.user, now=timezone.now())
    except services.TooLate:
        messages.warning(
            request,
            "This was closed too long ago to be opened again. Write below: it goes on "
            "in a new thread.",
        )
    return redirect(f"{found.get_absolute_url()}#reply")


@require_POST
@login_required
@rate_limited(*CHANGES)
@gone_is_404
def rate(request: LearnerRequest, pk: int) -> HttpResponse:
    """Keep whether it helped; only a closed thread is asked about."""
    found = _own_thread(request, pk)
    form = RatingForm(request.POST)
    if not form.is_valid():
        return _page(request, found, MessageForm(), rating_form=form, status=422)
    try:
        services.rate_thread(
            thread=found,
            by=request.user,
            rating=Thread.Rating(form.cleaned_data["rating"]),
            comment=form.cleaned_data["comment"],
            now=timezone.now(),
        )
    except services.NotClosed:
        messages.warning(request, "This is open: say whether it helped once it closed.")
    else:
        messages.success(request, "Thank you. That helps us to answer better.")
    return redirect(found)


# --- what they share ------------------------------------------------------------------


def _sent(
    form: MessageForm, thread: Thread, message: Message | None = None
) -> HttpResponse:
    """Go to what was sent; the token tells the page which draft that was."""
    query = urlencode({"sent": form.cleaned_data["token"] or ""})
    place = f"#message-{message.pk}" if message else ""
    return redirect(f"{thread.get_absolute_url()}?{query}{place}")


def _too_fast(
    request: HttpRequest, template: str, context: dict[str, Any], wait: int
) -> HttpResponse:
    """Show the form again with all that was written, and say when to send it."""
    minutes = -(-wait // 60)
    files = (
        " Choose the files again."
        if context["form"].cleaned_data["attachments"]
        else ""
    )
    context["form"].add_error(
        None,
        f"You have sent a lot in a short time. Nothing is lost: send it again in "
        f"{minutes} minute{'s' if minutes > 1 else ''}.{files}",
    )
    response = render(request, template, context, status=429)
    response.headers["Retry-After"] = str(wait)
    return response
