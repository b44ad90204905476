"""The learner's own pages about themselves; signing in and out is allauth's."""

from copy import copy
from typing import Any

from allauth.account import views as allauth_views
from allauth.account.adapter import get_adapter
from allauth.account.decorators import reauthentication_required
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.db import IntegrityError
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from accounts import services
from accounts.export import export_of
from accounts.forms import (
    DeleteAccountForm,
    ExtraTimeForm,
    NameForm,
    SettingForm,
    SignupForm,
    ThemeForm,
    TimeZoneForm,
)
from accounts.http import LearnerRequest
from accounts.limits import rate_limited
from accounts.models import User

# What the account page changes, by the last part of the URL.
SETTINGS: dict[str, type[SettingForm]] = {
    "name": NameForm,
    "time-zone": TimeZoneForm,
    "theme": ThemeForm,
    "extra-time": ExtraTimeForm,
}
SAVED = {
    "name": "Your name is changed.",
    "time-zone": "Your time zone is changed.",
    "theme": "Your theme is changed.",
    "extra-time": "Your exam time is changed, for exams you start from now on.",
}


# --- the account page -----------------------------------------------------------------


@require_safe
@never_cache
@login_required
def account(request: LearnerRequest) -> HttpResponse:
    return account_page(request)


@require_POST
@login_required
@rate_limited("account-settings", "60/m")
def change_setting(request: LearnerRequest, setting: str) -> HttpResponse:
    if setting not in SETTINGS:
        raise Http404
    # A copy: what was refused must not show in the rest of the page.
    form = SETTINGS[setting](request.POST, instance=copy(request.user))
    if form.is_valid() and form.try_save():
        messages.success(request, SAVED[setting])
        return redirect(f"{reverse('account')}#{setting}")
    return account_page(request, {setting: form}, status=422)


def account_page(
    request: LearnerRequest,
    refused: dict[str, SettingForm] | None = None,
    *,
    status: int = 200,
) -> HttpResponse:
    forms = {name: form(instance=copy(request.user)) for name, form in SETTINGS.items()}
    context = {
        "forms": {
            name.replace("-", "_"): form
            for name, form in (forms | (refused or {})).items()
        },
        **sign_in_facts(request.user),
    }
    return render(request, "account/account.html", context, status=status)


def sign_in_facts(user: User) -> dict[str, Any]:
    """Return what the account page says about how somebody signs in."""
    types = Authenticator.objects.filter(user=user).values_list("type", flat=True)
    kinds = list(types)
    unproven = EmailAddress.objects.filter(user=user, verified=False)
    return {
        "n_passkeys": kinds.count(Authenticator.Type.WEBAUTHN),
        "has_totp": Authenticator.Type.TOTP in kinds,
        "new_email": unproven.exclude(email=user.email).first(),
    }


# --- one's data -----------------------------------------------------------------------


@require_POST
@login_required
@rate_limited("account-export", "10/h")
def export_data(request: LearnerRequest) -> StreamingHttpResponse:
    now = timezone.now()
    name = f"testprep-{now:%Y-%m-%d}.json"
    return StreamingHttpResponse(
        export_of(request.user, now=now),
        content_type="application/json",
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "Cache-Control": "no-store",
        },
    )


def _has_no_password(request: LearnerRequest) -> bool:
    return not request.user.has_usable_password()


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
@rate_limited("account-delete", "20/h", methods=["POST"])
@reauthentication_required(enabled=_has_no_password)
def delete_account(request: LearnerRequest) -> HttpResponse:
    form = DeleteAccountForm(request.POST or None, user=request.user)
    if not form.is_valid():
        status = 422 if form.is_bound else 200
        return render(request, "account/delete.html", {"form": form}, status=status)

    email, name = request.user.email, request.user.display_name
    # Another object: signing out tells its listeners who it was.
    services.delete_account(user=User.objects.get(pk=request.user.pk))
    logout(request)
    messages.success(request, "Your account and everything in it is deleted.")
    get_adapter().send_mail("account/email/account_deleted", email, {"name": name})
    return redirect("home")


# --- signing up -----------------------------------------------------------------------


class SignupView(allauth_views.SignupView):
    def form_valid(self, form: SignupForm) -> HttpResponse:
        try:
            return super().form_valid(form)
        except IntegrityError:
            # Somebody took the name or the address a moment ago: a second look sees it.
            form.full_clean()
            if form.is_valid():
                return super().form_valid(form)
            return self.form_invalid(form)


signup = SignupView.as_view()
