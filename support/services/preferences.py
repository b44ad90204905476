"""What mail somebody wants; without a row, everything."""

from django.db.models import QuerySet

from accounts.models import User
from support.models import MailPreference


def mail_preference(user: User) -> MailPreference:
    """Return what they chose; unsaved where they never did."""
    chosen = MailPreference.objects.filter(user=user).first()
    return chosen or MailPreference(user=user)


def choose_mail(*, user: User, **chosen: bool) -> None:
    """Set ``answers`` or ``new_threads``, or both; the other stays as it is."""
    MailPreference.objects.update_or_create(user=user, defaults=chosen)


def without_those_who_refused(people: QuerySet[User], *, mail: str) -> QuerySet[User]:
    refused = MailPreference.objects.filter(**{mail: False})
    return people.exclude(pk__in=refused.values("user"))
