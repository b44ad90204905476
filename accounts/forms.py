"""Forms about accounts: allauth's in our words, and those of the account page."""

import unicodedata
from typing import Any

from allauth.account import forms as account_forms
from allauth.account.adapter import get_adapter
from allauth.mfa.base import forms as mfa_forms
from allauth.mfa.totp import forms as totp_forms
from allauth.mfa.webauthn import forms as webauthn_forms
from django import forms
from django.contrib.auth.password_validation import (
    UserAttributeSimilarityValidator,
    validate_password,
)
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import IntegrityError, transaction
from django.http import HttpRequest

from accounts import services
from accounts.limits import check_rate
from accounts.models import User
from accounts.signals import time_zone_changed
from accounts.time_zones import known_time_zones, time_zone_choices

NAME_TAKEN = "Somebody already uses this name. Choose another one."
HOW_TO_CHOOSE = (
    "At least 10 characters. Four words that have nothing to do with each other make "
    "a good one."
)
DELETE_WORD = "delete"
# Days count by the learner's clock: nobody flies so often, and a streak is no toy.
ZONE_CHANGES = "6/d"


# --- names ----------------------------------------------------------------------------


class DisplayNameField(forms.CharField):
    """A name others see: equal-looking spellings become one, and it must be free."""

    def __init__(self, **options: Any) -> None:
        field = User._meta.get_field("display_name")
        super().__init__(
            label="Name on the leaderboard",
            help_text=field.help_text,
            validators=field.validators,
            widget=forms.TextInput(
                attrs={"autocomplete": "nickname", "maxlength": field.max_length}
            ),
            **options,
        )

    def to_python(self, value: Any) -> str:
        text = super().to_python(value) or ""
        return " ".join(unicodedata.normalize("NFKC", text).split())


def require_free_name(name: str, *, user: User | None = None) -> str:
    others = User.objects.named(name)
    if user is not None:
        others = others.exclude(pk=user.pk)
    if others.exists():
        raise ValidationError(NAME_TAKEN, code="taken")
    return name


# --- allauth's forms ------------------------------------------------------------------


LABELS = {
    "code": "Code",
    "email": "E-mail",
    "login": "E-mail",
    "oldpassword": "Current password",
}


class Plain(forms.Form):
    """Every field has its label: nothing is repeated in grey inside it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.widget.attrs.pop("placeholder", None)
            field.label = LABELS.get(name, field.label)


class OnePassword(Plain):
    """A new password is typed once: it can be shown while typing."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields.pop("password2", None)
        self.fields["password1"].help_text = HOW_TO_CHOOSE


class SignupForm(OnePassword, account_forms.SignupForm):
    display_name = DisplayNameField()
    # Filled by the browser (static/js/account.js).
    time_zone = forms.CharField(
        required=False, widget=forms.HiddenInput(attrs={"data-device-time-zone": ""})
    )
    field_order = ("email", "display_name", "password1", "time_zone")

    def clean_email(self) -> str:
        services.drop_unproven_claims(self.cleaned_data["email"])
        return str(super().clean_email())

    def clean_display_name(self) -> str:
        return require_free_name(self.cleaned_data["display_name"])

    def clean_time_zone(self) -> str:
        name: str = self.cleaned_data["time_zone"]
        return name if name in known_time_zones() else "UTC"

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        name, password = cleaned.get("display_name"), cleaned.get("password1")
        if name and password:
            likeness = UserAttributeSimilarityValidator(["display_name"])
            try:
                validate_password(password, User(display_name=name), [likeness])
            except ValidationError as error:
                self.add_error("password1", error)
        return cleaned

    def save(self, request: HttpRequest) -> User:
        # The person and their address, or neither.
        with transaction.atomic():
            user: User = super().save(request)
        return user


class LoginForm(Plain, account_forms.LoginForm):
    pass


class AddEmailForm(Plain, account_forms.AddEmailForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].label = "New e-mail address"


class NewPassword(OnePassword):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password1"].label = "New password"


class ChangePasswordForm(NewPassword, account_forms.ChangePasswordForm):
    pass


class SetPasswordForm(NewPassword, account_forms.SetPasswordForm):
    pass


class ResetPasswordForm(Plain, account_forms.ResetPasswordForm):
    pass


class ResetPasswordKeyForm(NewPassword, account_forms.ResetPasswordKeyForm):
    pass


class ReauthenticateForm(Plain, account_forms.ReauthenticateForm):
    pass


class CodeForm(Plain):
    """Digits from an app: a phone shows its number pad for them."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].widget.attrs |= {"inputmode": "numeric"}


class AuthenticateForm(CodeForm, mfa_forms.AuthenticateForm):
    pass


class ReauthenticateByCodeForm(CodeForm, mfa_forms.ReauthenticateForm):
    pass


class ActivateTOTPForm(CodeForm, totp_forms.ActivateTOTPForm):
    pass


class AddPasskeyForm(webauthn_forms.AddWebAuthnForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].help_text = "So that you can tell your passkeys apart."
        self.fields["name"].widget.attrs |= {"maxlength": 60}
        passwordless = self.fields["passwordless"]
        passwordless.initial = True
        passwordless.label = "Sign in with it alone"
        passwordless.help_text = (
            "Without a password. Turn this off for a security key that has no PIN or "
            "fingerprint reader: it is then asked for after your password."
        )


# --- the account page -----------------------------------------------------------------


class SettingForm(forms.ModelForm):
    """One card of the account page."""

    def try_save(self) -> bool:
        """Save, unless somebody was faster: then the form has the error."""
        try:
            with transaction.atomic():
                self.instance.save(update_fields=self._meta.fields)
                self.announce()
        except IntegrityError:
            # Between our look and our write somebody took it; look again.
            self.full_clean()
            if self.is_valid():
                raise
            return False
        return True

    def announce(self) -> None:
        """Tell others what changed; nobody needs to know of most settings."""


class NameForm(SettingForm):
    display_name = DisplayNameField()

    class Meta:
        model = User
        fields = ["display_name"]

    def clean_display_name(self) -> str:
        return require_free_name(self.cleaned_data["display_name"], user=self.instance)

    def full_clean(self) -> None:
        super().full_clean()
        # Somebody was given the name after our look and before that of the database's
        # rule, which knows no field. Look again: now it is seen here.
        if self.has_error(NON_FIELD_ERRORS):
            super().full_clean()


class TimeZoneForm(SettingForm):
    class Meta:
        model = User
        fields = ["time_zone"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = time_zone_choices(current=self.instance.time_zone)
        self.fields["time_zone"].widget = forms.Select(choices=choices)
        self.fields["time_zone"].help_text = "All times are shown in it."

    def clean(self) -> None:
        super().clean()
        is_known = self.cleaned_data.get("time_zone") in known_time_zones()
        if not (is_known and self.has_changed()):
            return
        if check_rate(f"user:{self.instance.pk}", "time-zone", ZONE_CHANGES):
            raise ValidationError(
                "That were six changes within a day. Please change it tomorrow."
            )

    def announce(self) -> None:
        if not self.has_changed():
            return
        user, previous = self.instance, self.initial["time_zone"]

        def tell() -> None:
            time_zone_changed.send_robust(User, user=user, previous=previous)

        transaction.on_commit(tell, robust=True)


class ThemeForm(SettingForm):
    class Meta:
        model = User
        fields = ["theme"]
        widgets = {"theme": forms.RadioSelect}


class ExtraTimeForm(SettingForm):
    class Meta:
        model = User
        fields = ["extra_time"]
        widgets = {"extra_time": forms.RadioSelect}


class DeleteAccountForm(forms.Form):
    password = forms.CharField(
        label="Your password",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    confirmation = forms.CharField(
        label=f"Type “{DELETE_WORD}” to confirm",
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none"}),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        if not user.has_usable_password():
            del self.fields["password"]

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        adapter = get_adapter()
        # Guesses count as failed sign-ins do.
        if not adapter.reauthenticate(self.user, password):
            raise adapter.validation_error("incorrect_password")
        return password

    def clean_confirmation(self) -> str:
        word: str = self.cleaned_data["confirmation"].strip().lower()
        if word != DELETE_WORD:
            raise ValidationError(f"Type the word “{DELETE_WORD}”.", code="unconfirmed")
        return word
