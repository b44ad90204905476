"""Rules about when learners work: streaks, late hours and early ones."""

from datetime import timedelta

import pytest

from tests.achievements.histories import (
    hour,
    made_by,
    make_facts,
    make_sitting,
    progress,
)
from tests.achievements.travels import journey, moment

NIGHT = {"from": 0, "until": 4}
MORNING = {"from": 5, "until": 7}
LATE = {"from": 22, "until": 4}
UNTIL_MIDNIGHT = {"from": 20, "until": 24}


@pytest.mark.parametrize("threshold", [3, 7, 30, 100])
def test_a_streak_is_there_on_the_first_thing_of_its_last_day(threshold: int) -> None:
    days = [hour(24 * number) for number in range(threshold)]
    later = [day + timedelta(hours=3) for day in days]
    almost = progress(
        make_facts(moments=[*days[:-1], *later[:-1]]), "streak", threshold
    )
    assert (almost.n, almost.moment) == (threshold - 1, None)
    exactly = progress(make_facts(moments=[*days, *later]), "streak", threshold)
    assert made_by(exactly) == -1
    assert exactly.moment is not None
    assert exactly.moment.at == days[-1]
    last = days[-1].date().isoformat()
    assert exactly.moment.values == {"days": threshold, "day": last}


def test_the_longest_streak_counts_although_it_ended() -> None:
    days = [hour(24 * number) for number in (0, 1, 2, 3, 30, 31)]
    found = progress(make_facts(moments=days), "streak", 3)
    assert (found.n, found.is_reached) == (4, True)
    assert progress(make_facts(moments=days), "streak", 5).n == 4


def test_two_short_streaks_are_no_long_one() -> None:
    days = [hour(24 * number) for number in (0, 1, 2, 30, 31, 32)]
    assert made_by(progress(make_facts(moments=days), "streak", 4)) is None


def test_a_day_is_one_of_the_learners_own_clock() -> None:
    stops = [("Pacific/Auckland", ["2026-03-02 23:30", "2026-03-03 00:30"])]
    moments, clock = journey(*stops)
    own = make_facts(moments=moments, clock=clock)
    assert progress(own, "streak", 2).is_reached
    assert not progress(make_facts(moments=moments), "streak", 2).is_reached


HOURS = [
    (NIGHT, "00:00", True),
    (NIGHT, "03:59", True),
    (NIGHT, "04:00", False),
    (NIGHT, "23:59", False),
    (NIGHT, "12:00", False),
    (MORNING, "04:59", False),
    (MORNING, "05:00", True),
    (MORNING, "06:59", True),
    (MORNING, "07:00", False),
    (LATE, "21:59", False),
    (LATE, "22:00", True),
    (LATE, "00:00", True),
    (LATE, "03:59", True),
    (LATE, "04:00", False),
    (UNTIL_MIDNIGHT, "19:59", False),
    (UNTIL_MIDNIGHT, "23:59", True),
    (UNTIL_MIDNIGHT, "00:00", False),
]


@pytest.mark.parametrize("zone", ["UTC", "Asia/Kathmandu", "America/St_Johns"])
@pytest.mark.parametrize(("parameters", "time", "is_reached"), HOURS)
def test_hours_are_those_of_the_clock_on_the_learners_wall(
    zone: str, parameters: dict[str, int], time: str, is_reached: bool
) -> None:
    sitting = make_sitting(at=moment(zone, f"2026-03-03 {time}"), zone=zone)
    found = progress(make_facts(sitting), "hours", 1, **parameters)
    assert found.is_reached == is_reached
    if found.moment:
        assert found.moment.values == {"attempts": 1, "time": time}


def test_a_test_without_an_answer_is_no_night_shift() -> None:
    empty = make_sitting(at=moment("UTC", "2026-03-03 01:00"), n_answered=0, n_right=0)
    assert made_by(progress(make_facts(empty), "hours", 1, **NIGHT)) is None


def test_nights_are_counted() -> None:
    times = ["2026-03-03 01:00", "2026-03-03 12:00", "2026-03-04 02:30"]
    sittings = [make_sitting(at=moment("UTC", time)) for time in times]
    found = progress(make_facts(*sittings), "hours", 2, **NIGHT)
    assert made_by(found) == 3
    assert found.moment is not None
    assert found.moment.values == {"attempts": 2, "time": "02:30"}
    assert made_by(progress(make_facts(*sittings), "hours", 3, **NIGHT)) is None
