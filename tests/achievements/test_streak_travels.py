"""Streaks of learners who travel: no flight ends one, none makes one."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from achievements.streaks import (
    Active,
    Clock,
    Streak,
    active_days,
    extended,
    local_day,
    missed_days,
    reached,
    streak_of,
)
from tests.achievements.travels import Stop, days, journey

AUCKLAND = "Pacific/Auckland"
LOS_ANGELES = "America/Los_Angeles"
KIRITIMATI, NIUE = "Pacific/Kiritimati", "Pacific/Niue"
NEW_YORK, TOKYO, LONDON = "America/New_York", "Asia/Tokyo", "Europe/London"

# In March 2026 Auckland is 20 or 21 hours ahead of Los Angeles. The 2nd is a Monday.
JOURNEYS: list[tuple[str, list[Stop], int, bool]] = [
    ("west over the date line: Monday comes twice",
     [(AUCKLAND, ["2026-03-02 20:00"]), (LOS_ANGELES, ["2026-03-02 20:00"])], 1, False),
    ("west, and on",
     [(AUCKLAND, ["2026-03-01", "2026-03-02"]),
      (LOS_ANGELES, ["2026-03-02", "2026-03-03"])], 3, False),
    ("west, with Tuesday begun before Monday was over",
     [(AUCKLAND, ["2026-03-02", "2026-03-03 08:00"]),
      (LOS_ANGELES, ["2026-03-02 20:00", "2026-03-03", "2026-03-04"])], 3, False),
    ("west, with Tuesday only before Monday was over",
     [(AUCKLAND, ["2026-03-02", "2026-03-03 08:00"]),
      (LOS_ANGELES, ["2026-03-02 20:00", "2026-03-04"])], 3, False),
    ("east over the date line: a date that never was",
     [(LOS_ANGELES, ["2026-03-02 22:00"]), (AUCKLAND, ["2026-03-04 09:00"])], 2, False),
    ("east, active in the morning and two evenings later",
     [(LOS_ANGELES, ["2026-03-02 08:00"]), (AUCKLAND, ["2026-03-04 22:00"])], 2, False),
    ("east, active just after midnight and two mornings later",
     [(LOS_ANGELES, ["2026-03-02 00:30"]), (AUCKLAND, ["2026-03-04 09:00"])], 2, False),
    ("east, active after midnight, before the flight, and two evenings later",
     [(LOS_ANGELES, ["2026-03-02 00:30", "2026-03-02 22:00"]),
      (AUCKLAND, ["2026-03-04 22:00"])], 2, False),
    ("there and back",
     [(AUCKLAND, ["2026-03-01", "2026-03-02"]),
      (LOS_ANGELES, ["2026-03-02", "2026-03-03", "2026-03-04 21:00"]),
      (AUCKLAND, ["2026-03-06 09:00", "2026-03-07"])], 6, False),
    ("east, and a day missed besides",
     [(LOS_ANGELES, ["2026-03-02 20:00"]), (AUCKLAND, ["2026-03-05 20:00"])], 2, True),
    ("east, and two days missed besides",
     [(LOS_ANGELES, ["2026-03-02 20:00"]), (AUCKLAND, ["2026-03-06 20:00"])], 1, False),
    ("east over a weekend, Saturday or Sunday missed",
     [(LOS_ANGELES, ["2026-03-06 20:00"]), (AUCKLAND, ["2026-03-09 20:00"])], 2, True),
    ("the whole width of the date line, eastward",
     [(NIUE, ["2026-03-02 22:00"]), (KIRITIMATI, ["2026-03-04 23:30"])], 2, False),
    ("the whole width of the date line, to and fro within an hour",
     [(NIUE, ["2026-03-02 12:00"]), (KIRITIMATI, ["2026-03-03 13:15"]),
      (NIUE, ["2026-03-02 12:30"]), (KIRITIMATI, ["2026-03-03 13:45"])], 2, False),
    ("to and fro every day earns no day twice",
     [(NIUE, ["2026-03-02 12:00"]), (KIRITIMATI, ["2026-03-03 13:15"]),
      (NIUE, ["2026-03-03 12:00"]), (KIRITIMATI, ["2026-03-04 13:15"]),
      (NIUE, ["2026-03-04 12:00"]), (KIRITIMATI, ["2026-03-05 13:15"])], 4, False),
    ("eastward overnight: the day began in the air",
     [(LOS_ANGELES, ["2026-03-02 23:00"]), (NEW_YORK, ["2026-03-03 23:00"])], 2, False),
    ("eastward, and nothing on the day of arrival",
     [(LOS_ANGELES, ["2026-03-02 20:00"]), (NEW_YORK, ["2026-03-04 10:00"])], 2, True),
    ("westward on one long day",
     [(TOKYO, ["2026-03-02 10:00"]), (LONDON, ["2026-03-02 23:00", "2026-03-03"])],
     2, False),
    ("flying while the clocks change in both places",
     [(NEW_YORK, ["2026-03-07 23:30"]), (LOS_ANGELES, ["2026-03-08 23:30",
      "2026-03-09 00:30"])], 3, False),
]  # fmt: skip


@pytest.mark.parametrize(("name", "stops", "length", "takes_freeze"), JOURNEYS)
def test_a_flight_neither_ends_a_streak_nor_makes_one(
    name: str, stops: list[Stop], length: int, takes_freeze: bool
) -> None:
    streak = streak_of(days(*stops))
    assert streak.length == length
    assert (streak.freeze_week is not None) == takes_freeze


def test_the_weeks_of_a_skipped_date_give_a_freeze_only_for_what_was_missed() -> None:
    # Saturday, then in Auckland Tuesday: Sunday was missed, or Monday, but not both.
    stops = [
        (LOS_ANGELES, ["2026-03-07 20:00"]),
        (AUCKLAND, ["2026-03-10 20:00"]),
    ]
    streak = streak_of(days(*stops))
    assert streak.length == 2
    assert streak.freeze_week == datetime(2026, 3, 2, tzinfo=UTC).date()


def test_what_is_later_on_a_day_cannot_mend_what_was_missed_before_it() -> None:
    # Los Angeles: Sunday, and Tuesday half an hour after midnight, with no freeze left.
    before = [(LOS_ANGELES, ["2026-03-06", "2026-03-08 23:00", "2026-03-11 00:30"])]
    broken = streak_of(days(*before))
    flown = streak_of(days(*before, (AUCKLAND, ["2026-03-11 20:50"])))
    assert broken.length == flown.length == 1
    assert flown.last is not None
    assert (flown.last.first_zone, flown.last.zone) == (LOS_ANGELES, AUCKLAND)


def test_a_streak_was_so_long_when_its_last_day_was_filled() -> None:
    # Tuesday was there before Monday: it takes Monday to make it three.
    stops = [
        (AUCKLAND, ["2026-03-01", "2026-03-03 08:00"]),
        (LOS_ANGELES, ["2026-03-02 20:00"]),
    ]
    moments, _ = journey(*stops)
    three = [one for one in reached(days(*stops)) if one.length == 3]
    assert [one.first_at for one in three] == [moments[-1]]


def test_a_streak_is_not_lost_in_the_air() -> None:
    # The freeze of the week is gone.
    held = streak_of(
        days((LOS_ANGELES, ["2026-03-02", "2026-03-04", "2026-03-05 22:00"]))
    )
    landed = days((AUCKLAND, ["2026-03-07 09:00"]))[0].first_at
    assert held.freeze_week is not None
    assert held.length_at(landed, AUCKLAND) == held.length == 3
    assert held.length_at(landed + timedelta(days=1), AUCKLAND) == 0


def test_a_clock_shows_its_first_zone_for_all_the_time_before() -> None:
    since = datetime(2026, 3, 2, 12, tzinfo=UTC)
    clock = Clock([(since + timedelta(days=1), TOKYO), (since, LONDON)])
    at = [clock.zone_at(since + timedelta(hours=n)) for n in (-999, 0, 23, 24, 999)]
    assert at == [LONDON, LONDON, LONDON, TOKYO, TOKYO]
    assert Clock().zone_at(since) == "UTC"
    assert clock.local(since + timedelta(days=1)).hour == 21


def test_of_two_zones_at_one_moment_the_later_one_stands() -> None:
    since = datetime(2026, 3, 2, 12, tzinfo=UTC)
    assert Clock([(since, LONDON), (since, TOKYO)]).zone_at(since) == TOKYO


# --- properties -----------------------------------------------------------------------

zones = st.sampled_from(
    [AUCKLAND, LOS_ANGELES, KIRITIMATI, NIUE, NEW_YORK, "Australia/Lord_Howe", "UTC"]
)
START = datetime(2026, 3, 1, tzinfo=UTC)
hours = st.integers(0, 24 * 50)
lives = st.lists(hours, min_size=1, max_size=30)
clocks = st.lists(st.tuples(hours, zones), min_size=1, max_size=8).map(
    lambda changes: Clock((START + timedelta(hours=n), zone) for n, zone in changes)
)


def at(times: list[int]) -> list[datetime]:
    return sorted(START + timedelta(hours=one) for one in times)


@given(lives, clocks)
def test_no_streak_has_more_days_than_there_were_dates(
    times: list[int], clock: Clock
) -> None:
    moments = at(times)
    streak = streak_of(active_days(moments, clock))
    assert 1 <= streak.length <= streak.longest
    assert streak.longest <= len({clock.day(one) for one in moments})
    # The date line is 26 hours wide, so there are never two more dates than days.
    assert streak.longest <= (moments[-1] - moments[0]) / timedelta(days=1) + 3


@given(lives, clocks, hours, zones)
def test_a_streak_is_worth_something_as_long_as_it_can_go_on(
    times: list[int], clock: Clock, later: int, zone: str
) -> None:
    moments = at(times)
    streak = streak_of(active_days(moments, clock))
    assert streak.last is not None
    now = moments[-1] + timedelta(hours=later)
    today = local_day(now, zone)
    worth = streak.length_at(now, zone)
    if today <= streak.last.day:
        assert worth == streak.length
        return
    further = extended(streak, Active(today, now, now, zone, zone))
    assert further.length == worth + 1


@given(lives, clocks)
def test_nothing_is_missed_within_a_day(times: list[int], clock: Clock) -> None:
    """Whatever the clocks do: 23 hours hold no whole day of any calendar."""
    for active in active_days(at(times), clock):
        for zone in (AUCKLAND, LOS_ANGELES, KIRITIMATI, NIUE):
            soon = active.last_at + timedelta(hours=22, minutes=59)
            assert missed_days(active, soon, zone) == 0


@given(lives, clocks, st.integers(1, 29))
def test_a_streak_carried_on_is_the_one_that_is_walked(
    times: list[int], clock: Clock, part: int
) -> None:
    all_days = active_days(at(times), clock)
    carried = streak_of(all_days[:part])
    for active in all_days[part:]:
        carried = extended(carried, active)
    assert carried == streak_of(all_days)


@given(lives, clocks)
def test_what_was_reached_is_what_was_known_by_then(
    times: list[int], clock: Clock
) -> None:
    moments = at(times)
    by_then = {
        now: streak_of(active_days([one for one in moments if one <= now], clock))
        for now in moments
    }
    for day in reached(active_days(moments, clock)):
        assert day.length == by_then[day.first_at].length


@given(lives, clocks)
def test_whatever_a_streak_came_to_was_reached_on_some_day(
    times: list[int], clock: Clock
) -> None:
    all_days = active_days(at(times), clock)
    lengths = [day.length for day in reached(all_days)]
    assert max(lengths) >= streak_of(all_days).longest


def test_an_empty_life_has_no_streak() -> None:
    assert streak_of(active_days([], Clock())) == Streak()
