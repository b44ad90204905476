"""load_banks: what goes in, what stays, what is retired, and what is published."""

from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from exams.bank.loading import load_banks
from exams.bank.problems import BankErrors
from exams.models import Certification, Choice, Domain, Question, Release, Test
from exams.publishing import publish_test
from tests.exams import banks
from tests.exams.factories import make_attempt

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
Data = dict[str, Any]

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A sound bank of one test that is loaded already."""
    banks.write_bank(tmp_path)
    load(tmp_path)
    return tmp_path


def load(root: Path, **options: Any) -> list[str]:
    return [str(change) for change in load_banks(root=root, now=NOW, **options)]


def change_test(root: Path, change: Any, *, number: int = 1) -> None:
    data = banks.changed(banks.exam(number), change)
    banks.write(root, f"test-{number:02}.yaml", data)


def question(slug: str) -> Question:
    return Question.objects.get(slug=slug)


def listed(number: int = 1) -> list[str]:
    places = Test.objects.get(number=number).places.order_by("position")
    return list(places.values_list("question__slug", flat=True))


# --- the first load -------------------------------------------------------------------


def test_everything_in_the_files_is_in_the_database(tmp_path: Path) -> None:
    banks.write_bank(tmp_path)
    samples = banks.exam(0, count=3, title="Try it")
    banks.write(tmp_path, "samples.yaml", samples)
    assert load(tmp_path) == [
        "Example: 28 questions, facts loaded, 28 new, Try it: release 1 published, "
        "Test 1: release 1 published"
    ]

    facts = Certification.objects.get()
    assert (facts.slug, facts.exam_code, facts.retires_on) == (
        "example",
        "EX-100",
        None,
    )
    weights = list(facts.domains.values_list("slug", "weight", "position"))
    assert weights == [("cables", 60, 0), ("radio", 40, 1)]
    assert listed() == [f"q-{number:02}" for number in range(1, 26)]

    five = question("q-05")
    assert five.kind == "multiple"
    assert five.status == Question.Status.READY
    assert five.stem.endswith("(Choose two.)")
    choices = list(five.choices.values_list("position", "text", "is_correct", "why"))
    assert choices[:2] == [
        (0, "Choice 0 of question 5", False, "Because of reason 0."),
        (1, "Choice 1 of question 5", True, "Because of reason 1."),
    ]
    release = Test.objects.get(number=1).current_release
    assert release is not None
    assert (release.question_count, release.published_by) == (25, None)


def test_last_and_partial_scoring_come_over(tmp_path: Path) -> None:
    def change(test: Data) -> None:
        test["questions"][4]["scoring"] = "partial"
        test["questions"][4]["choices"][4]["last"] = True

    banks.write_bank(tmp_path)
    change_test(tmp_path, change)
    load(tmp_path)
    assert question("q-05").scoring == Question.Scoring.PARTIAL
    last = question("q-05").choices.filter(is_last=True)
    assert list(last.values_list("position", flat=True)) == [4]


# --- loading again --------------------------------------------------------------------


def test_an_unchanged_bank_costs_three_queries_and_reads_no_question(
    root: Path,
) -> None:
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert load(root) == ["Example: unchanged"]
    selects = [one["sql"] for one in queries if one["sql"].startswith("SELECT ")]
    tables = [sql for sql in selects if "pg_advisory" not in sql]
    # The certifications' fingerprints and names, the tests' fingerprints.
    assert len(tables) == 3
    assert not any("exams_question" in sql for sql in tables)


def test_loading_twice_changes_no_row(root: Path) -> None:
    before = list(Question.objects.values_list("pk", "updated_at"))
    load(root)
    assert list(Question.objects.values_list("pk", "updated_at")) == before
    assert Release.objects.count() == 1


def test_a_comment_publishes_nothing(root: Path) -> None:
    path = root / "example" / "test-01.yaml"
    path.write_text(f"# reviewed\n{path.read_text()}")
    assert load(root) == ["Example: unchanged"]
    assert Release.objects.count() == 1


def test_a_changed_entry_keeps_its_row_and_publishes_a_release(root: Path) -> None:
    before = question("q-03")
    untouched = question("q-04").updated_at

    def change(test: Data) -> None:
        test["questions"][2]["stem"] = "What does it show now?"
        test["questions"][2]["choices"].pop(0)

    change_test(root, change)
    assert load(root) == [
        "Example: 25 questions, 1 changed, Test 1: release 2 published"
    ]
    after = question("q-03")
    assert (after.pk, after.stem) == (before.pk, "What does it show now?")
    assert after.choices.count() == 3
    assert after.updated_at > before.updated_at
    assert question("q-04").updated_at == untouched
    test = Test.objects.get(number=1)
    assert test.current_release is not None
    assert test.current_release.number == 2


def test_a_new_order_publishes_a_release(root: Path) -> None:
    change_test(root, lambda test: test["questions"].reverse())
    assert load(root) == ["Example: 25 questions, Test 1: release 2 published"]
    assert listed()[0] == "q-25"


def test_only_one_certification_is_loaded_when_asked(root: Path) -> None:
    other = banks.certification(slug="other", short_name="Other", position=2)
    banks.write(root, "certification.yaml", other, folder="other")
    change_test(root, lambda test: test.update(title="First test"))
    assert load(root, only="other") == ["Other: facts loaded"]
    assert Test.objects.get(number=1).title == "Test 1"


def rename_radio(root: Path) -> None:
    facts = banks.certification()
    facts["domains"][1]["slug"] = "wireless"
    banks.write(root, "certification.yaml", facts)


def all_cables(test: Data) -> None:
    for entry in test["questions"]:
        entry["domain"] = "cables"


def domains() -> list[str]:
    return list(Domain.objects.order_by("position").values_list("slug", flat=True))


def test_a_new_domain_takes_the_place_of_one_that_no_release_holds(
    tmp_path: Path,
) -> None:
    banks.write_bank(tmp_path)
    change_test(tmp_path, all_cables)
    load(tmp_path)
    rename_radio(tmp_path)
    load(tmp_path)
    assert domains() == ["cables", "wireless"]


def test_a_domain_that_a_release_holds_must_keep_its_slug(root: Path) -> None:
    """Attempts on that release are yet to be finished, and count results under it."""
    rename_radio(root)
    change_test(root, all_cables)
    with pytest.raises(BankErrors) as told:
        load(root)
    assert str(told.value) == (
        'example/certification.yaml: domains: "radio" is missing, but questions or '
        "releases still use it; keep its slug (name, code and weight may change)."
    )
    assert domains() == ["cables", "radio"]
    assert question("q-01").domain.slug == "cables"
    assert Release.objects.count() == 1


def test_a_domain_of_a_question_must_keep_its_slug(tmp_path: Path) -> None:
    banks.write_bank(tmp_path)
    change_test(tmp_path, all_cables)
    load(tmp_path)
    Question.objects.create(
        certification=Certification.objects.get(),
        domain=Domain.objects.get(slug="radio"),
        slug="by-hand",
    )
    rename_radio(tmp_path)
    with pytest.raises(BankErrors, match="keep its slug"):
        load(tmp_path)


def test_a_domain_that_an_editor_added_stays_until_the_facts_change(
    root: Path,
) -> None:
    cables = Domain.objects.get(slug="cables")
    cables.pk, cables.slug, cables.position = None, "by-hand", 2
    cables.save()
    change_test(root, lambda test: test["questions"][0].update(tip="Another tip."))
    load(root)
    assert domains() == ["cables", "radio", "by-hand"]
    facts = banks.certification(summary="Another summary.")
    banks.write(root, "certification.yaml", facts)
    load(root)
    assert domains() == ["cables", "radio"]


def test_a_domain_that_the_database_lost_is_told_and_comes_back(root: Path) -> None:
    Domain.objects.filter(slug="radio").update(slug="renamed")
    change_test(root, lambda test: test["questions"][0].update(tip="Another tip."))
    with pytest.raises(BankErrors) as told:
        load(root)
    first = next(n for n in range(1, 26) if banks.question(n)["domain"] == "radio")
    assert str(told.value.problems[0]) == (
        f"example/test-01.yaml: question {first} (q-{first:02}), domain: "
        '"radio" is in certification.yaml but no more in the database; change '
        "certification.yaml (a comment will do) to load its domains again."
    )
    assert question("q-01").tip == "Remember 1."


# --- what editors changed in the admin ------------------------------------------------


def test_an_editors_change_survives_a_load(root: Path) -> None:
    Question.objects.filter(slug="q-07").update(stem="Better words?")
    Certification.objects.update(summary="Better summary.")
    Test.objects.update(title="Better title")
    assert load(root) == ["Example: unchanged"]
    assert question("q-07").stem == "Better words?"


def test_it_survives_a_change_of_another_entry_in_the_file(root: Path) -> None:
    Question.objects.filter(slug="q-07").update(stem="Better words?")
    Certification.objects.update(summary="Better summary.")
    change_test(root, lambda test: test["questions"][0].update(tip="Another tip."))
    load(root)
    assert question("q-07").stem == "Better words?"
    assert question("q-01").tip == "Another tip."
    assert Certification.objects.get().summary == "Better summary."


def test_the_file_wins_when_that_entry_changed_in_the_file(root: Path) -> None:
    Question.objects.filter(slug="q-07").update(stem="Better words?")
    Choice.objects.filter(question__slug="q-07", position=0).update(text="Edited")
    change_test(root, lambda test: test["questions"][6].update(tip="Another tip."))
    load(root)
    assert question("q-07").stem == "What does example number 7 of q show?"
    assert question("q-07").choices.get(position=0).text == "Choice 0 of question 7"


@pytest.mark.parametrize("status", ["draft", "retired"])
@pytest.mark.parametrize("changed", [0, 6])
def test_a_status_that_an_editor_chose_stays_and_stops_the_load(
    root: Path, status: str, changed: int
) -> None:
    Question.objects.filter(slug="q-07").update(status=status)
    assert load(root) == ["Example: unchanged"]

    entry = {"tip": "Another tip."}
    change_test(root, lambda test: test["questions"][changed].update(entry))
    with pytest.raises(BankErrors) as told:
        load(root)
    assert str(told.value) == (
        f"example/test-01.yaml: question 7 (q-07): an editor set it to {status}; "
        "mark it as ready in the admin, or take it out of the file."
    )
    assert question("q-07").status == status
    assert Release.objects.count() == 1
    assert not Question.objects.filter(tip="Another tip.").exists()

    Question.objects.filter(slug="q-07").update(status="ready")
    assert load(root) == [
        "Example: 25 questions, 1 changed, Test 1: release 2 published"
    ]


def test_only_what_the_load_retired_is_made_ready_again(root: Path) -> None:
    def change(test: Data) -> None:
        test["questions"][5] = banks.question(6, prefix="new")
        test["questions"][6] = banks.question(7, prefix="new")

    Question.objects.filter(slug="q-07").update(status="retired")
    change_test(root, change)
    assert load(root) == [
        "Example: 25 questions, 2 new, 1 retired, Test 1: release 2 published"
    ]
    change_test(root, lambda test: None)
    with pytest.raises(BankErrors, match=r"7 \(q-07\): an editor set it to retired"):
        load(root)
    Question.objects.filter(slug="q-07").update(status="ready")
    assert load(root) == [
        "Example: 25 questions, 1 restored, 2 retired, Test 1: release 3 published"
    ]
    assert question("q-06").status == Question.Status.READY


def test_what_an_editor_took_up_again_stays(root: Path) -> None:
    def change(test: Data) -> None:
        test["questions"][5] = banks.question(6, prefix="new")

    change_test(root, change)
    load(root)
    Question.objects.filter(slug="q-06").update(status="ready")
    change_test(root, lambda test: change(test) or test.update(minutes=77))
    load(root)
    assert question("q-06").status == Question.Status.READY


def test_an_editors_half_done_change_stops_the_load_with_its_reason(
    root: Path,
) -> None:
    Choice.objects.filter(question__slug="q-07", position=0).update(why="")
    change_test(root, lambda test: test["questions"][0].update(tip="Another tip."))
    err = StringIO()
    with pytest.raises(CommandError, match="1 error; nothing was loaded"):
        call_command("load_banks", path=root, stderr=err)
    assert err.getvalue().splitlines() == [
        "example/test-01.yaml: q-07: a choice does not say why it is right or wrong."
    ]
    assert question("q-01").tip == "Remember 1."


# --- what is gone from the files ------------------------------------------------------


def test_a_question_that_a_release_showed_is_retired(root: Path) -> None:
    attempt = make_attempt(test=Test.objects.get(number=1))

    def change(test: Data) -> None:
        test["questions"][8] = banks.question(8, prefix="new")

    change_test(root, change)
    assert load(root) == [
        "Example: 25 questions, 1 new, 1 retired, Test 1: release 2 published"
    ]
    assert question("q-09").status == Question.Status.RETIRED
    assert listed()[8] == "new-08"
    attempt.refresh_from_db()
    assert attempt.release.number == 1
    assert attempt.release.keys[8]["question"] == question("q-09").pk

    # And once retired, it is not told again.
    def change_again(test: Data) -> None:
        change(test)
        test["title"] = "First"

    change_test(root, change_again)
    assert load(root) == ["Example: unchanged"]


def test_a_question_that_nobody_saw_is_deleted(root: Path) -> None:
    Question.objects.create(
        certification=Certification.objects.get(),
        domain=Domain.objects.get(slug="radio"),
        slug="never-shown",
        source_fingerprint="0" * 64,
    )
    change_test(root, lambda test: test["questions"][0].update(tip="Another tip."))
    assert load(root) == [
        "Example: 25 questions, 1 changed, 1 deleted, Test 1: release 2 published"
    ]
    assert not Question.objects.filter(slug="never-shown").exists()


def test_a_question_that_an_editor_wrote_stays(root: Path) -> None:
    Question.objects.create(
        certification=Certification.objects.get(),
        domain=Domain.objects.get(slug="radio"),
        slug="by-hand",
    )
    change_test(root, lambda test: test["questions"][0].update(tip="Another tip."))
    load(root)
    assert question("by-hand").status == Question.Status.DRAFT


def test_a_test_whose_file_is_gone_is_withdrawn_and_comes_back(root: Path) -> None:
    change_test(root, lambda test: None, number=2)
    load(root)
    attempt = make_attempt(test=Test.objects.get(number=2))
    (root / "example" / "test-02.yaml").unlink()

    assert load(root) == ["Example: 25 questions, 25 retired, Test 2 withdrawn"]
    assert [test.number for test in Test.objects.published()] == [1]
    attempt.refresh_from_db()
    assert attempt.is_open
    assert load(root) == ["Example: unchanged"]

    change_test(root, lambda test: None, number=2)
    assert load(root) == [
        "Example: 50 questions, 25 restored, Test 2: release 2 published"
    ]
    assert Test.objects.published().count() == 2
    first, second = Test.objects.get(number=2).offers.all()
    assert first.since <= first.until <= second.since
    assert second.until is None


def test_a_question_moves_to_another_test(root: Path) -> None:
    two = banks.exam(2)
    moved = banks.question(1)

    def first(test: Data) -> None:
        test["questions"][0] = banks.question(1, prefix="new")

    def second(test: Data) -> None:
        test["questions"][0] = moved

    banks.write(root, "test-02.yaml", two)
    load(root)
    before = question("q-01").pk
    change_test(root, first)
    change_test(root, second, number=2)
    load(root)
    assert question("q-01").pk == before
    assert question("q-01").status == Question.Status.READY
    assert listed(2)[0] == "q-01"


# --- the command ----------------------------------------------------------------------


def test_check_reads_everything_and_changes_nothing(tmp_path: Path) -> None:
    banks.write_bank(tmp_path)
    out = StringIO()
    call_command("load_banks", path=tmp_path, check=True, stdout=out)
    assert out.getvalue().splitlines() == [
        "Example: 25 questions, facts loaded, 25 new, Test 1: release 1 published",
        "Checked only: nothing was changed.",
    ]
    assert not Certification.objects.exists()
    assert not Release.objects.exists()


def test_editors_and_files_share_the_numbers_of_releases(root: Path) -> None:
    Question.objects.filter(slug="q-07").update(stem="Better words?")
    release, is_new = publish_test(test=Test.objects.get(number=1), now=NOW)
    assert (release.number, is_new) == (2, True)
    change_test(root, lambda test: test["questions"][0].update(tip="Another tip."))
    assert load(root) == [
        "Example: 25 questions, 1 changed, Test 1: release 3 published"
    ]
