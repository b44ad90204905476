"""What the desk does when something happens elsewhere."""

from typing import Any

from django.db import transaction
from django.db.models.signals import post_delete
from django.dispatch import receiver

from accounts.models import User
from accounts.signals import account_deleting
from support.models import Attachment, Thread


@receiver(post_delete, sender=Attachment)
def delete_file(sender: Any, instance: Attachment, **kwargs: Any) -> None:
    """Let the bytes go with the row, once it is really gone."""
    storage, name = instance.file.storage, instance.file.name
    if name:
        transaction.on_commit(lambda: storage.delete(name), robust=True)


@receiver(account_deleting)
def lock_threads(sender: Any, user: User, **kwargs: Any) -> None:
    """Take a leaving learner's threads before their messages, as writing does.

    Who writes at this moment is waited for; who comes later finds no thread.
    """
    own = Thread.objects.asked_by(user).order_by("pk").select_for_update()
    list(own.values_list("pk", flat=True))
