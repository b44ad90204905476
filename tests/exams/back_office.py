"""The cast of the back office, and how a test fills in its forms."""

from typing import Any

from django.contrib.auth.models import Group, Permission
from django.test import Client

from accounts.models import User
from tests.exams.factories import make_learner

LOOKED_AT = {
    "exams": ["attempt"],
    "accounts": ["user"],
    "achievements": ["coinentry", "grant", "statistics", "xpentry"],
}


def make_superuser() -> User:
    return make_learner(is_staff=True, is_superuser=True)


def make_editor() -> User:
    return _member("Content editors")


def make_agent() -> User:
    return _member("Support agents")


def make_onlooker() -> User:
    """Return staff who may look at what learners do, have earned and are called."""
    user = make_learner(is_staff=True)
    looks = Permission.objects.filter(content_type__app_label__in=LOOKED_AT)
    seen = [f"view_{model}" for models in LOOKED_AT.values() for model in models]
    user.user_permissions.set(looks.filter(codename__in=seen))
    return user


def _member(group: str) -> User:
    user = make_learner(is_staff=True)
    user.groups.add(Group.objects.get(name=group))
    return user


def signed_in(user: User | None) -> Client:
    client = Client()
    if user:
        client.force_login(user)
    return client


def form_data(response: Any) -> dict[str, Any]:
    """Return what a browser would send if somebody saved the page as it is."""
    data = _fields(response.context["adminform"].form)
    for inline in response.context["inline_admin_formsets"]:
        data |= _fields(inline.formset.management_form)
        for form in inline.formset.forms:
            data |= _fields(form)
    return data


def _fields(form: Any) -> dict[str, Any]:
    values = {bound.html_name: bound.value() for bound in form}
    return {
        name: "on" if value is True else value
        for name, value in values.items()
        if value is not None and value is not False
    }


def row_of(data: dict[str, Any], prefix: str, **wanted: Any) -> str:
    """Return the prefix of the inline row whose fields have these values."""
    for number in range(int(data[f"{prefix}-TOTAL_FORMS"])):
        row = f"{prefix}-{number}"
        if all(data.get(f"{row}-{name}") == value for name, value in wanted.items()):
            return row
    raise AssertionError(f"no row of {prefix} with {wanted}")


def errors_of(response: Any) -> str:
    """Return all that the page says is wrong, in one string."""
    assert response.status_code == 200, "it was saved"
    context = response.context
    said = [str(error) for error in context["adminform"].form.errors.values()]
    for inline in context["inline_admin_formsets"]:
        said += [str(error) for error in inline.formset.errors if error]
        said += [str(error) for error in inline.formset.non_form_errors()]
    return " ".join(said)
