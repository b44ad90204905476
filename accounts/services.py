"""Writes about people that touch more than one row."""

from typing import Any

from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.db import transaction

from accounts import privacy
from accounts.models import User
from accounts.signals import account_deleting, account_leaving


@transaction.atomic
def create_learner(
    *, email: str, display_name: str, password: str | None, **fields: Any
) -> User:
    """Create somebody whose address is known to be theirs: they can sign in at once."""
    user = User.objects.create_user(
        email, password, display_name=display_name, **fields
    )
    EmailAddress.objects.create(
        user=user, email=user.email, verified=True, primary=True
    )
    return user


@transaction.atomic
def free_unproven_address(address: EmailAddress) -> bool:
    """Take the address from an account that never proved to own it.

    Whoever follows the link in the mail owns the address, and nobody could ever sign in
    to the other account. Return False when that one is in use all the same.
    """
    others = User.objects.filter(email=address.email).exclude(pk=address.user_id)
    unproven = others.filter(last_login=None, is_staff=False)
    unproven.exclude(emailaddress__verified=True).delete()
    return not others.exists()


def drop_unproven_claims(email: str) -> None:
    """Forget who wanted to change to this address and has not proved it yet.

    Otherwise anybody could keep others from signing up with their own address.
    """
    claims = EmailAddress.objects.filter(email=email, verified=False)
    claims.exclude(user__email=email).delete()


@transaction.atomic
def delete_account(*, user: User) -> None:
    """Delete a person with everything that is theirs, on every device.

    For staff that includes the log of what they did in the back office: an account
    whose trail must last is closed instead.
    """
    for session in UserSession.objects.filter(user=user):
        session.end()
    privacy.forget_in_admin_log(user)
    account_leaving.send(User, user=user)
    # New rows that point at the person wait here, and then find nobody.
    User.objects.select_for_update().filter(pk=user.pk).first()
    account_deleting.send(User, user=user)
    user.delete()
