"""Loading the help: all or nothing, once, and never over what staff wrote."""

from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandError

from exams.markdown import render_block
from exams.models import Certification
from support.help_topics import TOPICS, HelpErrors, load_topics, read_topics
from support.models import HelpTopic
from tests.exams.factories import make_certification

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def entry(slug: str, **fields: Any) -> dict[str, Any]:
    defaults = {"topic": "exam", "title": f"{slug}?", "words": "w", "text": "Text."}
    return {"slug": slug} | defaults | fields


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "topics.yaml"


def load(path: Path, *entries: dict[str, Any]) -> Any:
    path.write_text(yaml.safe_dump({"topics": list(entries)}))
    return load_topics(path)


def test_the_product_s_own_topics_load_and_load_again() -> None:
    assert len(load_topics().made) >= 25
    before = list(HelpTopic.objects.values())
    again = load_topics()
    assert not any((again.made, again.updated, again.removed, again.kept))
    assert list(HelpTopic.objects.values()) == before
    assert HelpTopic.objects.published().count() == len(before)


def test_every_topic_of_ours_reads_well() -> None:
    for one in read_topics(TOPICS):
        html = render_block(one.text)
        assert html.startswith("<"), one.slug
        assert "—" not in one.text + one.title
        # No promise in the text that a heading or a picture would be shown.
        assert "\n#" not in one.text
        assert len(one.text) < 1_600, one.slug


def test_the_topic_of_exam_codes_has_those_of_the_banks() -> None:
    call_command("load_banks", stdout=StringIO())
    [topic] = [one for one in read_topics(TOPICS) if one.slug == "which-exams"]
    codes = set(Certification.objects.values_list("exam_code", flat=True))
    assert {code for code in codes if f"| {code} |" in topic.text} == codes
    assert topic.text.count("\n|") - 1 == len(codes)


def test_preparing_a_first_start_loads_them() -> None:
    assert "load_help" in settings.PREPARE_COMMANDS


def test_a_changed_entry_brings_its_topic_up_to_date(path: Path) -> None:
    load(path, entry("a"), entry("b"))
    changes = load(path, entry("a", text="New."), entry("b"))
    assert changes.updated == ["a"]
    assert HelpTopic.objects.get(slug="a").text == "New."


def test_what_staff_changed_stays_whatever_the_file_says(path: Path) -> None:
    load(path, entry("a"))
    HelpTopic.objects.filter(slug="a").update(text="Staff's.")
    assert load(path, entry("a")).kept == []
    assert load(path, entry("a", text="New.")).kept == ["a"]
    assert HelpTopic.objects.get(slug="a").text == "Staff's."
    load(path, entry("b"))
    assert HelpTopic.objects.filter(slug="a").exists()


def test_what_staff_took_down_stays_down(path: Path) -> None:
    load(path, entry("a"))
    HelpTopic.objects.update(is_published=False)
    load(path, entry("a", text="New."))
    assert not HelpTopic.objects.get().is_published


def test_what_staff_made_is_theirs(path: Path) -> None:
    mine = {"topic": "other", "title": "Mine", "text": "Mine.", "kind": "answer"}
    HelpTopic.objects.create(slug="a", **mine)
    certification = make_certification()
    HelpTopic.objects.create(slug="z", certification=certification, **mine)
    assert load(path, entry("a")).kept == ["a"]
    assert set(HelpTopic.objects.values_list("text", flat=True)) == {"Mine."}


def test_a_topic_that_left_the_file_goes(path: Path) -> None:
    load(path, entry("a"), entry("b"))
    assert load(path, entry("b")).removed == ["a"]
    assert [one.slug for one in HelpTopic.objects.all()] == ["b"]


@pytest.mark.parametrize(
    "bad",
    [
        entry("Not a slug"),
        entry("a"),
        entry("c", title="a?"),
        entry("c", topic="nothing"),
        entry("c", title="x" * 121),
        entry("c", title="two\nlines"),
        entry("c", text=""),
        entry("c", txet="Text."),
        {"slug": "c"},
        "no mapping",
    ],
)
def test_one_bad_entry_loads_nothing(path: Path, bad: Any) -> None:
    with pytest.raises(HelpErrors) as caught:
        load(path, entry("a"), entry("b"), bad)
    assert caught.value.problems
    assert not HelpTopic.objects.exists()


@pytest.mark.parametrize("content", [b"", b"topics: 7", b"\xff", b"topics: ["])
def test_a_file_that_is_none_says_why(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    errors = StringIO()
    with pytest.raises(CommandError, match="nothing was loaded"):
        call_command("load_help", path=path, stderr=errors)
    assert "topics.yaml" in errors.getvalue()


def test_the_command_says_what_it_did(path: Path) -> None:
    load(path, entry("a"))
    path.write_text(yaml.safe_dump({"topics": [entry("b")]}))
    said = StringIO()
    call_command("load_help", path=path, stdout=said)
    call_command("load_help", path=path, stdout=said)
    assert said.getvalue().splitlines() == [
        "b: made",
        "a: removed",
        "Help: all there already.",
    ]
