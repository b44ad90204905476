"""What waits, on the first page: one query each, for those whose work it is."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from support import dashboard
from support.dashboard import Tile
from support.models import Resource
from tests.exams.back_office import make_editor, make_superuser, signed_in
from tests.exams.factories import make_learner
from tests.support.factories import make_agent, make_resource, make_thread, say

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def tiles_of(user: User) -> dict[str, Tile]:
    context: Any = signed_in(user).get(reverse("admin:index")).context
    return {one.title: one for one in context["tiles"]}


def test_each_number_counts_what_it_says() -> None:
    now = timezone.now()
    for hours in (3, 5):
        make_thread(now=now - timedelta(hours=hours))
    for minutes in (10, 20, 40):
        thread = make_thread(now=now - timedelta(days=1))
        say(thread, make_agent(), now=now - timedelta(days=1, minutes=-minutes))
    for _ in range(2):
        make_resource(status=Resource.Status.SUGGESTED)
    make_resource(link=Resource.Link.BROKEN)
    make_resource(link=Resource.Link.BROKEN, status=Resource.Status.DECLINED)
    tiles = tiles_of(make_superuser())
    assert {title: one.value for title, one in tiles.items()} == {
        "Waiting threads": "2",
        "First response": "20 min",
        "Suggested resources": "2",
        "Broken links": "1",
    }
    assert "5 h" in tiles["Waiting threads"].words


def test_each_number_leads_to_the_rows_that_it_counts() -> None:
    make_thread()
    make_resource()
    make_resource(status=Resource.Status.SUGGESTED)
    make_resource(link=Resource.Link.BROKEN)
    boss = make_superuser()
    client, tiles = signed_in(boss), tiles_of(boss)
    for title in ("Waiting threads", "Suggested resources", "Broken links"):
        response = client.get(tiles[title].link)
        assert response.status_code == 200
        n_shown = len(response.context["cl"].result_list)
        assert str(n_shown) == tiles[title].value == "1"
    assert client.get(tiles["First response"].link).status_code == 200


def test_nothing_waits_and_it_says_so() -> None:
    tiles = tiles_of(make_superuser())
    assert tiles["Waiting threads"].words == "nobody waits"
    assert tiles["First response"].value == "–"
    assert not any(one.calls for one in tiles.values())


def test_each_number_is_shown_to_who_may_open_it() -> None:
    desk, links = {"Waiting threads", "First response"}, {"Suggested resources"}
    assert set(tiles_of(make_agent())) == desk
    assert set(tiles_of(make_editor())) == links | {"Broken links"}
    assert tiles_of(make_learner(is_staff=True)) == {}


@pytest.mark.parametrize("make", [tile for tile, _ in dashboard.TILES])
def test_each_number_is_one_query(make: Any) -> None:
    for _ in range(3):
        say(make_thread(), make_agent())
    with CaptureQueriesContext(connection) as queries:
        make(timezone.now())
    assert len(queries) == 1
