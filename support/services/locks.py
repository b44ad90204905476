"""Who waits for whom: people first, then threads, older ones first.

Deleting an account takes the person's row, then their threads (support/receivers.py). A
new row that names somebody waits for that person's row at its commit, with its thread
in hand; so whoever writes takes the people at the start, in the same order, and two
writers never hold what the other one waits for.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models.fields.files import FieldFile

from accounts.models import User
from support.models import Attachment, Message, Thread
from support.services.errors import PersonGone, ThreadGone
from support.uploads import Upload

Kept = list[FieldFile]


def hold_people(*people: int | None) -> None:
    """Keep these people from being deleted until the commit, or raise PersonGone.

    What one of them writes twice at the same time also queues here.
    """
    wanted = {one for one in people if one is not None}
    rows = User.objects.filter(pk__in=wanted).order_by("pk")
    # Without the key: who only refers to them does not wait.
    found = rows.select_for_update(no_key=True).values_list("pk", flat=True)
    if set(found) != wanted:
        raise PersonGone


def locked(thread_id: int) -> Thread:
    """Return the thread, locked until the commit, or raise ThreadGone."""
    try:
        return Thread.objects.select_for_update().get(pk=thread_id)
    except Thread.DoesNotExist:
        raise ThreadGone from None


@contextmanager
def with_files() -> Iterator[Kept]:
    """A transaction that takes the files it kept along when it fails."""
    kept: Kept = []
    try:
        with transaction.atomic():
            yield kept
    except BaseException:
        for file in kept:
            file.storage.delete(str(file.name))
        raise


def keep_files(message: Message, files: Sequence[Upload], kept: Kept) -> None:
    for upload in files:
        attachment = Attachment(
            message=message,
            name=upload.name,
            content_type=upload.content_type,
            size=len(upload.content),
        )
        attachment.file.save(upload.name, ContentFile(upload.content), save=False)
        kept.append(attachment.file)
        attachment.save()
