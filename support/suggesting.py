"""What people suggest, what moderators say to it, and what people keep."""

import secrets
from collections.abc import Iterable
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.text import slugify

from accounts.models import User
from exams.models import Certification
from support.addresses import BadAddress, read_address
from support.models import Bookmark, Resource


class Known(Exception):
    """The address is that of a resource we have."""

    def __init__(self, resource: Resource) -> None:
        super().__init__(resource.canonical_url)
        self.resource = resource


def known_resource(address: str) -> Resource | None:
    """Return the resource at the address in any spelling; raise BadAddress."""
    canonical = read_address(address).canonical
    return Resource.objects.filter(canonical_url=canonical).first()


def suggest_resource(
    *,
    learner: User,
    url: str,
    certifications: Iterable[Certification],
    now: datetime,
    **fields: str,
) -> Resource:
    """Put a suggestion before the moderators; raise Known or BadAddress."""
    address = read_address(url)
    row = Resource(
        slug=free_slug(fields["title"]),
        url=address.url,
        canonical_url=address.canonical,
        status=Resource.Status.SUGGESTED,
        suggested_by=learner,
        added_at=now,
        **fields,
    )
    try:
        with transaction.atomic():
            row.save(force_insert=True)
            row.certifications.set(certifications)
    except IntegrityError:
        # Somebody was a moment faster, or we had it before.
        known = Resource.objects.filter(canonical_url=address.canonical).first()
        if known is None:
            raise
        raise Known(known) from None
    return row


def free_slug(title: str) -> str:
    """Return a slug that no file and nobody else will think of."""
    return f"{slugify(title)[:60].strip('-') or 'resource'}-{secrets.token_hex(4)}"


# --- what moderators do ---------------------------------------------------------------


def publish_resources(rows: QuerySet[Resource], *, now: datetime) -> int:
    """Show them to learners, as new from now on; return how many were not shown."""
    hidden = Resource.objects.filter(pk__in=rows.values("pk")).exclude(
        status=Resource.Status.PUBLISHED
    )
    return hidden.update(status=Resource.Status.PUBLISHED, added_at=now)


def decline_resources(rows: QuerySet[Resource]) -> int:
    """Turn suggestions down, and take away what was shown; return how many."""
    others = Resource.objects.filter(pk__in=rows.values("pk")).exclude(
        status=Resource.Status.DECLINED
    )
    return others.update(status=Resource.Status.DECLINED)


@transaction.atomic
def take_over_move(resource: Resource) -> bool:
    """Make the address it moved to its own; return False if that is not possible.

    It moved nowhere, or another resource is there already.
    """
    row = Resource.objects.select_for_update().get(pk=resource.pk)
    if not row.moved_to:
        return False
    try:
        address = read_address(row.moved_to)
    except BadAddress:
        return False
    others = Resource.objects.exclude(pk=row.pk)
    if others.filter(canonical_url=address.canonical).exists():
        return False
    row.url, row.canonical_url = address.url, address.canonical
    # The check came from there: it is known to work.
    row.link, row.link_note, row.moved_to = Resource.Link.OK, "", ""
    row.save(update_fields=["url", "canonical_url", "link", "link_note", "moved_to"])
    return True


# --- what people keep -----------------------------------------------------------------


def set_bookmark(*, learner: User, resource: Resource, keep: bool) -> None:
    """Keep a resource or let it go; saying it twice changes nothing."""
    if keep:
        Bookmark.objects.get_or_create(learner=learner, resource=resource)
    else:
        Bookmark.objects.filter(learner=learner, resource=resource).delete()
