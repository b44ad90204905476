"""The back office in a real browser: its scripts run under its own policy."""

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.auth.models import Group
from django.urls import reverse
from playwright.sync_api import Page, expect

from accounts.models import User
from exams.models import Certification, Question, Release, Test
from tests.end_to_end.devices import DESKTOP, PHONE, Devices
from tests.end_to_end.people import with_password
from tests.exams.factories import make_learner, make_test

on_both = pytest.mark.parametrize("like", [PHONE, DESKTOP], ids=["phone", "desktop"])
in_both = pytest.mark.parametrize("scheme", ["light", "dark"])

CHOICES = {"22": True, "23": False, "25": False, "80": False}


@pytest.fixture
def editor(_same_database: None) -> User:
    user = make_learner(is_staff=True)
    user.groups.add(Group.objects.get(name="Content editors"))
    return user


@pytest.fixture
def test(_same_database: None) -> Test:
    return make_test(n_questions=26, published=False)


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def middle(page: Page, selector: str) -> Any:
    """Scroll to it, clear of the bar of buttons at the page's foot."""
    found = page.locator(selector)
    found.evaluate("one => one.scrollIntoView({block: 'center'})")
    return found


def fill_in_question(page: Page, certification: Certification) -> None:
    page.locator("#id_certification").select_option(str(certification.pk))
    domain = certification.domains.values_list("pk", flat=True)[0]
    page.locator("#id_domain").select_option(str(domain))
    page.locator("#id_stem").fill("Which port does **SSH** use?")
    for row, text in enumerate(CHOICES):
        page.locator(f"#id_choices-{row}-text").fill(text)
        page.locator(f"#id_choices-{row}-why").fill(f"Why {text}.")
    page.locator("#id_explanation").fill("SSH listens on port 22.")
    page.locator("#id_reference_title").fill("RFC 4251")
    page.locator("#id_reference_url").fill("https://www.rfc-editor.org/rfc/rfc4251")


def choice_texts(page: Page) -> list[str]:
    rows = page.locator("tbody.original textarea[name$='-text']").all()
    return [row.input_value() for row in rows]


# --- signing in -----------------------------------------------------------------------


def test_staff_sign_in_where_everybody_does(devices: Devices, editor: User) -> None:
    person = with_password(editor)
    page = devices.new().new_page()
    page.goto("/admin/exams/test/")
    assert "/account/login/" in page.url
    person.sign_in(page)
    expect(page.get_by_role("heading", level=1)).to_contain_text("Tests")
    page.get_by_text(editor.email).click()
    press(page, "Log out logout")
    page.goto("/admin/")
    assert "/account/login/" in page.url


# --- a question -----------------------------------------------------------------------


@on_both
def test_an_editor_writes_and_previews_a_question(
    devices: Devices, editor: User, test: Test, like: dict[str, Any]
) -> None:
    page = devices.new(editor, like).new_page()
    page.goto(reverse("admin:exams_question_add"))
    fill_in_question(page, test.certification)
    page.get_by_text("Add another Choice").click()
    page.locator("#id_choices-4-text").fill("443")
    page.locator("#id_choices-4-why").fill("That is HTTPS.")
    press(page, "Save")
    expect(page.get_by_text("Mark exactly one choice as right")).to_be_visible()
    middle(page, "#id_choices-0-is_correct").check()
    press(page, "Save and continue editing")
    expect(page.get_by_text("was added successfully")).to_be_visible()
    assert choice_texts(page) == [*CHOICES, "443"]

    question = Question.objects.get(
        certification=test.certification, slug__contains="ssh"
    )
    page.goto(reverse("admin:exams_question_preview", args=[question.pk]))
    expect(page.get_by_text("Which port does SSH use?")).to_be_visible()
    page.get_by_role("radio", name="22", exact=True).check()
    press(page, "Check the answer")
    expect(page.get_by_role("status")).to_contain_text("Right.")
    expect(page.get_by_text("SSH listens on port 22.")).to_be_visible()


def test_choices_are_dragged_and_removed(
    devices: Devices, editor: User, test: Test
) -> None:
    question = test.questions.earliest("pk")
    before = list(question.choices.values_list("text", flat=True))
    page = devices.new(editor).new_page()
    page.goto(reverse("admin:exams_question_change", args=[question.pk]))
    handles = page.locator("tbody.original [x-sort\\:handle]")
    middle(page, "tbody.original >> nth=1")
    start, end = handles.nth(3).bounding_box(), handles.nth(0).bounding_box()
    assert start is not None
    assert end is not None
    page.mouse.move(start["x"] + 8, start["y"] + 8)
    page.mouse.down()
    page.mouse.move(end["x"] + 8, end["y"] + 16, steps=15)
    page.mouse.move(end["x"] + 8, end["y"] - 8, steps=5)
    page.mouse.up()
    moved = [before[3], *before[:3]]
    expect(page.locator("tbody.original textarea[name$='-text']").first).to_have_value(
        moved[0]
    )
    leaving = question.choices.filter(is_correct=False).earliest("position").text
    bins = page.locator("tbody.original td.delete label")
    bins.nth(moved.index(leaving)).click()
    press(page, "Save and continue editing")
    expect(page.get_by_text("was changed successfully")).to_be_visible()
    assert choice_texts(page) == [text for text in moved if text != leaving]


def test_the_list_shows_whole_stems_on_a_phone(
    devices: Devices, editor: User, test: Test
) -> None:
    words = "Which of these cables carries light over many miles? " * 2
    test.questions.update(stem=words)
    page = devices.new(editor, PHONE).new_page()
    page.goto(reverse("admin:exams_question_changelist"))
    cell = page.locator("#result_list .field-words").first
    hidden = cell.evaluate("one => one.scrollHeight - one.clientHeight")
    assert hidden <= 1


# --- a test ---------------------------------------------------------------------------


def test_an_editor_arranges_and_publishes_a_test(
    devices: Devices, editor: User, test: Test
) -> None:
    new = test.questions.latest("pk")
    test.places.filter(question=new).delete()
    page = devices.new(editor).new_page()
    page.goto(reverse("admin:exams_test_change", args=[test.pk]))
    middle(page, "#id_new_questions + .select2 .select2-selection").click()
    page.keyboard.type(new.stem)
    page.locator(".select2-results__option", has_text=new.stem).click()
    press(page, "Save and continue editing")
    expect(page.locator("tbody.original")).to_have_count(26)

    page.get_by_role("link", name="Publish").click()
    expect(page.get_by_text("never published")).to_be_visible()
    press(page, "Publish it")
    expect(page.get_by_text("release 1 is out, with 26 questions")).to_be_visible()
    release = Release.objects.get(test=test)
    assert release.published_by == editor
    assert release.keys[-1]["question"] == new.pk


# --- every page -----------------------------------------------------------------------


def pages_of(test: Test) -> list[str]:
    question = test.questions.values_list("pk", flat=True)[0]
    rows = {"certification": test.certification_id, "test": test.pk}
    rows["question"] = question
    lists = [f"admin:exams_{name}_changelist" for name in (*rows, "release")]
    adds = [f"admin:exams_{name}_add" for name in rows]
    return [
        *(reverse(name) for name in ("admin:index", *lists, *adds)),
        *(reverse(f"admin:exams_{n}_change", args=[pk]) for n, pk in rows.items()),
        reverse("admin:exams_test_publish", args=[test.pk]),
        reverse("admin:exams_test_preview", args=[test.pk]),
        reverse("admin:exams_question_preview", args=[question]),
    ]


@on_both
@in_both
def test_no_page_breaks_its_policy_or_scrolls_sideways(
    devices: Devices, editor: User, test: Test, like: dict[str, Any], scheme: str
) -> None:
    page = devices.new(editor, like | {"color_scheme": scheme}).new_page()
    wide = []
    for url in pages_of(test):
        response = page.goto(url)
        assert response is not None
        assert response.status == 200
        page.wait_for_load_state("load")
        width = page.evaluate("document.documentElement.scrollWidth")
        if width > like["viewport"]["width"]:
            wide.append((url, width))
    assert wide == []


@on_both
@in_both
def test_the_previews_are_as_accessible_as_the_learner_s_pages(
    devices: Devices, editor: User, test: Test, like: dict[str, Any], scheme: str
) -> None:
    question = test.questions.values_list("pk", flat=True)[0]
    preview = reverse("admin:exams_question_preview", args=[question])
    urls = [
        preview,
        f"{preview}?verdict=1&choices=0",
        reverse("admin:exams_test_preview", args=[test.pk]),
        reverse("admin:exams_test_preview", args=[test.pk]) + "?show=asked",
    ]
    page = devices.new(editor, like | {"color_scheme": scheme}).new_page()
    for url in urls:
        page.goto(url)
        results = Axe().run(page)
        assert results.violations_count == 0, f"{url}: {results.generate_report()}"
