"""The mails of the desk: what they say, and the links that turn them off."""

import re
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.core.signing import BadSignature, Signer
from django.template.loader import render_to_string
from django.urls import reverse

from accounts.models import User
from support.models import Message, Thread

ANSWERS, NEW_THREADS = "answers", "new_threads"
# How much of an answer stands in the mail, and how many new threads.
SHOWN_CHARACTERS = 600
SHOWN_THREADS = 20
# Anything but these controls is a matter of letters; in a mail they are noise or worse.
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


# --- the link that turns a kind of mail off -------------------------------------------


def _signer() -> Signer:
    return Signer(salt="support.mail")


def mail_token(user_id: int, kind: str) -> str:
    return _signer().sign(f"{kind}:{user_id}")


def read_mail_token(token: str) -> tuple[int, str] | None:
    """Return whom a link is for and which mail it is about; None: not ours."""
    try:
        kind, user_id = _signer().unsign(token).split(":")
    except BadSignature:
        return None
    return int(user_id), kind


# --- the mails ------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Part:
    """One thread of a mail, with the new answers in it."""

    thread: Thread
    url: str
    answers: list[dict[str, str]]


def answers_mail(learner: User, answers: Sequence[Message]) -> EmailMultiAlternatives:
    """Return the mail with all answers that one learner has not read."""
    ordered = sorted(answers, key=lambda one: (one.thread_id, one.pk))
    parts = [
        Part(
            thread=thread,
            url=absolute(thread.get_absolute_url()),
            answers=[_shown(one) for one in those],
        )
        for thread, those in groupby(ordered, key=lambda one: one.thread)
    ]
    name = f"answers.{learner.pk}.{max(one.pk for one in answers)}"
    context = {"learner": learner, "parts": parts, "first": parts[0].thread}
    return _mail(learner, ANSWERS, name, context)


def new_threads_mail(
    agent: User, threads: Sequence[Thread], *, n_waiting: int
) -> EmailMultiAlternatives:
    """Return the mail that tells an agent what waits and is new."""
    shown = [
        {"thread": one, "url": absolute(desk_url(one))}
        for one in threads[:SHOWN_THREADS]
    ]
    name = f"threads.{agent.pk}.{max(one.pk for one in threads)}"
    context = {
        "agent": agent,
        "threads": shown,
        "n_new": len(threads),
        "n_more": len(threads) - len(shown),
        "n_waiting": n_waiting,
        "first": threads[0],
    }
    return _mail(agent, NEW_THREADS, name, context)


def desk_url(thread: Thread) -> str:
    return reverse("admin:support_thread_change", args=[thread.pk])


def absolute(path: str) -> str:
    return f"{settings.SITE_URL}{path}"


def _shown(message: Message) -> dict[str, str]:
    """Return an answer as a mail shows it: plain, and the beginning of a long one."""
    text = _CONTROLS.sub("", message.text.replace("\r\n", "\n")).strip()
    if len(text) > SHOWN_CHARACTERS:
        text = text[:SHOWN_CHARACTERS].rstrip() + " …"
    author = message.author
    who = author.display_name if author else f"The {settings.SITE_NAME} team"
    return {"who": who, "text": text or "(a file)"}


def _mail(
    to: User, kind: str, name: str, context: dict[str, Any]
) -> EmailMultiAlternatives:
    stop = absolute(reverse("support:mail_link", args=[mail_token(to.pk, kind)]))
    context |= {
        "site_name": settings.SITE_NAME,
        "site_url": absolute("/"),
        "stop_url": stop,
    }
    template = f"support/email/{kind}"
    subject = render_to_string(f"{template}_subject.txt", context)
    message = EmailMultiAlternatives(
        subject=" ".join(_CONTROLS.sub("", subject).split()),
        body=render_to_string(f"{template}.txt", context),
        to=[to.email],
        headers=_headers(stop, name),
    )
    html = render_to_string(f"{template}.html", context)
    message.attach_alternative(html, "text/html")
    return message


def _headers(stop: str, name: str) -> dict[str, str]:
    # The same mail sent again, after a worker died, has the same id: most mailboxes
    # then show it once. The second half keeps others from guessing it.
    unguessable = uuid.uuid5(uuid.NAMESPACE_URL, stop + name).hex
    host = urlsplit(settings.SITE_URL).hostname or "localhost"
    return {
        "Message-ID": f"<{name}.{unguessable}@{host}>",
        "List-Unsubscribe": f"<{stop}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "Auto-Submitted": "auto-generated",
    }
