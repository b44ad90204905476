"""The declarations of what we know about people."""

import pytest
from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.test.utils import isolate_apps

from accounts import privacy
from accounts.models import User
from accounts.privacy import Kind, Table
from tests.accounts.people import make_person


def test_every_table_and_every_text_field_is_declared() -> None:
    assert privacy.undeclared() == []


def test_an_undeclared_table_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    without = {m: t for m, t in privacy._tables.items() if m is not User}
    monkeypatch.setattr(privacy, "_tables", without)
    assert "accounts.User" in privacy.undeclared()


def test_an_undeclared_text_field_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    forgetful = Table(
        model=User, fields={"password": Kind.SECRET}, impersonal=["time_zone", "theme"]
    )
    tables = privacy._tables | {User: forgetful}
    monkeypatch.setattr(privacy, "_tables", tables)
    found = {"accounts.User.email", "accounts.User.display_name"}
    assert found <= set(privacy.undeclared())


@isolate_apps("accounts")
def test_every_kind_of_field_that_holds_words_has_to_be_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Note(models.Model):  # noqa: DJ008
        char = models.CharField()
        text = models.TextField()
        json = models.JSONField()
        email = models.EmailField()
        url = models.URLField()
        slug = models.SlugField()
        address = models.GenericIPAddressField()
        file = models.FileField()
        raw = models.BinaryField()
        number = models.IntegerField()
        day = models.DateField()

        class Meta:
            app_label = "accounts"

    monkeypatch.setattr(apps, "get_models", lambda: [Note])
    monkeypatch.setattr(
        privacy, "_tables", {Note: Table(model=Note, fields={}, impersonal=[])}
    )
    names = {label.rpartition(".")[2] for label in privacy.undeclared()}
    assert names == {
        "char",
        "text",
        "json",
        "email",
        "url",
        "slug",
        "address",
        "file",
        "raw",
    }


def test_a_misspelt_field_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(privacy, "_tables", {})
    with pytest.raises(FieldDoesNotExist):
        privacy.impersonal(User, "emial")


def test_a_table_is_declared_once() -> None:
    with pytest.raises(ValueError, match=r"accounts\.User is declared twice"):
        privacy.impersonal(User)


@pytest.mark.django_db
@pytest.mark.parametrize("table", privacy.tables(), ids=lambda t: t.model._meta.label)
def test_the_way_from_each_table_to_its_owner_can_be_asked(table: Table) -> None:
    user = make_person()
    expected = {"accounts.User": 1, "account.EmailAddress": 1}
    found = table.rows_of(user).count()
    assert found == expected.get(table.model._meta.label, 0)


def test_every_table_that_points_at_people_says_whose_rows_it_has() -> None:
    """A row that names somebody by key is theirs, or is known not to be."""
    known = {
        "exams.Release": "who published it; the rest of the row is nobody's",
    }
    loose = [
        table.model._meta.label
        for table in privacy.tables()
        if table.owner is None
        and any(field.related_model is User for field in table.model._meta.fields)
    ]
    assert loose == list(known)


def test_sections_of_an_export_have_names_of_their_own() -> None:
    sections = [table.section for table in privacy.tables() if table.section]
    assert len(sections) == len(set(sections))
    assert {"profile", "email_addresses", "sessions", "attempts"} <= set(sections)
