"""Help that everybody may read."""

from itertools import groupby
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from support.help_search import search_words
from support.markup import topic_html
from support.models import HelpTopic

LONGEST_QUERY = 200
RELATED = 4


@require_safe
def help_page(request: HttpRequest) -> HttpResponse:
    query = request.GET.get("q", "").replace("\0", "").strip()[:LONGEST_QUERY]
    if query:
        found = HelpTopic.objects.published().best_for(search_words(query))[:20]
        return render(request, "support/help.html", {"query": query, "found": found})
    return render(request, "support/help.html", topics_by_kind())


def topics_by_kind() -> dict[str, Any]:
    """Return the guides by topic, and the answered questions. One query."""
    topics = list(HelpTopic.objects.for_help_page())
    guides = [one for one in topics if one.kind == HelpTopic.Kind.GUIDE]
    by_topic = groupby(guides, key=HelpTopic.get_topic_display)
    return {
        "groups": [(name, list(those)) for name, those in by_topic],
        "answers": [one for one in topics if one.kind == HelpTopic.Kind.ANSWER],
    }


@require_safe
def help_topic(request: HttpRequest, slug: str) -> HttpResponse:
    published = HelpTopic.objects.published().select_related("certification")
    topic = get_object_or_404(published, slug=slug)
    near = HelpTopic.objects.for_help_page().filter(topic=topic.topic, kind=topic.kind)
    context = {
        "topic": topic,
        "text": topic_html(topic),
        "related": near.exclude(pk=topic.pk)[:RELATED],
    }
    return render(request, "support/help_topic.html", context)
