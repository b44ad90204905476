"""Loading the resources' files: all or nothing, once, and never over staff's edits."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from exams.models import Certification
from support.catalogue import Loaded, ResourceErrors, load_resources
from support.models import Resource
from tests.exams.factories import make_certification
from tests.support.factories import NOW, make_resource

pytestmark = pytest.mark.django_db

ROW: dict[str, Any] = {
    "slug": "messer-course",
    "title": "Training Course",
    "by": "Professor Messer",
    "url": "https://www.professormesser.com/course/",
    "kind": "video",
    "cost": "free",
    "level": "beginner",
    "certifications": ["net"],
    "why": "Covers every objective in short videos.",
}
OTHER = ROW | {"slug": "other", "url": "https://example.org/other", "title": "Other"}
LATER = NOW + timedelta(days=7)


@pytest.fixture
def certifications() -> list[Certification]:
    return [make_certification(slug="net"), make_certification(slug="sec")]


@pytest.fixture
def root(tmp_path: Path, certifications: list[Certification]) -> Path:
    return tmp_path


def load(root: Path, *rows: Any, file: str = "net.yaml", **options: Any) -> Loaded:
    (root / file).write_text(json.dumps(list(rows)))
    return load_resources(root=root, **{"now": NOW} | options)


def problems(root: Path, *rows: Any) -> str:
    with pytest.raises(ResourceErrors) as raised:
        load(root, *rows)
    return str(raised.value)


# --- what a load does -----------------------------------------------------------------


@pytest.mark.both_databases
def test_a_row_of_a_file_becomes_a_resource(root: Path) -> None:
    loaded = load(root, ROW | {"certifications": ["sec", "net"]})
    assert loaded.added == ["messer-course"]
    resource = Resource.objects.get()
    assert resource.title == "Training Course"
    assert resource.url == "https://www.professormesser.com/course/"
    assert resource.canonical_url == "professormesser.com/course"
    assert resource.description == ROW["why"]
    assert resource.status == "published"
    assert resource.link == "unchecked"
    assert resource.added_at == NOW
    assert set(resource.certifications.values_list("slug", flat=True)) == {"net", "sec"}


@pytest.mark.both_databases
def test_loading_twice_writes_nothing(root: Path) -> None:
    load(root, ROW, OTHER)
    with CaptureQueriesContext(connection) as queries:
        loaded = load(root, ROW, OTHER, now=LATER)
    assert (loaded.added, loaded.changed, loaded.withdrawn) == ([], [], [])
    written = [
        one["sql"]
        for one in queries
        if one["sql"].startswith(("INSERT", "UPDATE", "DELETE"))
    ]
    assert written == []
    # Certifications; the lock and the savepoint; resources with their certifications.
    assert len(queries) <= 6


def test_a_changed_row_changes_its_resource_only(root: Path) -> None:
    load(root, ROW, OTHER)
    loaded = load(root, ROW | {"title": "New", "certifications": ["sec"]}, OTHER)
    assert loaded.changed == ["messer-course"]
    resource = Resource.objects.get(slug="messer-course")
    assert resource.title == "New"
    assert [one.slug for one in resource.certifications.all()] == ["sec"]
    assert resource.added_at == NOW


def test_what_staff_changed_survives_until_the_file_s_row_changes(root: Path) -> None:
    load(root, ROW)
    Resource.objects.update(title="By staff", status="declined")
    assert load(root, ROW).changed == []
    assert Resource.objects.get().title == "By staff"
    assert load(root, ROW | {"by": "Somebody"}).changed == ["messer-course"]
    resource = Resource.objects.get()
    assert (resource.title, resource.by) == ("Training Course", "Somebody")
    # Whether it is shown stays for staff to say.
    assert resource.status == "declined"


def test_a_row_that_leaves_the_files_is_withdrawn_and_comes_back(root: Path) -> None:
    load(root, ROW, OTHER)
    assert load(root, OTHER).withdrawn == ["messer-course"]
    assert Resource.objects.get(slug="messer-course").status == "withdrawn"
    assert load(root, OTHER).withdrawn == []
    assert load(root, ROW, OTHER, now=LATER).changed == ["messer-course"]
    assert Resource.objects.get(slug="messer-course").status == "published"


def test_an_edited_row_that_leaves_the_files_stays(root: Path) -> None:
    load(root, ROW, OTHER)
    Resource.objects.filter(slug="messer-course").update(description="Better.")
    loaded = load(root, OTHER)
    assert (loaded.kept, loaded.withdrawn) == (["messer-course"], [])
    assert Resource.objects.get(slug="messer-course").status == "published"
    assert load(root, OTHER).kept == []


def test_edited_certifications_count_as_an_edit(
    root: Path, certifications: list[Certification]
) -> None:
    load(root, ROW, OTHER)
    Resource.objects.get(slug="messer-course").certifications.set(certifications)
    assert load(root, OTHER).kept == ["messer-course"]


def test_a_new_address_has_not_been_checked(root: Path) -> None:
    load(root, ROW)
    Resource.objects.update(link="broken", checked_at=NOW, n_failures=2, link_note="x")
    load(root, ROW | {"url": "https://example.org/new"})
    resource = Resource.objects.get()
    assert (resource.link, resource.checked_at) == ("unchecked", None)
    assert (resource.n_failures, resource.link_note) == (0, "")
    assert resource.canonical_url == "example.org/new"


def test_the_same_address_in_another_spelling_keeps_its_check(root: Path) -> None:
    load(root, ROW)
    Resource.objects.update(link="ok", checked_at=NOW)
    load(root, ROW | {"url": "https://professormesser.com/course"})
    assert Resource.objects.get().link == "ok"


def test_a_renamed_row_is_the_same_resource(root: Path) -> None:
    load(root, ROW)
    before = Resource.objects.get().pk
    load(root, ROW | {"slug": "renamed"})
    resource = Resource.objects.get()
    assert (resource.pk, resource.slug) == (before, "renamed")


def test_a_suggestion_that_a_file_has_is_published(root: Path) -> None:
    suggested = make_resource(
        url="http://professormesser.com/course", status="suggested"
    )
    load(root, ROW)
    resource = Resource.objects.get()
    assert (resource.pk, resource.status) == (suggested.pk, "published")
    assert resource.added_at == NOW


def test_an_address_may_go_from_one_row_to_a_new_one(root: Path) -> None:
    load(root, ROW)
    load(root, OTHER | {"url": ROW["url"]}, ROW | {"url": "https://example.org/moved"})
    found = dict(Resource.objects.values_list("slug", "canonical_url"))
    assert found == {
        "messer-course": "example.org/moved",
        "other": "professormesser.com/course",
    }


def test_a_row_whose_address_staff_gave_to_another_is_left_alone(root: Path) -> None:
    load(root, ROW, OTHER)
    taken = make_resource(url="https://example.org/taken")
    loaded = load(root, ROW | {"url": taken.url}, OTHER)
    assert list(loaded.left) == ["messer-course"]
    assert Resource.objects.count() == 3
    assert Resource.objects.get(slug="messer-course").url == ROW["url"]


# --- what a load refuses --------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"slug": "No Slug"}, ["net.yaml: row 1, slug"]),
        ({"title": ""}, ["row 1 (messer-course), title"]),
        ({"title": "x" * 161}, ["title", "at most 160"]),
        ({"by": None}, ["by", "found nothing"]),
        ({"url": "http://example.com/"}, ["url", "https"]),
        ({"url": "https://localhost.localdomain.local/"}, ["url", "private"]),
        ({"kind": "podcast"}, ["kind", "course, video"]),
        ({"cost": "cheap"}, ["cost", "free"]),
        ({"level": "hard"}, ["level", "beginner"]),
        ({"why": "x" * 301}, ["why", "at most 300"]),
        ({"certifications": []}, ["certifications", "an empty one"]),
        ({"certifications": ["nope"]}, ["no certification", "nope"]),
        ({"certifications": ["net", "net"]}, ["stands twice"]),
        ({"rating": 5}, ["unknown field", "rating"]),
    ],
)
def test_a_bad_row_is_told_with_its_file_and_reason(
    root: Path, change: dict[str, Any], words: list[str]
) -> None:
    said = problems(root, ROW | change)
    for word in words:
        assert word in said
    assert not Resource.objects.exists()


def test_all_problems_of_all_files_are_told_and_nothing_is_loaded(root: Path) -> None:
    (root / "sec.yaml").write_text("- just text\n- slug: x\n")
    (root / "torn.yaml").write_text("slug: [")
    (root / "mapping.yaml").write_text("a: 1")
    said = problems(root, ROW, ROW | {"slug": "b", "kind": "?"})
    for place in ("sec.yaml: row 1", "sec.yaml: row 2 (x)", "torn.yaml", "net.yaml"):
        assert place in said
    assert "expected a list of resources" in said
    assert not Resource.objects.exists()


def test_no_address_stands_twice_in_any_spelling(root: Path) -> None:
    (root / "sec.yaml").write_text(
        json.dumps([OTHER | {"url": "https://professormesser.com/course?utm_id=1"}])
    )
    said = problems(root, ROW)
    assert "professormesser.com/course" in said
    assert "net.yaml, row 1 (messer-course) too" in said


def test_no_slug_stands_twice(root: Path) -> None:
    assert "messer-course" in problems(root, ROW, OTHER | {"slug": ROW["slug"]})


def test_a_folder_without_files_is_a_mistake(root: Path) -> None:
    with pytest.raises(ResourceErrors):
        load_resources(root=root, now=NOW)


# --- the command ----------------------------------------------------------------------


def test_the_command_tells_counts(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    load(root, ROW, OTHER)
    call_command("load_resources", path=root)
    said = capsys.readouterr().out
    assert "2 in the files; 0 added, 0 changed, 0 withdrawn" in said


def test_the_command_fails_with_every_problem(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (root / "net.yaml").write_text(json.dumps([ROW | {"kind": "x", "cost": "y"}]))
    with pytest.raises(CommandError, match="2 errors; nothing was loaded"):
        call_command("load_resources", path=root)
    assert "row 1 (messer-course), kind" in capsys.readouterr().err
