"""People in the back office, and the groups that say what staff may do."""

from typing import Any

# Django and allauth register pages of their own when these are imported. Ours take the
# place of some; the others show what nobody should look at (the secrets of second
# steps, devices) or change there (addresses, which their owners have to prove).
import allauth.account.admin
import allauth.mfa.admin
import allauth.usersessions.admin  # noqa: F401
from allauth.account.forms import ResetPasswordForm
from allauth.account.models import EmailAddress, EmailConfirmation
from allauth.core.context import request_context
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django import forms
from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.models import Group
from django.db import transaction
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.admin import ModelAdmin
from unfold.decorators import display
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from accounts import services
from accounts.models import User
from accounts.signals import access_ended, account_switched

for model in (EmailAddress, EmailConfirmation, Authenticator, UserSession, Group):
    if admin.site.is_registered(model):
        admin.site.unregister(model)

POWERS = ("is_staff", "is_superuser", "groups")


def sees_addresses(request: HttpRequest) -> bool:
    """Whoever may only look at people is told their names, not how to reach them."""
    return request.user.has_perm("accounts.change_user")


@admin.register(User)
class UserAdmin(ModelAdmin):
    """Names, extra time and rights. No passwords: people choose their own by mail."""

    list_filter = ("is_staff", "is_active", "groups")
    search_help_text = "Part of the name, or a whole e-mail address."
    ordering = ("-pk",)
    show_full_result_count = False
    compressed_fields = False
    actions = None
    readonly_fields = ("email", "time_zone", "date_joined", "last_login", "attempts")

    # --- who sees what ----------------------------------------------------------------

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        return super().get_queryset(request).prefetch_related("groups")

    def get_list_display(self, request: HttpRequest) -> tuple[str, ...]:
        if not sees_addresses(request):
            return ("display_name", "is_active", "date_joined")
        return ("display_name", "email", "rights", "is_active", "date_joined")

    def get_search_fields(self, request: HttpRequest) -> tuple[str, ...]:
        # A part of an address would let those who see none guess it letter by letter.
        address = "email" if sees_addresses(request) else "=email"
        return ("display_name", address)

    def lookup_allowed(
        self, lookup: str, value: str, request: HttpRequest | None = None
    ) -> bool:
        if lookup.startswith(("password", "email")):
            return False  # The same guessing, through the address bar.
        return super().lookup_allowed(lookup, value, request)

    def get_fieldsets(self, request: HttpRequest, obj: User | None = None) -> Any:
        if obj is None:
            note = "They get a mail with a link to choose their password."
            fields = ("email", "display_name", *POWERS)
            return [(None, {"fields": fields, "description": note})]
        person: tuple[Any, ...] = ("display_name", "extra_time", "is_active")
        if not sees_addresses(request):
            return [(None, {"fields": (*person, "date_joined", "attempts")})]
        known = ("email", "time_zone", ("date_joined", "last_login"), "attempts")
        return [
            (None, {"fields": person}),
            ("What we know", {"fields": known}),
            ("In the back office", {"fields": POWERS}),
        ]

    def get_readonly_fields(
        self, request: HttpRequest, obj: User | None = None
    ) -> tuple[str, ...]:
        fixed = tuple(self.readonly_fields)
        if obj is None:
            fixed = tuple(name for name in fixed if name != "email")
        if not request.user.is_superuser:
            fixed += POWERS
        elif obj == request.user:
            fixed += ("is_active", "is_staff", "is_superuser")  # No way back in.
        return fixed

    def has_change_permission(
        self, request: HttpRequest, obj: User | None = None
    ) -> bool:
        if obj and (obj.is_staff or obj.is_superuser) and not request.user.is_superuser:
            return False  # Or they could take over somebody who may do more.
        return super().has_change_permission(request, obj)

    def has_delete_permission(
        self, request: HttpRequest, obj: User | None = None
    ) -> bool:
        return request.user.is_superuser and obj != request.user

    # --- columns and fields -----------------------------------------------------------

    @display(description="Back office")
    def rights(self, user: User) -> str:
        if user.is_superuser:
            return "Everything"
        names = ", ".join(group.name for group in user.groups.all())
        return (names or "Staff without a group") if user.is_staff else "–"

    @display(description="Attempts")
    def attempts(self, user: User) -> SafeString:
        url = reverse("admin:exams_attempt_changelist")
        return format_html(
            '<a href="{}?learner__id__exact={}">Show their attempts</a>', url, user.pk
        )

    def formfield_for_dbfield(
        self, db_field: Any, request: HttpRequest, **kwargs: Any
    ) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if db_field.name == "groups":
            field.help_text = "What a member of the staff may do."
        if db_field.name == "is_active":
            field.label = "Open"
            field.help_text = "Switch it off to close the account; nothing is lost."
        return field

    def formfield_for_manytomany(
        self, db_field: Any, request: HttpRequest, **kwargs: Any
    ) -> Any:
        kwargs["widget"] = UnfoldAdminCheckboxSelectMultipleWidget()
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    # --- writes -----------------------------------------------------------------------

    def save_model(
        self, request: HttpRequest, obj: User, form: forms.ModelForm, change: bool
    ) -> None:
        if not change:
            obj.set_unusable_password()
        super().save_model(request, obj, form, change)
        if not change:
            self._invite(request, obj)
        elif "is_active" in form.changed_data:
            # On commit: listeners take locks of their own, and this holds the user's.
            transaction.on_commit(
                lambda: account_switched.send_robust(User, user=obj), robust=True
            )
            if not obj.is_active:
                access_ended.send(sender=User, user=obj)

    def _invite(self, request: HttpRequest, user: User) -> None:
        """Send the link to choose a password, which proves the address as well."""
        EmailAddress.objects.create(
            user=user, email=user.email, verified=True, primary=True
        )

        def send() -> None:
            form = ResetPasswordForm({"email": user.email})
            with request_context(request):
                if form.is_valid():
                    form.save(request)

        transaction.on_commit(send)

    def get_deleted_objects(
        self, objs: Any, request: HttpRequest
    ) -> tuple[list[str], dict[str, int], set[str], list[str]]:
        """Everything of theirs goes with them, also what nobody may delete alone."""
        people = [str(user) for user in objs]
        words = [f"{name}, with all their attempts and answers" for name in people]
        return words, {"users": len(people)}, set(), []

    def delete_model(self, request: HttpRequest, obj: User) -> None:
        services.delete_account(user=obj)


@admin.register(Group)
class GroupAdmin(DjangoGroupAdmin, ModelAdmin):
    list_display = ("name", "members")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Group]:
        return super().get_queryset(request).annotate(n_members=Count("user"))

    @display(description="Members", ordering="n_members")
    def members(self, group: Any) -> int:
        return group.n_members
