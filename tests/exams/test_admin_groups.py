"""The groups that a migration makes: no more rights than their work needs."""

from importlib import import_module

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, Permission
from django.db import connection

from tests.exams.back_office import make_agent, make_editor

pytestmark = pytest.mark.django_db
groups = import_module("exams.migrations.0004_groups")

EDITORS = {
    "exams.view_certification",
    "exams.add_certification",
    "exams.change_certification",
    "exams.view_question",
    "exams.add_question",
    "exams.change_question",
    "exams.view_test",
    "exams.add_test",
    "exams.change_test",
    "exams.publish_test",
    "exams.view_release",
    # Rows within those pages.
    "exams.view_domain",
    "exams.add_domain",
    "exams.change_domain",
    "exams.view_choice",
    "exams.add_choice",
    "exams.change_choice",
    "exams.delete_choice",
    "exams.view_testquestion",
    "exams.add_testquestion",
    "exams.change_testquestion",
    "exams.delete_testquestion",
}
# What the support's migration adds; agents have the desk and nothing else.
EDITORS_OF_HELP = {
    "support.moderate_resource",
    "support.view_resource",
    "support.add_resource",
    "support.change_resource",
    "support.view_helptopic",
    "support.add_helptopic",
    "support.change_helptopic",
}
AGENTS = {
    "support.answer_thread",
    "support.view_thread",
    "support.change_thread",
    "support.view_cannedreply",
    "support.add_cannedreply",
    "support.change_cannedreply",
    "support.view_helptopic",
    "support.add_helptopic",
    "support.change_helptopic",
}


def test_a_fresh_database_has_both_groups_with_exactly_their_rights() -> None:
    assert make_editor().get_all_permissions() == EDITORS | EDITORS_OF_HELP
    assert make_agent().get_all_permissions() == AGENTS


def test_the_migration_can_be_taken_back_and_done_again() -> None:
    editor = connection.schema_editor()
    groups.remove_groups(apps, editor)
    assert not Group.objects.filter(name__in=groups.GROUPS).exists()
    groups.make_groups(apps, editor)
    groups.make_groups(apps, editor)
    assert make_editor().get_all_permissions() == EDITORS


def test_a_group_that_has_members_is_not_taken_away() -> None:
    make_editor()
    groups.remove_groups(apps, connection.schema_editor())
    names = Group.objects.values_list("name", flat=True)
    assert list(names) == ["Content editors"]


def test_it_makes_the_permissions_that_django_has_not_made_yet() -> None:
    """On a fresh database Django makes them after the last migration only."""
    names = {p.codename: p.name for p in Permission.objects.all()}
    Permission.objects.filter(content_type__app_label__in=["exams"]).delete()
    groups.make_groups(apps, connection.schema_editor())
    made = Permission.objects.filter(content_type__app_label="exams")
    assert {p.codename: p.name for p in made}.items() <= names.items()
    assert make_editor().get_all_permissions() == EDITORS | EDITORS_OF_HELP
