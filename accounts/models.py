"""Who someone is."""

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.core.validators import (
    MaxLengthValidator,
    MinLengthValidator,
    RegexValidator,
)
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone

from accounts.validators import validate_time_zone


class UserManager(BaseUserManager["User"]):
    def create_user(
        self, email: str, password: str | None = None, **fields: Any
    ) -> "User":
        if not email:
            raise ValueError("A user needs an e-mail address.")
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(
        self, email: str, password: str | None = None, **fields: Any
    ) -> "User":
        fields |= {"is_staff": True, "is_superuser": True}
        return self.create_user(email, password, **fields)

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email=(username or "").lower())

    def named(self, display_name: str) -> models.QuerySet["User"]:
        """Whoever others see under this name, however it is capitalised."""
        # In the words of the unique constraint, so that its index answers.
        users = self.alias(lowered=Lower("display_name"))
        return users.filter(lowered=Lower(models.Value(display_name)))


class User(AbstractBaseUser, PermissionsMixin):
    """A person. The e-mail address signs in; others see only the display name."""

    class ExtraTime(models.IntegerChoices):
        """Exam time in percent of the standard time."""

        STANDARD = 100, "Standard time"
        QUARTER = 125, "25 % extra (1.25×)"
        HALF = 150, "50 % extra (1.5×)"
        DOUBLE = 200, "Double time (2×)"

    class Theme(models.TextChoices):
        AUTO = "auto", "Automatic"
        LIGHT = "light", "Light"
        DARK = "dark", "Dark"

    email = models.EmailField(
        "e-mail address",
        max_length=254,
        unique=True,
        error_messages={"unique": "There is already an account with this e-mail."},
    )
    display_name = models.CharField(
        max_length=30,
        validators=[
            MinLengthValidator(3),
            MaxLengthValidator(30),
            RegexValidator(
                r"^\w[\w .'-]*\w\Z",
                "Use letters, digits, spaces, dots, hyphens and apostrophes; "
                "begin and end with a letter or digit.",
            ),
        ],
        help_text="All that other learners see of you. 3 to 30 characters.",
    )
    time_zone = models.CharField(
        max_length=64, default="UTC", validators=[validate_time_zone]
    )
    extra_time = models.PositiveSmallIntegerField(
        choices=ExtraTime, default=ExtraTime.STANDARD
    )
    theme = models.CharField(max_length=5, choices=Theme, default=Theme.AUTO)
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(
        "staff", default=False, help_text="May sign in to the back office."
    )
    date_joined = models.DateTimeField(default=timezone.now)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["display_name"]

    class Meta:
        constraints = [
            # With unique=True it means that capitals make no second account.
            models.CheckConstraint(
                condition=models.Q(email=Lower("email")),
                name="user_email_lowercase",
            ),
            models.UniqueConstraint(
                Lower("display_name"),
                name="user_display_name_unique",
                violation_error_message="Somebody already uses this name.",
            ),
            models.CheckConstraint(
                condition=models.Q(extra_time__in=[100, 125, 150, 200]),
                name="user_extra_time_known",
            ),
        ]

    def __str__(self) -> str:
        return self.display_name

    def clean(self) -> None:
        self.email = self.email.strip().lower()

    def get_full_name(self) -> str:
        return self.display_name

    def get_short_name(self) -> str:
        return self.display_name
