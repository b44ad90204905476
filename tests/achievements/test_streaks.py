"""Streaks in one place: midnight, changing clocks, freezes, the calendar."""

from collections.abc import Collection
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from achievements.streaks import (
    Active,
    Clock,
    Streak,
    active_days,
    current_length,
    extended,
    local_day,
    reached,
    streak_of,
    week_of,
)
from tests.achievements.travels import days, moment

BERLIN = "Europe/Berlin"
MONDAY = date(2026, 3, 2)


def on(*numbers: int, start: date = MONDAY) -> list[str]:
    """Return dates by their number, 0 for the Monday."""
    return [(start + timedelta(days=number)).isoformat() for number in numbers]


# Which days of four weeks were active, 0 the first Monday, and the streak after each.
WEEKS = [
    ("one day", [0], [1]),
    ("every day of two weeks", range(14), range(1, 15)),
    ("one missed day is forgiven", [0, 2], [1, 2]),
    ("a forgiven day is no active one", [0, 1, 3, 4], [1, 2, 3, 4]),
    ("two missed in a row", [0, 3], [1, 1]),
    ("two missed in a week, apart", [0, 2, 4], [1, 2, 1]),
    ("one missed in each week", [0, 2, 3, 4, 5, 6, 7, 9], [1, 2, 3, 4, 5, 6, 7, 8]),
    ("Sunday of one week and Monday of the next", [5, 8], [1, 2]),
    ("Saturday and Sunday", [4, 7], [1, 1]),
    ("Monday and Tuesday", [6, 9], [1, 1]),
    ("Saturday, Sunday and Monday", [4, 8], [1, 1]),
    ("Sunday, Monday and Tuesday", [5, 9], [1, 1]),
    ("Sunday and Monday, when a day was missed before", [3, 5, 8], [1, 2, 1]),
    ("Sunday and Monday, then one day more", [5, 8, 10], [1, 2, 1]),
    ("Sunday and Monday, then one of the week after", [5, 8, *range(9, 14), 15],
     [1, 2, 3, 4, 5, 6, 7, 8]),
    ("a gap that stays open takes no freeze", [0, 3, 5], [1, 1, 2]),
    ("nor half a gap, on a Sunday", [5, 9, 10, 12], [1, 1, 2, 3]),
    ("a freeze that an ended streak took is gone", [0, 2, 5, 7], [1, 2, 1, 1]),
    ("a whole week away", [0, 1, 8], [1, 2, 1]),
    ("years away", [0, 1, 2000], [1, 2, 1]),
]  # fmt: skip


@pytest.mark.parametrize(("name", "active", "lengths"), WEEKS)
def test_a_streak_takes_one_freeze_a_week(
    name: str, active: Collection[int], lengths: Collection[int]
) -> None:
    walked = reached(days((BERLIN, on(*active))))
    assert [one.length for one in walked] == list(lengths)
    assert [one.day.isoformat() for one in walked] == on(*active)


# (zone, local times, streak, Monday of the last freeze)
CLOCKS = [
    ("the same day twice", BERLIN, ["2026-03-02 08:00", "2026-03-02 22:00"], 1, None),
    ("a minute before midnight and midnight", BERLIN,
     ["2026-03-02 23:59", "2026-03-03 00:00"], 2, None),
    ("midnight here is no midnight of UTC", BERLIN,
     ["2026-03-03 00:30", "2026-03-03 23:30"], 1, None),
    ("almost 48 hours apart", BERLIN,
     ["2026-03-02 00:00", "2026-03-03 23:59"], 2, None),
    ("clocks go forward: a day of 23 hours", "America/New_York",
     ["2026-03-07 23:59", "2026-03-08 00:00", "2026-03-09 00:00"], 3, None),
    ("a missed day of 23 hours", "America/New_York",
     ["2026-03-07 23:59", "2026-03-09 00:00"], 2, "2026-03-02"),
    ("clocks go back: a day of 25 hours", "America/New_York",
     ["2026-10-31 00:00", "2026-11-01 23:59"], 2, None),
    ("a missed day of 25 hours", "America/New_York",
     ["2026-10-31 23:59", "2026-11-02 00:00"], 2, "2026-10-26"),
    ("half an hour forward at Lord Howe", "Australia/Lord_Howe",
     ["2026-10-03 23:59", "2026-10-04 23:59", "2026-10-05 00:00"], 3, None),
    ("half an hour back at Lord Howe", "Australia/Lord_Howe",
     ["2026-04-04 00:00", "2026-04-05 23:59", "2026-04-06 00:00"], 3, None),
    ("midnight that does not exist", "America/Sao_Paulo",
     ["2018-11-03 23:59", "2018-11-04 01:00", "2018-11-05 00:00"], 3, None),
    ("Samoa had no 30 December 2011", "Pacific/Apia",
     ["2011-12-29 12:00", "2011-12-31 12:00"], 2, None),
    ("Samoa, with one day missed beside it", "Pacific/Apia",
     ["2011-12-28 12:00", "2011-12-31 12:00"], 2, "2011-12-26"),
    ("Samoa, with two days missed beside it", "Pacific/Apia",
     ["2011-12-28 12:00", "2012-01-01 12:00"], 1, None),
    ("the leap day", "UTC", ["2028-02-28", "2028-02-29", "2028-03-01"], 3, None),
    ("the leap day missed", "UTC", ["2028-02-28", "2028-03-01"], 2, "2028-02-28"),
    ("no leap day", "UTC", ["2027-02-28", "2027-03-01"], 2, None),
    ("the end of the year", "UTC", ["2026-12-31", "2027-01-01"], 2, None),
    ("two missed in the week that has the end of the year", "UTC",
     ["2026-12-30", "2027-01-01", "2027-01-03"], 1, "2026-12-28"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "zone", "times", "length", "freeze"), CLOCKS)
def test_a_day_is_one_of_the_learners_own_clock(
    name: str, zone: str, times: list[str], length: int, freeze: str | None
) -> None:
    streak = streak_of(days((zone, times)))
    assert streak.length == length
    assert streak.freeze_week == (date.fromisoformat(freeze) if freeze else None)


def test_the_hour_that_comes_twice_is_one_day() -> None:
    zone, text = "America/New_York", "2026-11-01 01:30"
    both = [moment(zone, text, fold=fold) for fold in (0, 1)]
    assert both[0].timestamp() + 3600 == both[1].timestamp()
    (day,) = active_days(both, Clock([(both[0], zone)]))
    assert day.day == date(2026, 11, 1)


def test_the_longest_streak_outlives_its_end() -> None:
    streak = streak_of(days((BERLIN, on(0, 1, 2, 7, 8))))
    assert (streak.length, streak.longest) == (2, 3)


def test_nobody_has_a_streak_before_the_first_day() -> None:
    assert streak_of([]) == Streak()
    assert Streak().length_at(moment(BERLIN, "2026-03-02"), BERLIN) == 0
    none = {"length": 0, "day": None, "freeze_week": None}
    assert current_length(**none, today=MONDAY) == 0


def test_more_of_the_last_day_makes_no_streak_longer() -> None:
    morning, evening = (
        days((BERLIN, [f"2026-03-02 {time}"]))[0] for time in ("08:00", "20:00")
    )
    streak = extended(extended(Streak(), morning), evening)
    assert streak == streak_of([morning.merged(evening)])
    assert streak.length == 1


@pytest.mark.parametrize("earlier", ["2026-03-01 12:00", "2026-03-02 08:00"])
def test_what_came_earlier_is_refused(earlier: str) -> None:
    streak = streak_of(days((BERLIN, ["2026-03-02 12:00"])))
    with pytest.raises(ValueError, match="in order"):
        extended(streak, days((BERLIN, [earlier]))[0])


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="needs a time zone"):
        local_day(datetime(2026, 3, 2, 12), BERLIN)  # noqa: DTZ001


def test_a_zone_that_this_machine_does_not_know_is_utc() -> None:
    late = datetime(2026, 3, 2, 23, 30, tzinfo=UTC)
    assert local_day(late, "Mars/Olympus") == MONDAY
    assert local_day(late, BERLIN) == date(2026, 3, 3)


# --- what it is worth today -----------------------------------------------------------

# Active until Wednesday 4 March; the day, whether a freeze of this week was used.
TODAY = [
    ("the day itself", "2026-03-04", None, 5),
    ("the day after, nothing done yet", "2026-03-05", None, 5),
    ("one day missed, a freeze is there", "2026-03-06", None, 5),
    ("one day missed, the freeze is gone", "2026-03-06", "2026-03-02", 0),
    ("one day missed, a freeze of last week is gone", "2026-03-06", "2026-02-23", 5),
    ("two days missed", "2026-03-07", None, 0),
    ("a year later", "2027-03-04", None, 0),
    ("west of the date line it is still the day before", "2026-03-03", None, 5),
]


@pytest.mark.parametrize(("name", "today", "freeze", "length"), TODAY)
def test_a_streak_is_held_until_more_is_missed_than_freezes_cover(
    name: str, today: str, freeze: str | None, length: int
) -> None:
    worth = current_length(
        length=5,
        day=date(2026, 3, 4),
        freeze_week=date.fromisoformat(freeze) if freeze else None,
        today=date.fromisoformat(today),
    )
    assert worth == length


# --- properties -----------------------------------------------------------------------

day_sets = st.sets(st.integers(0, 60), min_size=1)
minutes = st.lists(st.integers(0, 60 * 24 * 40), min_size=1, max_size=40)


def by_hand(numbers: Collection[int]) -> tuple[int, int, set[date]]:
    """Return length, longest and the frozen weeks, with a set of weeks for memory."""
    length, longest, used, last = 0, 0, set[date](), None
    for number in sorted(numbers):
        day = MONDAY + timedelta(days=number)
        missed = range(last + 1, number) if last is not None else range(0)
        weeks = [week_of(MONDAY + timedelta(days=one)) for one in missed]
        is_held = len(set(weeks)) == len(weeks) and not used & set(weeks)
        length = length + 1 if is_held and last is not None else 1
        used |= set(weeks) if is_held else set()
        longest, last = max(longest, length), (day - MONDAY).days
    return length, longest, used


@given(day_sets)
def test_a_freeze_is_never_used_twice_in_a_week(numbers: set[int]) -> None:
    streak = streak_of(days((BERLIN, on(*sorted(numbers)))))
    length, longest, used = by_hand(numbers)
    assert (streak.length, streak.longest) == (length, longest)
    assert streak.freeze_week == max(used, default=None)


@given(minutes, st.data())
def test_the_order_in_which_things_come_to_be_known_does_not_matter(
    times: list[int], data: st.DataObject
) -> None:
    start = moment(BERLIN, "2026-03-20")
    clock = Clock([(start, "Pacific/Auckland"), (start + timedelta(days=9), BERLIN)])
    moments = [start + timedelta(minutes=one) for one in times]
    shuffled = data.draw(st.permutations(moments))
    assert active_days(shuffled, clock) == active_days(moments, clock)


@given(minutes)
def test_lengths_go_up_by_one_or_begin_again(times: list[int]) -> None:
    start = moment(BERLIN, "2026-03-20")
    moments = [start + timedelta(minutes=one) for one in times]
    before = 0
    all_days = active_days(moments, Clock([(start, BERLIN)]))
    for number, day in enumerate(reached(all_days), 1):
        streak = streak_of(all_days[:number])
        assert day.length in (1, before + 1)
        assert streak.longest >= streak.length == day.length
        before = day.length


@given(day_sets, st.integers(0, 70))
def test_a_streak_is_worth_something_as_long_as_it_can_go_on(
    numbers: set[int], number: int
) -> None:
    streak = streak_of(days((BERLIN, on(*sorted(numbers)))))
    today = MONDAY + timedelta(days=max(number, *numbers))
    assert streak.last is not None
    active = days((BERLIN, [today.isoformat()]))[0]
    worth = current_length(
        length=streak.length,
        day=streak.last.day,
        freeze_week=streak.freeze_week,
        today=today,
    )
    further = extended(streak, active)
    is_new = today > streak.last.day
    assert worth == streak.length_at(active.first_at, BERLIN)
    assert further.length == (worth + 1 if is_new else worth)
    assert (worth > 0) == (not is_new or further.length > 1)


@given(minutes)
def test_a_streak_that_is_carried_on_is_the_one_that_is_walked(
    times: list[int],
) -> None:
    start = moment(BERLIN, "2026-10-20")
    clock = Clock([(start, BERLIN)])
    moments = sorted(start + timedelta(minutes=one) for one in times)
    carried = Streak()
    for one in moments:
        carried = extended(carried, Active.of(clock.day(one), one, one, clock))
    assert carried == streak_of(active_days(moments, clock))
