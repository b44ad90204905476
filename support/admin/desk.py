"""The desk: one thread, who asked, and the box in which an agent answers.

Every change goes through support.services; these pages translate it and nothing else.
"""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from exams.admin.base import ReadOnlyAdmin
from exams.ids import bounded_id
from support import services
from support.admin.canned import offered_replies
from support.admin.metrics import MetricsPage
from support.admin.publish import PublishPages
from support.admin.rights import agents, may_answer
from support.admin.situation import carried_by, situation_of
from support.admin.talk import talk_of
from support.forms import ACCEPTED, MessageForm
from support.models import Message, Thread
from support.status import Author, Status

# What each button of the box says, and leaves behind.
WAYS: dict[str, tuple[Author, Status | None]] = {
    "answer": (Author.AGENT, Status.ANSWERED),
    "answer-close": (Author.AGENT, Status.CLOSED),
    "ask": (Author.AGENT, Status.WAITING),
    "note": (Author.NOTE, None),
}
SAID = {
    "answer": "Answered",
    "answer-close": "Answered and closed",
    "ask": "Asked back",
    "note": "Noted, for agents only",
}


class ReplyForm(MessageForm):
    """An agent's message. ``seen`` is the learner's newest one when it was begun."""

    way = forms.ChoiceField(
        choices=[(way, way) for way in WAYS],
        error_messages={
            "required": "Choose what to do with it.",
            "invalid_choice": "Choose what to do with it.",
        },
    )
    seen = forms.IntegerField(required=False, min_value=0, widget=forms.HiddenInput)

    def parts(self) -> Iterator[bytes]:
        # The same words as a note and as an answer are two things.
        yield self.cleaned_data["way"].encode()
        yield from super().parts()


class DeskPages(PublishPages, MetricsPage, ReadOnlyAdmin):
    """The pages of the desk; the admin of threads adds the queue."""

    def get_urls(self) -> list[URLPattern]:
        views = [
            ("next/", self.next_thread, "next"),
            ("metrics/", self.metrics, "metrics"),
            ("<int:pk>/reply/", self.reply, "reply"),
            ("<int:pk>/assign/", self.assign, "assign"),
            ("<int:pk>/close/", self.close, "close"),
            ("<int:pk>/reopen/", self.reopen, "reopen"),
            ("<int:pk>/publish/<int:message>/", self.publish, "publish"),
        ]
        own = [
            path(route, self._guarded(view), name=f"support_thread_{name}")
            for route, view, name in views
        ]
        return own + super().get_urls()

    def _guarded(self, view: Any) -> Any:
        posted = view.__name__ in ("reply", "assign", "close", "reopen")
        shown = require_POST(view) if posted else view

        def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not may_answer(request):
                raise PermissionDenied
            response: HttpResponse = shown(request, *args, **kwargs)
            return response

        return self.admin_site.admin_view(inner)

    # --- looking ----------------------------------------------------------------------

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: Any = None,
    ) -> HttpResponse:
        if not may_answer(request):
            raise PermissionDenied
        if request.method not in ("GET", "HEAD"):
            # Agents answer; they change no columns.
            raise PermissionDenied
        thread = self.get_object(request, object_id)
        if thread is None:
            raise Http404("There is no such thread.")
        return self._desk(request, thread)

    def _desk(
        self,
        request: HttpRequest,
        thread: Thread,
        form: ReplyForm | None = None,
        *,
        behind: int | None = None,
    ) -> HttpResponse:
        """Show the desk. ``behind``: what came after this message is pointed out."""
        before = bounded_id(request.GET.get("before", "")) or 0
        talk, earlier = talk_of(thread, before=before)
        newest = max((one.pk for one in talk), default=0)
        was_new = thread.agents_saw if behind is None else behind
        replies = offered_replies(thread, agent=request.user)
        context = {
            **self.admin_site.each_context(request),
            "title": thread.subject,
            "opts": self.opts,
            "original": thread,
            "thread": thread,
            "talk": talk,
            "earlier": earlier,
            "is_newest": not before,
            "was_new": was_new,
            "form": form,
            "text": self._text(request, form, replies),
            "token": (form or ReplyForm()).shown_token,
            "seen": thread.last_learner_message,
            "is_behind": behind is not None,
            "had_files": bool(request.FILES),
            "replies": replies,
            "carried": carried_by(thread),
            "situation": situation_of(thread),
            "agents": agents(),
            "follows_up": thread.is_closed and not thread.reopens(now=timezone.now()),
            "followed_by": Thread.objects.filter(follows=thread).first(),
            "accepted": ACCEPTED,
            "may_publish": request.user.has_perm("support.add_helptopic"),
            "may_see_question": request.user.has_perm("exams.view_question"),
            "may_see_attempt": request.user.has_perm("exams.view_attempt"),
        }
        if not before:
            services.see_thread(thread=thread, message_id=newest, by_agents=True)
        status = 200 if form is None else 422 if form.errors else 409
        return TemplateResponse(
            request, "support/admin/desk.html", context, status=status
        )

    def _text(self, request: HttpRequest, form: ReplyForm | None, replies: Any) -> str:
        """Return what stands in the box: what was sent, or a reply that was chosen."""
        if form is not None:
            return str(form["text"].value() or "")
        chosen = request.GET.get("canned", "")
        return next((one.text for one in replies if str(one.pk) == chosen), "")

    def _thread(self, pk: int) -> Thread:
        return get_object_or_404(Thread.objects.for_desk(), pk=pk)

    # --- answering --------------------------------------------------------------------

    def reply(self, request: HttpRequest, pk: int) -> HttpResponse:
        thread = self._thread(pk)
        form = ReplyForm(request.POST, request.FILES)
        if not form.is_valid():
            return self._desk(request, thread, form)
        way, seen = form.cleaned_data["way"], form.cleaned_data["seen"]
        kind, status = WAYS[way]
        try:
            message = services.write_message(
                thread=thread,
                author=request.user,  # type: ignore[arg-type]
                kind=kind,
                text=form.cleaned_data["text"],
                files=form.cleaned_data["attachments"],
                token=form.once,
                status=status,
                seen=seen if kind is Author.AGENT else None,
                now=timezone.now(),
            )
        except services.LearnerWrote:
            return self._desk(request, self._thread(pk), form, behind=seen)
        except services.ThreadGone:
            return self._gone(request)
        return self._after(request, thread, message, way)

    def _after(
        self, request: HttpRequest, thread: Thread, message: Message, way: str
    ) -> HttpResponse:
        """Say what happened, and go on: to the follow-up, or to who waits longest."""
        if message.thread_id != thread.pk:
            words = (
                f"#{thread.pk} was closed too long ago to go on there. What you wrote "
                f"is in #{message.thread_id}, which follows it."
            )
            messages.success(request, words)
            return redirect("admin:support_thread_change", message.thread_id)
        messages.success(request, f"{SAID[way]}: #{thread.pk} {thread.subject}")
        if way == "note":
            return redirect("admin:support_thread_change", thread.pk)
        return self._go_on(request)

    def _gone(self, request: HttpRequest) -> HttpResponse:
        messages.error(
            request, "Nothing was sent: the learner's account was deleted meanwhile."
        )
        return redirect("admin:support_thread_changelist")

    # --- the queue --------------------------------------------------------------------

    def _mine(self, request: HttpRequest) -> QuerySet[Thread]:
        """Those that wait for this agent or for anybody, who waits longest first."""
        waiting = Thread.objects.waiting_longest_first()
        mine = Q(assigned_to=None) | Q(assigned_to=request.user.pk)
        # Nor must anybody wait for an agent who has left.
        return waiting.filter(mine | ~Q(assigned_to__in=agents().order_by()))

    def _go_on(self, request: HttpRequest) -> HttpResponse:
        if (longest := self._mine(request).first()) is not None:
            return redirect("admin:support_thread_change", longest.pk)
        messages.info(request, "Nobody waits for you any more.")
        return redirect("admin:support_thread_changelist")

    def next_thread(self, request: HttpRequest) -> HttpResponse:
        """Go on without answering: the one behind ``after``, then from the front."""
        after = bounded_id(request.GET.get("after", "")) or 0
        current = Thread.objects.open().filter(pk=after)
        if (here := current.first()) is not None:
            since = here.waiting_since
            behind = Q(waiting_since__gt=since) | Q(waiting_since=since, pk__gt=here.pk)
            others = self._mine(request).exclude(pk=here.pk)
            following = others.filter(behind).first() or others.first()
            if following is None:
                messages.info(request, "Nobody else waits for you.")
            return redirect("admin:support_thread_change", (following or here).pk)
        return self._go_on(request)

    # --- everything else --------------------------------------------------------------

    def assign(self, request: HttpRequest, pk: int) -> HttpResponse:
        thread = self._thread(pk)
        to = None
        if sent := request.POST.get("to", ""):
            wanted = agents().filter(pk=bounded_id(sent) or 0)
            if (to := wanted.first()) is None:
                messages.error(request, "Threads are given to agents only.")
                return redirect("admin:support_thread_change", pk)
        try:
            services.assign_thread(thread=thread, to=to, by=request.user)  # type: ignore[arg-type]
        except services.ThreadGone:
            return self._gone(request)
        words = f"Assigned to {to.display_name}." if to else "Assigned to nobody."
        messages.success(request, words)
        return redirect("admin:support_thread_change", pk)

    def close(self, request: HttpRequest, pk: int) -> HttpResponse:
        thread = self._thread(pk)
        try:
            closed = services.close_thread(
                thread=thread,
                by=request.user,  # type: ignore[arg-type]
                now=timezone.now(),
            )
        except services.ThreadGone:
            return self._gone(request)
        said = "is closed" if closed else "was closed before"
        messages.success(request, f"#{pk} {said}.")
        return self._go_on(request) if closed else redirect(self._page(pk))

    def reopen(self, request: HttpRequest, pk: int) -> HttpResponse:
        thread = self._thread(pk)
        try:
            opened = services.reopen_thread(
                thread=thread,
                by=request.user,  # type: ignore[arg-type]
                now=timezone.now(),
            )
        except services.TooLate:
            messages.warning(
                request,
                "It was closed too long ago. What you write now begins a thread that "
                "follows it.",
            )
        except services.ThreadGone:
            return self._gone(request)
        else:
            said = "is open again" if opened else "was not closed"
            messages.success(request, f"#{pk} {said}.")
        return redirect(self._page(pk))

    def _page(self, pk: int) -> str:
        return reverse("admin:support_thread_change", args=[pk])
