"""The user model and what the database holds of it."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError

from accounts.models import User

pytestmark = pytest.mark.django_db


def make_user(**fields: object) -> User:
    defaults = {"email": "ann@example.com", "display_name": "Ann"}
    return User.objects.create(**(defaults | fields))


@pytest.mark.parametrize(
    ("fields", "constraint"),
    [
        ({"email": "ann@example.com", "display_name": "Bob"}, "email"),
        ({"email": "Bob@example.com", "display_name": "Bob"}, "user_email_lowercase"),
        (
            {"email": "bob@example.com", "display_name": "aNN"},
            "user_display_name_unique",
        ),
        (
            {"email": "bob@example.com", "display_name": "Bob", "extra_time": 110},
            "user_extra_time_known",
        ),
    ],
)
def test_the_database_refuses(fields: dict[str, object], constraint: str) -> None:
    make_user()
    with pytest.raises(IntegrityError, match=constraint):
        make_user(**fields)


def test_addresses_are_kept_in_small_letters() -> None:
    user = User.objects.create_user(" Ann@Example.com ", "x", display_name="Ann")
    assert user.email == "ann@example.com"
    assert User.objects.get_by_natural_key("ANN@example.com") == user


@pytest.mark.parametrize("name", ["Ann\n", "a", "x" * 31, "-Ann", "Ann!", "An\tn"])
def test_a_name_that_would_disturb_others_is_refused(name: str) -> None:
    user = User(email="ann@example.com", display_name=name, password="x")
    with pytest.raises(ValidationError) as caught:
        user.full_clean()
    assert "display_name" in caught.value.message_dict


@pytest.mark.parametrize("name", ["Åsa", "O'Neil", "J.-L. Picard", "李小龙", "a_1"])
def test_names_of_all_the_world_are_fine(name: str) -> None:
    User(email="ann@example.com", display_name=name, password="x").full_clean()


def test_others_see_the_name_and_never_the_address() -> None:
    user = make_user()
    assert str(user) == user.get_full_name() == user.get_short_name() == "Ann"


def test_a_superuser_is_staff_with_all_rights() -> None:
    user = User.objects.create_superuser("a@example.com", "x", display_name="Admin")
    assert user.is_staff
    assert user.is_superuser


def test_a_user_needs_an_address() -> None:
    with pytest.raises(ValueError, match="address"):
        User.objects.create_user("", "x", display_name="Ann")
