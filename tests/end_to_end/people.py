"""People with a password, for the tests that go through the sign-in form."""

from dataclasses import dataclass

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import Argon2PasswordHasher
from playwright.sync_api import Page

from accounts.models import User

PASSWORD = "four words that rhyme not"


@dataclass(frozen=True, slots=True)
class Person:
    user: User

    def sign_in(self, page: Page) -> None:
        """Fill the sign-in form that the page shows, and wait for what follows."""
        page.get_by_label("E-mail").fill(self.user.email)
        page.get_by_label("Password", exact=True).fill(PASSWORD)
        page.get_by_role("button", name="Sign in", exact=True).click()
        page.wait_for_url(lambda url: "/account/login/" not in url)


def with_password(user: User) -> Person:
    """Give somebody the password and a confirmed address."""
    # The server hashes as in production; the tests' own hasher is unknown to it.
    hasher = Argon2PasswordHasher()
    user.password = hasher.encode(PASSWORD, hasher.salt())
    user.save()
    EmailAddress.objects.create(
        user=user, email=user.email, verified=True, primary=True
    )
    return Person(user)
