"""Every read of the support's data that more than one caller needs."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import (
    Case,
    Count,
    Exists,
    F,
    OuterRef,
    Prefetch,
    Q,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce

if TYPE_CHECKING:
    from accounts.models import User
    from support.models import (  # noqa: F401
        Attachment,
        HelpTopic,
        Message,
        Resource,
        Thread,
    )


# What most people come for stands first.
HELP_ORDER = ("exam", "website", "account", "other")


class ThreadQuerySet(models.QuerySet["Thread"]):
    def asked_by(self, learner: User) -> Self:
        return self.filter(learner=learner)

    def unread(self) -> Self:
        """Those in which an agent wrote what the learner has not seen."""
        return self.filter(last_agent_message__gt=F("learner_saw"))

    def open(self) -> Self:
        return self.filter(status="open")

    def waiting_longest_first(self) -> Self:
        """The agents' queue. An index serves it."""
        return self.open().order_by("waiting_since", "pk")

    def for_inbox(self, learner: User) -> Self:
        threads = self.asked_by(learner).select_related("certification")
        return threads.order_by("-last_message_at", "-pk")

    def for_thread_page(self, learner: User) -> Self:
        return self.asked_by(learner).select_related(
            "certification", "attempt__test", "follows", "followed_by"
        )

    def with_others_unread(self) -> Self:
        """Annotate ``n_others_unread``: how many others of its learner are unread."""
        others = self.model._default_manager.filter(
            learner=OuterRef("learner"), last_agent_message__gt=F("learner_saw")
        ).exclude(pk=OuterRef("pk"))
        counted = others.order_by().values("learner").annotate(n=Count("pk"))
        return self.annotate(
            n_others_unread=Coalesce(Subquery(counted.values("n")), Value(0))
        )

    def with_newest_after(self, pk: int) -> Self:
        """Annotate ``newest``: the last message after this one for the learner."""
        messages = self.model._meta.get_field("messages").related_model
        manager: Any = messages._default_manager
        newer = manager.seen_by_learner().newer_than(pk)
        last = newer.filter(thread=OuterRef("pk")).order_by("-pk").values("pk")
        return self.annotate(newest=Subquery(last[:1]))

    def for_desk(self) -> Self:
        """What a row of the agents' lists shows, in one query."""
        return self.select_related("learner", "certification", "assigned_to")


class MessageQuerySet(models.QuerySet["Message"]):
    def seen_by_learner(self) -> Self:
        """Everything but internal notes: the one filter of what learners get."""
        return self.exclude(kind="note")

    def newer_than(self, pk: int) -> Self:
        return self.filter(pk__gt=pk)

    def for_page(self) -> Self:
        """With authors and attachments: two queries for any number of messages."""
        return (
            self.select_related("author")
            .prefetch_related(Prefetch("attachments"))
            .order_by("pk")
        )


class AttachmentQuerySet(models.QuerySet["Attachment"]):
    def sent_to(self, learner: User) -> Self:
        """Those in the learner's own threads, internal notes left out."""
        own = self.filter(message__thread__learner=learner)
        return own.exclude(message__kind="note")


class HelpTopicQuerySet(models.QuerySet["HelpTopic"]):
    def published(self) -> Self:
        return self.filter(is_published=True)

    def for_help_page(self) -> Self:
        """Everything published, as the page groups it, without the long texts."""
        order = Case(
            *(When(topic=one, then=n) for n, one in enumerate(HELP_ORDER)),
            default=len(HELP_ORDER),
        )
        return self.published().defer("text").order_by(order, "position", "title")

    def matching(self, words: list[str]) -> Self:
        """Those in which every word stands somewhere."""
        found = self
        for word in words:
            found = found.filter(
                Q(title__icontains=word)
                | Q(words__icontains=word)
                | Q(text__icontains=word)
            )
        return found

    def best_for(self, words: list[str]) -> Self:
        """Those in which at least half of the words stand; the best ones first.

        A word in the title says more than one in the text. One query.
        """
        if not words:
            return self.none()
        zero = Value(0)
        hits = sum((_worth(word, 1, 1, 1) for word in words), start=zero)
        weight = sum((_worth(word, 8, 4, 1) for word in words), start=zero)
        found = self.annotate(n_hits=hits, weight=weight)
        enough = found.filter(n_hits__gte=(len(words) + 1) // 2)
        return enough.order_by("-n_hits", "-weight", "position", "pk")


def _worth(word: str, title: int, words: int, text: int) -> Case:
    """Return what a word adds to a topic, by the best place where it stands."""
    return Case(
        When(title__icontains=word, then=Value(title)),
        When(words__icontains=word, then=Value(words)),
        When(text__icontains=word, then=Value(text)),
        default=Value(0),
        output_field=models.IntegerField(),
    )


class ResourceQuerySet(models.QuerySet["Resource"]):
    def published(self) -> Self:
        return self.filter(status="published")

    def shown(self) -> Self:
        """What learners see: published, and not known to be broken."""
        return self.published().exclude(link="broken")

    def suggested(self) -> Self:
        return self.filter(status="suggested")

    def broken(self) -> Self:
        return self.published().filter(link="broken")

    def due_for_check(self, *, before: datetime) -> Self:
        """Those that nobody checked since then, longest ago first."""
        unchecked = Q(checked_at=None) | Q(checked_at__lt=before)
        return (
            self.published()
            .filter(unchecked)
            .order_by(F("checked_at").asc(nulls_first=True), "pk")
        )

    def with_bookmarks_of(self, learner: User | None) -> Self:
        """Annotate ``is_bookmarked``."""
        if learner is None:
            return self.annotate(is_bookmarked=Value(False))
        bookmarks = self.model._meta.get_field("bookmarks").related_model
        own = bookmarks._default_manager.filter(
            learner=learner, resource=OuterRef("pk")
        )
        return self.annotate(is_bookmarked=Exists(own))
