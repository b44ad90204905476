"""A real SMTP server on this machine that takes mail, refuses it, or takes its time."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from ops.local.processes import free_port

OK = "250 OK"


class PostOffice:
    """What came in, and how it answers from now on.

    ``refused`` has an answer by address; ``meanwhile`` is called, in a thread of its
    own, while the sender waits for the answer to a message.
    """

    def __init__(self) -> None:
        self.messages: list[EmailMessage] = []
        self.tried: list[str] = []
        self.refused: dict[str, str] = {}
        self.meanwhile: Callable[[], Any] | None = None
        self.failed: list[Exception] = []

    async def handle_RCPT(  # noqa: N802  as aiosmtpd calls it
        self,
        server: SMTP,
        session: Session,
        envelope: Envelope,
        address: str,
        options: list[str],
    ) -> str:
        self.tried.append(address)
        if address in self.refused:
            return self.refused[address]
        envelope.rcpt_tos.append(address)
        return OK

    async def handle_DATA(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        assert isinstance(envelope.content, bytes)
        if self.meanwhile is not None:
            try:
                await asyncio.to_thread(self.meanwhile)
            except Exception as error:  # said by the test, not by a mail
                self.failed.append(error)
        message = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(message, EmailMessage)
        self.messages.append(message)
        return OK

    def text(self, number: int = -1, kind: str = "plain") -> str:
        part = self.messages[number].get_body((kind,))
        assert part is not None
        return str(part.get_content())

    def receivers(self) -> list[str]:
        return [str(message["To"]) for message in self.messages]


@contextmanager
def open_post_office(settings: Any) -> Iterator[PostOffice]:
    """Run a server and have all mail sent there while the block runs."""
    office = PostOffice()
    controller = Controller(office, hostname="127.0.0.1", port=free_port())
    controller.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", controller.port
    try:
        yield office
    finally:
        controller.stop()
    assert not office.failed, office.failed


class Gate:
    """Lets one side wait until the other one says so."""

    def __init__(self) -> None:
        self._event = threading.Event()

    def open(self) -> None:
        self._event.set()

    def wait(self) -> None:
        assert self._event.wait(30), "nobody opened the gate"
