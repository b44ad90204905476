"""What a run of the link check does with what it found, and what is due when."""

import logging
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from datetime import timedelta
from typing import Any, cast
from unittest.mock import patch

import pytest
from django.conf import settings
from django.core.cache import cache

from support import linkruns, tasks
from support.linkcheck import Busy, Finding, Limits, LinkChecker, Outcome
from support.models import Resource
from tests.support.factories import NOW, make_resource
from tests.support.link_site import LinkSite, link_site

pytestmark = pytest.mark.django_db

OK = Finding(outcome=Outcome.OK, answered=True)
GONE = Finding(outcome=Outcome.DEAD, note="It answers 404.", answered=True)
NO_NAME = Finding(outcome=Outcome.DEAD, note="No such name.")
REFUSED = Finding(outcome=Outcome.UNSURE, note="It answers 403.", answered=True)
SLOW = Finding(outcome=Outcome.UNSURE, note="Too slow.")
MOVED = Finding(
    outcome=Outcome.MOVED, moved_to="https://example.org/new", answered=True
)
WEEK = timedelta(days=7)
LATER = WEEK + timedelta(minutes=1)  # due again


class Scripted:
    """Finds what a test says, by address; everything else is fine."""

    def __init__(self, found: dict[str, Finding] | Finding = OK) -> None:
        self.found = found
        self.asked: list[str] = []

    def check(self, url: str) -> Finding:
        self.asked.append(url)
        if isinstance(self.found, Finding):
            return self.found
        return self.found.get(url, OK)


def run(
    *resources: Resource, found: dict[str, Finding] | Finding = OK, **options: Any
) -> linkruns.Run:
    checker = cast(LinkChecker, Scripted(found))
    ids = [resource.pk for resource in resources]
    options = {"now": NOW + WEEK, "checker": checker} | options
    done = linkruns.check_batch(ids, **options)
    for resource in resources:
        resource.refresh_from_db()
    return done


# --- what is noted --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("finding", "link", "n_failures"),
    [
        (OK, "ok", 0),
        (MOVED, "moved", 0),
        (REFUSED, "unsure", 0),
        (SLOW, "unsure", 0),
        (GONE, "unsure", 1),
        (NO_NAME, "unsure", 1),
    ],
)
def test_a_first_finding_is_noted(finding: Finding, link: str, n_failures: int) -> None:
    resource = make_resource()
    run(resource, found=finding)
    assert (resource.link, resource.n_failures) == (link, n_failures)
    assert resource.link_note == finding.note
    assert resource.moved_to == finding.moved_to
    assert resource.checked_at == NOW + WEEK


def test_only_the_second_time_in_a_row_makes_a_link_broken() -> None:
    resource = make_resource()
    for week, finding in enumerate([GONE, OK, GONE, REFUSED, GONE, NO_NAME], 1):
        run(resource, found=finding, now=NOW + week * LATER)
        assert (resource.link == "broken") is (week == 6), week
    assert resource.n_failures == 2
    assert resource not in Resource.objects.shown()
    assert resource in Resource.objects.broken()


def test_a_broken_link_is_mended_only_by_an_answer() -> None:
    resource = make_resource(link="broken", n_failures=2)
    run(resource, found=SLOW)
    assert (resource.link, resource.n_failures) == ("broken", 2)
    run(resource, found=GONE, now=NOW + 2 * LATER)
    assert (resource.link, resource.n_failures) == ("broken", 3)
    run(resource, found=OK, now=NOW + 3 * LATER)
    assert (resource.link, resource.n_failures, resource.link_note) == ("ok", 0, "")


def test_a_finding_about_an_address_that_changed_meanwhile_is_dropped() -> None:
    resource = make_resource()
    stale = Resource.objects.get(pk=resource.pk)
    Resource.objects.update(url="https://example.org/other")
    assert not linkruns.note_finding(stale, GONE, now=NOW)
    assert Resource.objects.get().link == "ok"


# --- our own network ------------------------------------------------------------------


def test_when_more_than_half_fails_nothing_is_marked_and_staff_are_warned(
    caplog: pytest.LogCaptureFixture,
) -> None:
    resources = [make_resource() for _ in range(6)]
    before = list(Resource.objects.order_by("pk").values())
    found = {one.url: SLOW for one in resources[:2]}
    found |= {one.url: NO_NAME for one in resources[2:4]}
    with caplog.at_level(logging.WARNING, logger="support.linkruns"):
        done = run(*resources, found=found)
    assert done.is_cut_off
    assert list(Resource.objects.order_by("pk").values()) == before
    assert "4 of 6 addresses" in caplog.text
    # All of them are still due, once the network had time to come back.
    assert linkruns.due_batches(now=NOW + WEEK) == []
    cache.clear()
    assert len(linkruns.due_batches(now=NOW + WEEK)[0]) == 6


def test_half_of_them_may_fail() -> None:
    resources = [make_resource() for _ in range(6)]
    done = run(*resources, found={one.url: NO_NAME for one in resources[:3]})
    assert not done.is_cut_off
    assert Resource.objects.filter(n_failures=1).count() == 3


def test_sites_that_say_404_have_answered_and_are_marked_however_many() -> None:
    resources = [make_resource() for _ in range(6)]
    for week in (1, 2):
        assert not run(*resources, found=GONE, now=NOW + week * LATER).is_cut_off
    assert Resource.objects.broken().count() == 6


def test_sites_that_refuse_to_be_checked_are_no_failures() -> None:
    resources = [make_resource() for _ in range(6)]
    assert not run(*resources, found=REFUSED).is_cut_off
    assert Resource.objects.filter(link="unsure").count() == 6


# --- what is due ----------------------------------------------------------------------


def test_what_was_not_checked_for_a_week_is_due_longest_ago_first() -> None:
    make_resource(checked_at=NOW - WEEK + timedelta(minutes=1))
    old = make_resource(checked_at=NOW - 2 * WEEK, url="https://a.example.com/")
    older = make_resource(checked_at=NOW - 3 * WEEK, url="https://b.example.com/")
    never = make_resource(checked_at=None, url="https://c.example.com/")
    make_resource(checked_at=None, status="suggested")
    broken = make_resource(
        checked_at=NOW - WEEK - timedelta(1),
        link="broken",
        url="https://d.example.com/",
    )
    [batch] = linkruns.due_batches(now=NOW)
    assert batch == [never.pk, older.pk, old.pk, broken.pk]


def test_a_host_is_never_in_two_batches() -> None:
    for number in range(60):
        host = "one" if number % 3 else f"h{number}"
        make_resource(url=f"https://{host}.example.com/{number}", checked_at=None)
    batches = linkruns.due_batches(now=NOW)
    hosts = dict(Resource.objects.values_list("pk", "url"))
    where: dict[str, set[int]] = {}
    for number, ids in enumerate(batches):
        for pk in ids:
            where.setdefault(hosts[pk].split("/")[2], set()).add(number)
    assert all(len(numbers) == 1 for numbers in where.values())
    assert sum(map(len, batches)) == 60


def test_a_batch_twice_asks_once() -> None:
    resource = make_resource()
    checker = Scripted()
    for _ in range(2):
        run(resource, checker=checker)
    assert checker.asked == [resource.url]
    run(resource, checker=checker, only_due=False)
    assert len(checker.asked) == 2


def test_a_batch_begins_nothing_after_its_time_and_the_rest_stays_due() -> None:
    resources = [make_resource() for _ in range(4)]
    ticks = iter([0.0, 10.0, 40.0, linkruns.BATCH_SECONDS])
    done = run(*resources, clock=lambda: next(ticks))
    assert done.n_checked == 2
    assert len(linkruns.due_batches(now=NOW + WEEK)[0]) == 2


def test_a_batch_ends_before_the_worker_is_stopped() -> None:
    longest = linkruns.BATCH_SECONDS + Limits().total
    assert longest < settings.CELERY_TASK_SOFT_TIME_LIMIT
    assert Limits().total < linkruns.HOST_SECONDS


def test_a_crash_in_the_middle_loses_nothing() -> None:
    resources = [make_resource() for _ in range(3)]

    class Crashing(Scripted):
        def check(self, url: str) -> Finding:
            if url == resources[1].url:
                raise MemoryError
            return super().check(url)

    with pytest.raises(MemoryError):
        run(*resources, checker=Crashing())
    assert len(linkruns.due_batches(now=NOW + WEEK)[0]) == 3


# --- one request at a time ------------------------------------------------------------


def test_a_host_that_is_being_asked_is_left_for_later() -> None:
    resource = make_resource()
    with linkruns.one_at_a_time("example.com"):
        with pytest.raises(Busy), linkruns.one_at_a_time("example.com"):
            raise AssertionError("two at once")
        with linkruns.one_at_a_time("example.org"):
            done = run(resource, checker=linkruns.make_checker())
    assert done.n_checked == 0
    assert resource.checked_at == NOW - timedelta(days=1)
    with linkruns.one_at_a_time("example.com"):
        pass  # it was let go
    assert cache.get("support:link-check:example.com") is None


@pytest.fixture
def site() -> Iterator[LinkSite]:
    with link_site() as running:
        yield running


def test_a_real_run_over_a_real_server(site: LinkSite) -> None:
    site.pages = {
        "/fine": lambda visit: visit.answer(200, b"x"),
        "/old": lambda visit: visit.answer(301, Location="/fine"),
        "/shut": lambda visit: visit.answer(403),
    }
    rows = {
        path: make_resource(url=site.url(f"/{path}", host="site.example.com"))
        for path in ("fine", "old", "shut", "gone", "inside")
    }
    rows["inside"].url = "http://inside.example.com/"
    rows["inside"].save()
    known = {"site.example.com": "127.0.0.1", "inside.example.com": "10.0.0.1"}
    checker = LinkChecker(
        user_agent="x",
        gate=linkruns.one_at_a_time,
        resolve=lambda host, port: [known[host]],
        allowed=lambda address: address.is_loopback,
        ports=range(1, 65_536),
    )
    for week in (1, 2):
        run(*rows.values(), checker=checker, now=NOW + week * LATER)
    assert {path: row.link for path, row in rows.items()} == {
        "fine": "ok",
        "old": "moved",
        "shut": "unsure",
        "gone": "broken",
        "inside": "broken",
    }
    assert rows["old"].moved_to == site.url("/fine", host="site.example.com")
    assert site.most_at_once == 1


# --- the tasks ------------------------------------------------------------------------


def test_the_sweep_queues_what_is_due_and_the_task_checks_it() -> None:
    resource = make_resource(checked_at=None)
    checker = cast(LinkChecker, Scripted())
    make: Callable[[], LinkChecker] = lambda: checker  # noqa: E731
    with patch.object(linkruns, "make_checker", make):
        assert tasks.check_links() == 1
        assert tasks.check_links() == 0
    resource.refresh_from_db()
    assert resource.link == "ok"


def test_beat_looks_for_due_links() -> None:
    entry = settings.CELERY_BEAT_SCHEDULE["check-links"]
    assert entry["task"] == tasks.check_links.name


def test_the_checker_of_production_is_guarded_and_says_who_it_is() -> None:
    checker = linkruns.make_checker()
    assert checker.headers["User-Agent"] == (
        f"TestPrep link check (+{settings.SITE_URL})"
    )
    assert checker.allowed is LinkChecker(user_agent="x").allowed
    assert checker.gate is not nullcontext
