"""Loading the achievements that come with the product, and broken files of them."""

from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.conf import settings
from django.core.management import CommandError, call_command

from achievements import criteria
from achievements.catalogue import CATALOGUE, load_catalogue, read_catalogue
from achievements.models import Achievement
from tests.exams.factories import make_certification
from tests.exams.racing import committed, race

# Title, rule, threshold, parameters: the 22 that learners know.
KNOWN = [
    ("Test Rookie", "tests-finished", 1, {}),
    ("Bronze Grinder", "tests-finished", 10, {}),
    ("Silver Scholar", "tests-finished", 25, {}),
    ("Gold God", "tests-finished", 50, {}),
    ("Platinum Pro", "tests-finished", 80, {}),
    ("Accuracy King", "score", 90, {}),
    ("Perfectionist", "perfect-tests", 1, {}),
    ("Double Trouble", "perfect-tests", 2, {}),
    ("Error 404 Failure Not Found", "perfect-tests", 3, {}),
    ("Redemption Arc", "comeback", 90, {"low": 40}),
    ("Answer Machine", "questions-answered", 1_000, {}),
    ("Knowledge Beast", "questions-answered", 5_000, {}),
    ("Walking Encyclopedia", "questions-answered", 8_000, {}),
    ("Question Terminator", "questions-answered", 10_000, {}),
    ("Coin Collector", "coins-earned", 5_000, {}),
    ("Coin Hoarder", "coins-earned", 10_000, {}),
    ("Coin Tycoon", "coins-earned", 50_000, {}),
    ("Level Up", "level", 5, {}),
    ("Mid-Tier Grinder", "level", 25, {}),
    ("Elite Scholar", "level", 50, {}),
    ("Ultimate Master", "level", 100, {}),
    ("Test Finisher", "all-tests", 1, {}),
]
# And the kinds that are new here.
NEW = {
    ("perfect-in-certification", 5),
    ("certification-complete", 1),
    ("streak", 3),
    ("streak", 7),
    ("streak", 30),
    ("streak", 100),
    ("exam-passes", 1),
    ("flawless-blocks", 1),
    ("hours", 1),
    ("recovery", 3),
}
ROW = {
    "slug": "early-riser",
    "title": "Early Riser",
    "text": "Finish something.",
    "icon": "sun",
    "category": "special",
    "rule": "tests-finished",
    "threshold": 3,
}


def write(folder: Path, *rows: Any) -> Path:
    path = folder / "some.yaml"
    path.write_text(yaml.safe_dump({"achievements": list(rows)}))
    return path


def load(path: Path = CATALOGUE) -> list[str]:
    out = StringIO()
    call_command("load_achievements", path=path, stdout=out)
    return out.getvalue().splitlines()


def problems(path: Path) -> list[str]:
    """Return the lines of standard error; nothing was made."""
    before = Achievement.objects.count()
    err = StringIO()
    with pytest.raises(CommandError, match=r"errors?; nothing was loaded\.$"):
        call_command("load_achievements", path=path, stderr=err, stdout=StringIO())
    assert Achievement.objects.count() == before
    return err.getvalue().splitlines()


# --- what comes with the product ------------------------------------------------------


def test_the_file_has_the_achievements_that_learners_know() -> None:
    rows = read_catalogue(CATALOGUE)
    found = [(one.title, one.rule, one.threshold, one.parameters) for one in rows]
    assert [row for row in KNOWN if row not in found] == []
    others = {row[1:3] for row in found if row not in KNOWN}
    assert others == NEW
    assert len(found) == len(KNOWN) + len(NEW) + 1  # night owl and early bird


def test_every_rule_has_a_row_and_every_category_too() -> None:
    rows = read_catalogue(CATALOGUE)
    assert {one.rule for one in rows} == set(criteria.rules())
    assert {one.category for one in rows} == set(Achievement.Category.values)
    assert {one.is_hidden for one in rows} == {True, False}


@pytest.mark.django_db
def test_a_first_load_makes_them_all_in_the_order_of_the_file() -> None:
    rows = read_catalogue(CATALOGUE)
    assert load() == [f"{one.title}: made" for one in rows]
    made = list(Achievement.objects.all())
    assert [one.slug for one in made] == [one.slug for one in rows]
    assert all(one.is_active for one in made)
    for one in made:
        one.full_clean()


def test_a_server_loads_them_at_its_start_after_the_banks() -> None:
    commands = settings.PREPARE_COMMANDS
    assert commands.index("load_achievements") > commands.index("load_banks")


# --- loading again --------------------------------------------------------------------


@pytest.mark.django_db
def test_a_second_load_changes_nothing() -> None:
    load()
    before = list(Achievement.objects.values_list())
    assert load() == ["Achievements: all there already."]
    assert list(Achievement.objects.values_list()) == before


@pytest.mark.django_db
def test_what_editors_changed_stays() -> None:
    load()
    changes = {"title": "Rookie", "threshold": 2, "is_active": False, "position": 999}
    Achievement.objects.filter(slug="test-rookie").update(**changes)
    load()
    row = Achievement.objects.values(*changes).get(slug="test-rookie")
    assert row == changes


@pytest.mark.django_db
def test_only_what_is_missing_is_made() -> None:
    load()
    Achievement.objects.filter(slug__in=["gold-god", "night-owl"]).delete()
    assert load() == ["Gold God: made", "Night Owl: made"]
    assert Achievement.objects.count() == len(KNOWN) + len(NEW) + 1


@pytest.mark.django_db
def test_a_row_that_editors_keep_may_have_become_wrong_in_the_file(
    tmp_path: Path,
) -> None:
    load(write(tmp_path, ROW))
    gone = ROW | {"rule": "gone"}
    assert load(write(tmp_path, gone)) == ["Achievements: all there already."]


@committed
@pytest.mark.both_databases
def test_servers_that_start_together_make_each_once() -> None:
    race([load_catalogue] * 4)
    assert Achievement.objects.count() == len(read_catalogue(CATALOGUE))


# --- broken files ---------------------------------------------------------------------

AT = "some.yaml: row 1 (early-riser)"
BROKEN: list[tuple[dict[str, Any], str]] = [
    ({"slug": None}, "some.yaml: row 1, slug: expected lower-case words with hyphens "
     "between, found nothing."),
    ({"slug": "Early Riser"}, "some.yaml: row 1, slug: expected lower-case words with "
     'hyphens between, found "Early Riser".'),
    ({"title": None}, f"{AT}, title: expected text, found nothing."),
    ({"title": "x" * 61}, f"{AT}, title: expected at most 60 characters, found 61."),
    ({"text": "a\nb"}, f"{AT}, text: expected one line, found several."),
    ({"icon": "sunn"}, f"{AT}, icon: There is no such heroicon. Did you mean sun?"),
    ({"category": "other"}, f"{AT}, category: expected tests, scores, questions, "
     'levels, streaks or special, found "other".'),
    ({"threshold": 0}, f"{AT}, threshold: expected a whole number from 1 to "
     "2147483647, found 0."),
    ({"threshold": "3"}, f"{AT}, threshold: expected a whole number from 1 to "
     '2147483647, found "3".'),
    ({"rule": "score", "threshold": 101},
     f"{AT}, threshold: The threshold must be 100 or less."),
    ({"parameters": [1]}, f"{AT}, parameters: expected a mapping, found a list."),
    ({"parameters": {"low": 40}},
     f"{AT}, parameters: low is no parameter of this rule; it takes: none."),
    ({"parameters": {4: 5}},
     f"{AT}, parameters: 4 is no parameter of this rule; it takes: none."),
    ({"rule": "comeback", "parameters": {"low": 3}},
     f"{AT}, parameters: low must be less than the threshold, which is 3."),
    ({"rule": "perfect-in-certification", "parameters": {"certification": "none"}},
     f'{AT}, parameters: There is no certification with the slug "none".'),
    ({"hidden": "yes"}, f'{AT}, hidden: expected true or false, found "yes".'),
    ({"secret": True}, "some.yaml: row 1: unknown field \"secret\"; known: slug, "
     "title, text, icon, category, rule, threshold, parameters, hidden."),
]  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize(("change", "expected"), BROKEN)
def test_an_error_names_the_row_and_the_field(
    change: dict[str, Any], expected: str, tmp_path: Path
) -> None:
    row = {name: value for name, value in (ROW | change).items() if value is not None}
    sound = ROW | {"slug": "sound", "title": "Sound"}
    assert problems(write(tmp_path, row, sound)) == [expected]


@pytest.mark.django_db
def test_an_unknown_rule_is_told_the_known_ones(tmp_path: Path) -> None:
    (line,) = problems(write(tmp_path, ROW | {"rule": "tests"}))
    assert line.startswith(f"{AT}, rule: Choose one of: all-tests, certification-")


@pytest.mark.django_db
def test_all_errors_are_told_at_once(tmp_path: Path) -> None:
    rows = [ROW | {"threshold": 0}, ROW | {"icon": None}, "nonsense"]
    lines = problems(write(tmp_path, *rows))
    assert [line.split(": ")[1] for line in lines] == [
        "row 1 (early-riser), threshold",
        "row 2 (early-riser), icon",
        "row 3",
        "slug",
        "title",
    ]
    assert lines[-1] == 'some.yaml: title: "Early Riser" stands 2 times.'


@pytest.mark.django_db
def test_a_title_that_an_editor_gave_to_another_is_told(tmp_path: Path) -> None:
    load(write(tmp_path, ROW))
    other = ROW | {"slug": "other"}
    assert problems(write(tmp_path, other, ROW | {"slug": "third", "title": "3"})) == [
        "some.yaml: row 1 (other), title: another achievement is called "
        '"Early Riser" already.'
    ]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "it is empty"),
        ("achievements: []", "expected a list of achievements, found an empty one"),
        ("- slug: one", "expected a mapping (achievements), found a list"),
        ("achievements: {", "not YAML"),
        ("achievements: [&a {slug: b}, *a]", "anchors"),
        ("achievements: [{slug: a, slug: b}]", '"slug" stands twice'),
    ],
)
def test_a_file_that_is_none_is_told_in_one_line(
    content: str, words: str, tmp_path: Path
) -> None:
    path = tmp_path / "some.yaml"
    path.write_text(content)
    (line,) = problems(path)
    assert line.startswith("some.yaml: ")
    assert words in line


@pytest.mark.django_db
def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    assert problems(tmp_path / "none.yaml") == ["none.yaml: it is no file."]


@pytest.mark.django_db
def test_a_certification_that_exists_can_be_asked_for(tmp_path: Path) -> None:
    slug = make_certification().slug
    row = ROW | {
        "rule": "certification-complete",
        "threshold": 1,
        "parameters": {"certification": slug},
    }
    assert load(write(tmp_path, row)) == ["Early Riser: made"]
