"""Rows of the desk for tests: plain, and no more than a test asks for."""

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from django.contrib.auth.models import Group

from accounts.models import User
from exams.models import Certification
from support import services
from support.addresses import canonical
from support.models import Message, Resource, Thread
from support.models.thread import Topic
from support.status import Author
from tests.exams.factories import make_learner

NOW = datetime(2026, 11, 2, 12, tzinfo=UTC)


def make_agent(**fields: Any) -> User:
    """Return a support agent: staff in the one group, and nothing else."""
    agent = make_learner(is_staff=True, **fields)
    agent.groups.add(Group.objects.get(name="Support agents"))
    return agent


def make_thread(
    learner: User | None = None, text: str = "Why?", **fields: Any
) -> Thread:
    thread, _ = services.start_thread(
        learner=learner or make_learner(),
        text=text,
        **{"topic": Topic.WEBSITE, "now": NOW} | fields,
    )
    return thread


def say(thread: Thread, author: User, text: str = "Because.", **fields: Any) -> Message:
    """Write as the learner whose thread it is, as an agent otherwise."""
    own = author.pk == thread.learner_id
    kind = Author.LEARNER if own else Author.AGENT
    return services.write_message(
        thread=thread, author=author, text=text, **{"kind": kind, "now": NOW} | fields
    )


_resources = count(1)


def make_resource(*certifications: Certification, **fields: Any) -> Resource:
    """Make a resource that learners see, checked a day before NOW."""
    number = next(_resources)
    defaults: dict[str, Any] = {
        "slug": f"resource-{number}",
        "title": f"Course {number}",
        "by": "Example School",
        "url": f"https://example.com/course/{number}",
        "kind": Resource.Kind.COURSE,
        "cost": Resource.Cost.FREE,
        "level": Resource.Level.BEGINNER,
        "description": "Explains examples with examples.",
        "added_at": NOW - timedelta(days=90),
        "checked_at": NOW - timedelta(days=1),
        "link": Resource.Link.OK,
    }
    values = defaults | fields
    values.setdefault("canonical_url", canonical(values["url"]))
    resource = Resource.objects.create(**values)
    resource.certifications.set(certifications)
    return resource
