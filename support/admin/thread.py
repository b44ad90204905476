"""The agents' queue: who has waited longest stands first."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import (
    Count,
    Exists,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
)
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.decorators import display
from unfold.paginator import InfinitePaginator

from exams.ids import bounded_id
from support.admin.desk import DeskPages
from support.admin.rights import may_answer
from support.models import Message, Thread
from support.times import spelled

STATUS_LABELS = {
    "Open": "warning",
    "Waiting for learner": "info",
    "Answered": "success",
    "Closed": "default",
}
MOST_WORDS = 8


class StatusFilter(admin.SimpleListFilter):
    """Open threads, if nobody asks for others; a search looks through all of them."""

    title = "status"
    parameter_name = "status"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        self.default = "all" if request.GET.get("q") else Thread.Status.OPEN.value
        return [*Thread.Status.choices, ("all", "All")]

    def queryset(
        self, request: HttpRequest, threads: QuerySet[Thread]
    ) -> QuerySet[Thread]:
        wanted = self.value() or self.default
        if wanted in Thread.Status.values:
            return threads.filter(status=wanted)
        return threads

    def choices(self, changelist: Any) -> Any:
        chosen = self.value() or self.default
        for value, title in self.lookup_choices:
            yield {
                "selected": chosen == value,
                "query_string": changelist.get_query_string(
                    {self.parameter_name: value}
                ),
                "display": title,
            }


class AssignedFilter(admin.SimpleListFilter):
    title = "assigned to"
    parameter_name = "assigned"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("me", "Me"), ("nobody", "Nobody"), ("others", "Somebody else")]

    def queryset(
        self, request: HttpRequest, threads: QuerySet[Thread]
    ) -> QuerySet[Thread]:
        if self.value() == "me":
            return threads.filter(assigned_to=request.user.pk)
        if self.value() == "nobody":
            return threads.filter(assigned_to=None)
        if self.value() == "others":
            given = threads.filter(assigned_to__isnull=False)
            return given.exclude(assigned_to=request.user.pk)
        return threads


@admin.register(Thread)
class ThreadAdmin(DeskPages):
    list_display = (
        "title",
        "learner_name",
        "about",
        "status_words",
        "waiting",
        "assigned",
        "n_messages",
    )
    list_filter = (StatusFilter, AssignedFilter, "topic", "certification")
    list_per_page = 50
    search_fields = ("subject",)
    search_help_text = (
        "Words of the subject or the messages, part of the learner's name, a whole "
        "e-mail address, or a thread's number."
    )
    # Whoever waits longest, then what was written last. An index has the open ones.
    ordering: ClassVar[Any] = (
        F("waiting_since").asc(nulls_last=True),
        "-last_message_at",
        "pk",
    )
    sortable_by = ()
    paginator = InfinitePaginator
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    view_on_site = False  # It would be the learner's own page, a 404 for agents.

    class Media:
        css: ClassVar[Any] = {"all": ["css/pages/desk.css"]}

    def has_module_permission(self, request: HttpRequest) -> bool:
        return may_answer(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may_answer(request)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Thread]:
        threads: Any = super().get_queryset(request)
        messages = Message.objects.filter(
            thread=OuterRef("pk"), kind__in=[Message.Kind.LEARNER, Message.Kind.AGENT]
        )
        counted = messages.order_by().values("thread").annotate(n=Count("pk"))
        number = Subquery(counted.values("n"), output_field=IntegerField())
        annotated: QuerySet[Thread] = threads.for_desk().annotate(
            n_said=Coalesce(number, 0)
        )
        return annotated

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Thread], search_term: str
    ) -> tuple[QuerySet[Thread], bool]:
        """Find threads in which every word stands somewhere, or the one of a number."""
        found = queryset
        for word in search_term.split()[:MOST_WORDS]:
            said = Message.objects.filter(
                thread=OuterRef("pk"), text__icontains=word
            ).exclude(kind=Message.Kind.EVENT)
            found = found.filter(
                Q(subject__icontains=word)
                | Q(learner__display_name__icontains=word)
                # Whole addresses only, or one could be guessed letter by letter.
                | Q(learner__email=word.lower())
                | Q(Exists(said))
            )
        number = bounded_id(search_term.strip().removeprefix("#"))
        if number is not None:
            found |= queryset.filter(pk=number)
        return found, False

    @display(description="Thread")
    def title(self, thread: Thread) -> SafeString:
        new = "New" if thread.is_unread_by_agents else ""
        mark = format_html(' <span class="desk-new">{}</span>', new) if new else ""
        return format_html(
            '<span class="desk-subject"><span class="bo-number">#{}</span> {}</span>{}',
            str(thread.pk),
            thread.subject,
            mark,
        )

    @display(description="Learner")
    def learner_name(self, thread: Thread) -> str:
        return thread.learner.display_name

    @display(description="About")
    def about(self, thread: Thread) -> str:
        if thread.certification:
            return thread.certification.short_name
        return thread.get_topic_display()

    @display(description="Status", label=STATUS_LABELS)
    def status_words(self, thread: Thread) -> str:
        return thread.get_status_display()

    @display(description="Waiting for")
    def waiting(self, thread: Thread) -> SafeString | str:
        if thread.waiting_since is None:
            return "–"
        return format_html(
            '<time datetime="{}" title="{}">{}</time>',
            thread.waiting_since.isoformat(),
            f"{timezone.localtime(thread.waiting_since):%d %b %Y, %H:%M}",
            spelled(timezone.now() - thread.waiting_since),
        )

    @display(description="Assigned to")
    def assigned(self, thread: Thread) -> str:
        return thread.assigned_to.display_name if thread.assigned_to else "–"

    @display(description="Messages")
    def n_messages(self, thread: Any) -> int:
        said: int = thread.n_said
        return said
