"""Certifications and their domains in the back office."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from exams.models import Certification
from tests.exams.back_office import (
    errors_of,
    form_data,
    make_editor,
    make_superuser,
    row_of,
    signed_in,
)
from tests.exams.factories import make_certification, make_question, make_test

pytestmark = pytest.mark.django_db
LIST = "/admin/exams/certification/"


@pytest.fixture
def editor() -> Client:
    return signed_in(make_editor())


@pytest.fixture
def certification() -> Certification:
    return make_certification(short_name="A+ Core 1")


def page_of(certification: Certification) -> str:
    return reverse("admin:exams_certification_change", args=[certification.pk])


def weights(certification: Certification) -> list[tuple[str, int]]:
    return list(certification.domains.values_list("name", "weight"))


def test_the_list_costs_the_same_however_many_there_are(
    editor: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(12):
        make_test(n_questions=1, published=False)
    # Session, user, two of permissions, filter, count, all rows, and the rows.
    with django_assert_max_num_queries(9):
        response = editor.get(LIST)
    assert response.text.count("0 of 1 published") == 12


def test_the_list_says_what_a_certification_has(editor: Client) -> None:
    test = make_test(n_questions=25)
    make_test(test.certification, n_questions=2, published=False)
    make_question(test.certification, status="retired")
    (row,) = editor.get(LIST).context["cl"].result_list
    got = (row.n_domains, row.n_weight, row.n_questions, row.n_tests, row.n_published)
    assert got == (2, 100, 27, 2, 1)


def test_a_new_one_is_saved_with_its_domains(editor: Client) -> None:
    add = reverse("admin:exams_certification_add")
    data = form_data(editor.get(add)) | {
        "name": "CompTIA Network+",
        "short_name": "Network+",
        "slug": "network-plus",
        "position": 3,
        "summary": "Networks.",
        "vendor": "CompTIA",
        "exam_code": "N10-009",
        "exam_minutes": 90,
        "exam_questions": 90,
        "pass_percent": 80,
        "pass_mark": "720 on a scale of 100-900",
        "source": "example.com/network",
        "domains-TOTAL_FORMS": 2,
        "domains-0-code": "1.0",
        "domains-0-name": "Concepts",
        "domains-0-slug": "concepts",
        "domains-0-weight": 23,
        "domains-1-code": "2.0",
        "domains-1-name": "The rest",
        "domains-1-slug": "the-rest",
        "domains-1-weight": 77,
    }
    assert editor.post(add, data).status_code == 302
    saved = Certification.objects.get(slug="network-plus")
    assert weights(saved) == [("Concepts", 23), ("The rest", 77)]
    assert saved.source == "https://example.com/network"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (
            {"weight": 30},
            "The weights add up to 90 percent; together they must be 100.",
        ),
        ({"weight": 50}, "The weights add up to 110 percent"),
        ({"weight": ""}, "This field is required."),
        ({"weight": 0}, "is violated"),
    ],
)
def test_the_weights_must_add_up_to_100(
    editor: Client, certification: Certification, changes: dict[str, Any], words: str
) -> None:
    before = weights(certification)
    data = form_data(editor.get(page_of(certification)))
    row = row_of(data, "domains", name="Hardware")
    data |= {f"{row}-{name}": value for name, value in changes.items()}
    response = editor.post(page_of(certification), data | {"name": "Renamed"})
    assert words in errors_of(response)
    certification.refresh_from_db()
    assert (certification.name != "Renamed", weights(certification)) == (True, before)


def test_two_domains_never_share_a_slug(
    editor: Client, certification: Certification
) -> None:
    data = form_data(editor.get(page_of(certification)))
    data[row_of(data, "domains", name="Hardware") + "-weight"] = 30
    data |= {
        "domains-TOTAL_FORMS": 3,
        "domains-2-code": "3.0",
        "domains-2-name": "More hardware",
        "domains-2-slug": "hardware",
        "domains-2-weight": 10,
    }
    assert "duplicate" in errors_of(editor.post(page_of(certification), data))


def delete_domain(client: Client, certification: Certification) -> Any:
    """Send what leaves only Networking."""
    data = form_data(client.get(page_of(certification)))
    data[row_of(data, "domains", name="Hardware") + "-DELETE"] = "on"
    data[row_of(data, "domains", name="Networking") + "-weight"] = 100
    return client.post(page_of(certification), data)


def test_a_domain_that_nothing_uses_is_deleted(certification: Certification) -> None:
    make_test(n_questions=25)  # releases of other certifications do not count
    boss = signed_in(make_superuser())
    assert delete_domain(boss, certification).status_code == 302
    assert weights(certification) == [("Networking", 100)]


def test_editors_delete_no_domain(editor: Client, certification: Certification) -> None:
    response = delete_domain(editor, certification)
    assert "The weights add up to 140 percent" in errors_of(response)
    assert certification.domains.count() == 2


def test_a_domain_that_a_release_holds_stays(certification: Certification) -> None:
    """Even once its questions moved: open attempts count results under it."""
    make_test(certification, n_questions=25)
    networking = certification.domains.get(slug="networking")
    certification.questions.update(domain=networking)
    response = delete_domain(signed_in(make_superuser()), certification)
    assert "2.0 Hardware cannot be deleted: a release counts" in errors_of(response)
    assert certification.domains.count() == 2


def test_a_certification_without_domains_is_refused(
    certification: Certification,
) -> None:
    boss = signed_in(make_superuser())
    data = form_data(boss.get(page_of(certification)))
    data |= {"domains-0-DELETE": "on", "domains-1-DELETE": "on"}
    response = boss.post(page_of(certification), data)
    assert "Add the exam&#x27;s domains" in errors_of(response) or (
        "Add the exam's domains" in errors_of(response)
    )


def test_a_weight_moves_from_one_domain_to_another(
    editor: Client, certification: Certification
) -> None:
    data = form_data(editor.get(page_of(certification)))
    data[row_of(data, "domains", name="Networking") + "-weight"] = 35
    data[row_of(data, "domains", name="Hardware") + "-weight"] = 65
    assert editor.post(page_of(certification), data).status_code == 302
    assert weights(certification) == [("Networking", 35), ("Hardware", 65)]


def test_domains_change_places(editor: Client, certification: Certification) -> None:
    data = form_data(editor.get(page_of(certification)))
    data[row_of(data, "domains", name="Hardware") + "-position"] = 1
    editor.post(page_of(certification), data)
    assert weights(certification) == [("Hardware", 40), ("Networking", 60)]


def test_a_domain_with_questions_stays(certification: Certification) -> None:
    hardware = certification.domains.get(slug="hardware")
    make_question(certification, domain=hardware)
    response = delete_domain(signed_in(make_superuser()), certification)
    assert "require deleting the following protected" in errors_of(response)
    assert weights(certification) == [("Networking", 60), ("Hardware", 40)]


def test_the_slug_stays_what_it_was(
    editor: Client, certification: Certification
) -> None:
    data = form_data(editor.get(page_of(certification))) | {"slug": "another"}
    assert editor.post(page_of(certification), data).status_code == 302
    slug = certification.slug
    certification.refresh_from_db()
    assert certification.slug == slug


def test_the_slug_of_a_domain_stays_what_it_was(
    editor: Client, certification: Certification
) -> None:
    data = form_data(editor.get(page_of(certification)))
    row = row_of(data, "domains", name="Hardware")
    data |= {f"{row}-slug": "another", f"{row}-name": "Devices"}
    assert editor.post(page_of(certification), data).status_code == 302
    assert certification.domains.get(slug="hardware").name == "Devices"


def test_the_sum_stands_on_the_page(
    editor: Client, certification: Certification
) -> None:
    certification.domains.filter(slug="hardware").update(weight=15)
    assert "75 %: it must be 100" in editor.get(page_of(certification)).text
    assert "2 (weights: 75 %)" in editor.get(LIST).text
