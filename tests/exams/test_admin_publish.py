"""Publishing from the back office: what changes, then one button."""

from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from exams.admin.changes import compare
from exams.admin.differences import word_diff
from exams.admin.publish import ChangedMeanwhile, publish_as_shown
from exams.models import Choice, Question, Release, Test
from exams.models import TestQuestion as Place
from exams.publishing import ordered_questions, publish_test
from exams.snapshot import fingerprint
from tests.exams.back_office import make_agent, make_editor, signed_in
from tests.exams.factories import make_learner, make_question, make_test
from tests.exams.racing import committed, race


def page_of(test: Test) -> str:
    return reverse("admin:exams_test_publish", args=[test.pk])


def shown(test: Test) -> str:
    return fingerprint(ordered_questions(test), minutes=test.minutes)


def press(client: Client, test: Test) -> Any:
    """Look at the page, then press its button."""
    data = {"fingerprint": client.get(page_of(test)).context["fingerprint"]}
    return client.post(page_of(test), data, follow=True)


# --- the page -------------------------------------------------------------------------


@pytest.mark.django_db
class TestPage:
    def test_a_first_release_goes_out_in_the_editor_s_name(self) -> None:
        editor, test = make_editor(), make_test(published=False)
        client = signed_in(editor)
        assert "never published" in client.get(page_of(test)).text
        response = press(client, test)
        test.refresh_from_db()
        release = test.current_release
        assert release is not None
        assert (release.number, release.published_by) == (1, editor)
        assert "release 1 is out, with 25 questions" in response.text
        log = LogEntry.objects.get()
        assert (log.user, log.object_id) == (editor, str(test.pk))
        assert log.change_message == "Published release 1."

    def test_the_page_lists_what_is_in_the_way_and_has_no_button(self) -> None:
        client, test = signed_in(make_editor()), make_test(published=False)
        question = test.questions.earliest("pk")
        question.choices.update(is_correct=False)
        Question.objects.filter(pk=question.pk).update(status="draft")
        page = client.get(page_of(test)).text
        assert f"{question.slug}: its status is draft, not ready." in page
        assert f"{question.slug}: it needs exactly one right choice, not 0." in page
        assert "Publish it" not in page
        mend = reverse("admin:exams_question_change", args=[question.pk])
        assert page.count(f'<a href="{mend}">Mend it</a>') == 2
        assert (
            client.post(page_of(test), {"fingerprint": shown(test)}).status_code == 200
        )
        assert not Release.objects.exists()

    def test_a_test_with_too_few_questions_stays_a_draft(self) -> None:
        test = make_test(n_questions=24, published=False)
        assert "a test needs at least 25" in press(signed_in(make_editor()), test).text
        assert not Release.objects.exists()

    def test_the_page_says_what_changes(self) -> None:
        client, test = signed_in(make_editor()), make_test(n_questions=30)
        places = list(test.places.order_by("position"))
        Question.objects.filter(pk=places[4].question_id).update(stem="New words?")
        places[29].delete()
        Place.objects.create(
            test=test, question=make_question(test.certification), position=40
        )
        Test.objects.filter(pk=test.pk).update(minutes=45)
        response = client.get(page_of(test))
        changes = response.context["changes"]
        rows = (changes.added, changes.removed, changes.changed, changes.moved)
        assert [len(one) for one in rows] == [1, 1, 1, 0]
        assert "30 → 45" in response.text
        assert "New words?" in response.text
        assert "Publish release 2" in response.text

    def test_when_nothing_changed_there_is_nothing_to_publish(self) -> None:
        client, test = signed_in(make_editor()), make_test()
        page = client.get(page_of(test)).text
        assert "Nothing to publish" in page
        assert "Publish release" not in page
        assert "nothing to publish, release 1" in press(client, test).text
        assert Release.objects.count() == 1

    def test_pressing_twice_publishes_once(self) -> None:
        client, test = signed_in(make_editor()), make_test(published=False)
        data = {"fingerprint": shown(test)}
        for _ in range(2):
            assert client.post(page_of(test), data).status_code == 302
        assert Release.objects.count() == 1

    @pytest.mark.parametrize("sent", [{}, {"fingerprint": "0" * 64}])
    def test_what_was_not_looked_at_is_not_published(
        self, sent: dict[str, str]
    ) -> None:
        client, test = signed_in(make_editor()), make_test(published=False)
        response = client.post(page_of(test), sent)
        assert "Nothing was published" in response.text
        assert not Release.objects.exists()

    def test_a_change_behind_the_page_is_shown_first(self) -> None:
        client, test = signed_in(make_editor()), make_test()
        question = test.questions.earliest("pk")
        Question.objects.filter(pk=question.pk).update(tip="First")
        data = {"fingerprint": client.get(page_of(test)).context["fingerprint"]}
        Question.objects.filter(pk=question.pk).update(tip="Second")
        response = client.post(page_of(test), data)
        assert "changed while this page was open" in response.text
        assert Release.objects.count() == 1
        again = {"fingerprint": response.context["fingerprint"]}
        assert client.post(page_of(test), again).status_code == 302
        assert Release.objects.count() == 2

    def test_publishing_needs_its_own_right(self) -> None:
        test, editor = make_test(published=False), make_editor()
        group = editor.groups.get()
        group.permissions.remove(group.permissions.get(codename="publish_test"))
        for user in (editor, make_agent(), make_learner()):
            client = signed_in(user)
            data = {"fingerprint": shown(test)}
            assert client.get(page_of(test)).status_code == 403
            assert client.post(page_of(test), data).status_code == 403
        assert not Release.objects.exists()
        test_page = reverse("admin:exams_test_change", args=[test.pk])
        assert page_of(test) not in signed_in(editor).get(test_page).text

    def test_a_forged_form_publishes_nothing(self) -> None:
        test, client = make_test(published=False), Client(enforce_csrf_checks=True)
        client.force_login(make_editor())
        response = client.post(page_of(test), {"fingerprint": shown(test)})
        assert response.status_code == 403
        assert not Release.objects.exists()


# --- what changes ---------------------------------------------------------------------


@pytest.mark.django_db
class TestCompare:
    def changes(self, test: Test) -> dict[str, list[int]]:
        release = test.current_release
        found = compare(release, ordered_questions(test), minutes=test.minutes)
        rows = ("added", "removed", "changed", "moved")
        return {
            name: [row.number for row in getattr(found, name)]
            for name in rows
            if getattr(found, name)
        }

    def test_a_draft_as_it_was_published_has_no_changes(self) -> None:
        assert self.changes(make_test(n_questions=30)) == {}

    def test_taking_one_out_moves_none_of_the_rest(self) -> None:
        test = make_test(n_questions=30)
        test.places.get(position=0).delete()
        assert self.changes(test) == {"removed": [1]}

    def test_one_that_moved_is_the_only_one_that_moved(self) -> None:
        test = make_test(n_questions=30)
        test.places.filter(position=2).update(position=99)
        assert self.changes(test) == {"moved": [30]}

    @pytest.mark.parametrize(
        "edit",
        [
            {"stem": "New?"},
            {"explanation": "New."},
            {"tip": ""},
            {"reference_url": "https://example.com/new"},
            {"scoring": "partial"},
        ],
    )
    def test_a_question_s_own_words_are_a_change(self, edit: dict[str, str]) -> None:
        test = make_test(n_questions=30)
        Question.objects.filter(places__test=test, places__position=6).update(**edit)
        assert self.changes(test) == {"changed": [7]}

    @pytest.mark.parametrize(
        "edit", [{"text": "New"}, {"why": "New."}, {"is_last": True}]
    )
    def test_so_are_its_choices(self, edit: dict[str, Any]) -> None:
        test = make_test(n_questions=30)
        question = test.places.get(position=6).question
        Choice.objects.filter(question=question, position=2).update(**edit)
        assert self.changes(test) == {"changed": [7]}

    def test_so_is_the_name_of_its_domain(self) -> None:
        test = make_test()
        test.certification.domains.filter(slug="hardware").update(name="Devices")
        assert len(self.changes(test)["changed"]) == 12

    def test_the_order_of_choices_is_none(self) -> None:
        """Learners see them shuffled, so they would notice nothing."""
        test = make_test()
        question = test.places.get(position=6).question
        question.choices.filter(position=0).update(position=9)
        assert self.changes(test) == {}
        page = signed_in(make_editor()).get(page_of(test)).text
        assert "Only the order of choices changed" in page


# --- what exactly changes -------------------------------------------------------------


def edit_seventh(test: Test, **fields: Any) -> Question:
    place = test.places.get(position=6)
    Question.objects.filter(pk=place.question_id).update(**fields)
    return Question.objects.get(pk=place.question_id)


def seventh(test: Test) -> Any:
    release = test.current_release
    changes = compare(release, ordered_questions(test), minutes=test.minutes)
    assert [row.number for row in changes.changed] == [7]
    return changes.changed[0]


def words_of(row: Any) -> dict[str, str]:
    return {one.part: str(one.words) for one in row.differences}


UNSEEN = '<span class="bo-unseen">'


@pytest.mark.django_db
class TestDifferences:
    @pytest.mark.parametrize(
        ("name", "part"),
        [
            ("stem", "Stem"),
            ("explanation", "Explanation"),
            ("tip", "Exam tip"),
            ("reference_title", "Reference"),
            ("reference_url", "Reference's address"),
        ],
    )
    def test_old_words_stand_beside_the_new_ones(self, name: str, part: str) -> None:
        test = make_test()
        before = edit_seventh(test)
        edit_seventh(test, **{name: f"{getattr(before, name)} more"})
        words = words_of(seventh(test))
        assert list(words) == [part]
        assert f"<ins>{UNSEEN}[added: </span> more{UNSEEN}]</span></ins>" in words[part]
        assert "<del>" not in words[part]

    def test_a_word_that_was_replaced_is_the_only_one_marked(self) -> None:
        assert word_diff(
            "It uses port 22 by default.", "It uses port 23 by default."
        ) == (
            f"It uses port <del>{UNSEEN}[removed: </span>22{UNSEEN}]</span></del>"
            f"<ins>{UNSEEN}[added: </span>23{UNSEEN}]</span></ins> by default."
        )

    def test_what_was_added_at_the_end_leaves_the_rest_alone(self) -> None:
        diff = word_diff("Short.", "Short. And then comes much more than there was.")
        assert diff.startswith("Short.<ins>")
        assert "<del>" not in diff

    def test_another_text_altogether_is_shown_whole(self) -> None:
        diff = word_diff("One two three?", "Anything else, quite new!")
        assert (diff.count("<del>"), diff.count("<ins>")) == (1, 1)

    def test_nothing_that_was_written_runs(self) -> None:
        test = make_test()
        bad = "<script>alert(1)</script><img src=x onerror=alert(1)>"
        fields = ("stem", "explanation", "tip", "reference_title")
        question = edit_seventh(test, **dict.fromkeys(fields, bad))
        question.choices.filter(position=0).update(text=bad, why=bad)
        page = signed_in(make_editor()).get(page_of(test)).text
        assert "<script>alert" not in page
        assert "<img src=x" not in page
        assert "&lt;script&gt;alert" in page

    def test_formatting_alone_is_said_to_be_no_word(self) -> None:
        test = make_test()
        stem = edit_seventh(test).stem
        edit_seventh(test, stem=f"**{stem}**")
        assert "its formatting or a link changed" in words_of(seventh(test))["Stem"]

    def test_a_choice_is_compared_with_what_it_was_whatever_its_line(self) -> None:
        test = make_test()
        choice = edit_seventh(test).choices.get(position=3)
        new = f"{choice.text} now"
        Choice.objects.filter(pk=choice.pk).update(text=new, position=9)
        row = seventh(test)
        assert list(words_of(row)) == ["Choice"]
        assert not row.has_new_key

    def test_choices_that_come_and_go_are_told_apart(self) -> None:
        test = make_test()
        question = edit_seventh(test)
        question.choices.filter(position=3).delete()
        Choice.objects.create(
            question=question, position=8, text="Quite different", why="Nobody knows"
        )
        words = words_of(seventh(test))
        assert "Quite different" in words["New choice"]
        assert "Choice 3 of" in words["Choice taken out"]

    def test_another_right_answer_is_loud(self) -> None:
        test = make_test()
        question = edit_seventh(test)
        question.choices.update(is_correct=False)
        question.choices.filter(position=3).update(is_correct=True)
        row = seventh(test)
        assert row.has_new_key
        assert row.differences[0].part == "The right answer"
        assert "Choice 2 of" in row.differences[0].words.split("<ins>")[0]
        assert "Choice 3 of" in row.differences[0].words.split("<ins>")[1]
        page = signed_in(make_editor()).get(page_of(test)).text
        assert "In 1 question the right answer changed" in page
        assert f'href="#changed-{question.pk}">question 7</a>' in page
        assert "The key changed" in page

    def test_so_is_a_right_answer_that_says_something_else(self) -> None:
        test = make_test()
        question = edit_seventh(test)
        right = question.choices.get(is_correct=True)
        Choice.objects.filter(pk=right.pk).update(
            text=right.text.replace("Choice", "Port")
        )
        assert seventh(test).has_new_key

    def test_what_is_not_the_key_is_not_loud(self) -> None:
        test = make_test()
        edit_seventh(test, stem="New words?")
        assert not seventh(test).has_new_key
        page = signed_in(make_editor()).get(page_of(test)).text
        assert "the right answer changed" not in page
        assert "The key changed" not in page

    def test_every_change_that_is_listed_says_what_it_is(self) -> None:
        edits: list[dict[str, Any]] = [
            {"text": "New"},
            {"why": "New."},
            {"is_last": True},
            {"is_correct": True},
        ]
        for number, edit in enumerate(edits):
            test = make_test()
            edit_seventh(test).choices.filter(position=number).update(**edit)
            assert seventh(test).differences, edit
        test = make_test()
        edit_seventh(test, scoring="partial")
        assert "Scoring" in words_of(seventh(test))
        edit_seventh(test, kind="multiple")
        assert "Kind" in words_of(seventh(test))

    def test_what_moved_says_from_where(self) -> None:
        test = make_test(n_questions=30)
        test.places.filter(position=2).update(position=99)
        page = signed_in(make_editor()).get(page_of(test)).text
        assert "(was 3)" in page


# --- at the same moment ---------------------------------------------------------------


@committed
class TestRaces:
    pytestmark = pytest.mark.both_databases

    def publish(self, test: Test, mark: str) -> bool | str:
        """Say whether there is a new release, or that the draft had changed."""
        learner = make_learner()
        try:
            return publish_as_shown(
                test=test, shown=mark, now=timezone.now(), publisher=learner
            )[1]
        except ChangedMeanwhile:
            return "changed"

    def test_two_editors_who_publish_at_once_make_one_release(self) -> None:
        test = make_test(published=False)
        mark = shown(test)
        calls = [lambda: self.publish(test, mark)] * 2
        results = race(calls, behind=Test.objects.filter(pk=test.pk))
        assert sorted(map(bool, results)) == [False, True]
        assert list(Release.objects.values_list("number", flat=True)) == [1]

    def test_one_who_saw_an_older_draft_publishes_nothing(self) -> None:
        test = make_test(published=False)
        old = shown(test)
        Question.objects.filter(places__test=test).update(tip="Newer")
        new = shown(test)
        calls = [lambda: self.publish(test, old), lambda: self.publish(test, new)]
        results = race(calls, behind=Test.objects.filter(pk=test.pk))
        assert results == ["changed", True]
        assert Release.objects.get().fingerprint == new

    def test_a_refused_release_leaves_nothing_behind(self) -> None:
        test = make_test()
        Question.objects.filter(places__test=test).update(tip="Newer")
        assert self.publish(test, "0" * 64) == "changed"
        test.refresh_from_db()
        assert test.current_release == Release.objects.get()
        assert publish_test(test=test, now=timezone.now())[0].number == 2
