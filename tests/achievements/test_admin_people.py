"""Whose rewards they are: who only looks reads names, and no addresses."""

import re

import pytest
from django.urls import reverse

from achievements.models import CoinEntry, Grant, Statistics, XpEntry
from tests.achievements.factories import make_achiever
from tests.achievements.verifying import Case
from tests.exams.back_office import make_onlooker, signed_in

pytestmark = pytest.mark.django_db
MODELS = (Statistics, Grant, XpEntry, CoinEntry)


@pytest.mark.parametrize("model", MODELS)
def test_who_looks_reads_names_and_no_addresses(case: Case, model: type) -> None:
    client, name = signed_in(make_onlooker()), f"achievements_{model.__name__.lower()}"
    row = case.own(model).order_by("pk")[0]
    for url in (
        reverse(f"admin:{name}_changelist"),
        reverse(f"admin:{name}_change", args=[row.pk]),
    ):
        page = client.get(url).text
        assert case.learner.display_name in page
        assert case.learner.email not in page


@pytest.mark.parametrize("model", MODELS)
def test_people_are_found_by_name_or_whole_address(case: Case, model: type) -> None:
    make_achiever(xp=10, email="other@example.com")
    client = signed_in(make_onlooker())
    url = reverse(f"admin:achievements_{model.__name__.lower()}_changelist")

    def found(words: str) -> set[int]:
        rows = client.get(url, {"q": words}).context["cl"].result_list
        return {row.learner_id for row in rows}

    own = {case.learner.pk}
    assert found(case.learner.display_name) == found(case.learner.email) == own
    # Or an address could be guessed letter by letter.
    assert found(case.learner.email[:-2]) == set()


def test_the_ways_from_the_statistics_lead_to_the_learner_s_own_rows(
    case: Case,
) -> None:
    make_achiever(xp=10)
    client = signed_in(make_onlooker())
    row = reverse("admin:achievements_statistics_change", args=[case.learner.pk])
    ways = re.findall(r'href="([^"]*learner__id__exact=[^"]*)"', client.get(row).text)
    assert len(ways) >= 4
    for way in ways:
        rows = client.get(way).context["cl"].result_list
        assert {one.learner_id for one in rows} == {case.learner.pk}
