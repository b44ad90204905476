"""What the frame of a page shows of who is signed in; read only when asked for."""

from functools import cached_property
from typing import cast

from django.http import HttpRequest
from django.utils import timezone

from accounts.models import User
from accounts.time_zones import zone_of
from achievements.models import ActiveDay, Grant, Statistics
from achievements.presentation import Frame
from achievements.services.telling import tell
from achievements.streaks import Active, Streak, may_be_held


class Rewards:
    """One per request. Templates ask it only where somebody is signed in."""

    def __init__(self, request: HttpRequest) -> None:
        self._request = request

    @cached_property
    def statistics(self) -> Statistics:
        """The learner's row; a view that has read it already puts it here."""
        learner = cast(User, self._request.user)
        own = Statistics.objects.filter(pk=learner.pk).first()
        return own or Statistics(learner=learner)

    @cached_property
    def frame(self) -> Frame:
        return frame_of(self.statistics, cast(User, self._request.user))

    @cached_property
    def toasts(self) -> list[Grant]:
        """What the learner was granted and has not been told; from now on they are."""
        if not self.statistics.n_untold or not _is_looked_at(self._request):
            return []
        told = tell(learner_id=self.statistics.pk, now=timezone.now())
        # So that the answer is kept nowhere: shown again, it would tell it again.
        self._request.has_told = bool(told)  # type: ignore[attr-defined]
        return told


def frame_of(statistics: Statistics, learner: User) -> Frame:
    """Return a learner's frame as of now.

    By the dates, which cost no query. Only where they say that a streak has just ended
    does it matter which way the learner travelled meanwhile.
    """
    now = timezone.now()
    today = timezone.localdate(now, zone_of(learner.time_zone))
    frame = Frame.of(statistics, today=today)
    last_day = statistics.streak_day
    if frame.streak or last_day is None or not may_be_held(last_day, today):
        return frame
    row = ActiveDay.objects.filter(learner=learner.pk, day=last_day).first()
    if row is None:
        return frame
    last = Active(row.day, row.first_at, row.last_at, row.zone, row.zone)
    streak = Streak(
        statistics.streak, statistics.longest_streak, last, statistics.freeze_week
    )
    length = streak.length_at(now, learner.time_zone)
    return Frame.of(statistics, today=today, streak=length)


def rewards_of(request: HttpRequest) -> Rewards:
    found: Rewards | None = getattr(request, "_rewards", None)
    if found is None:
        found = Rewards(request)
        request._rewards = found  # type: ignore[attr-defined]
    return found


def _is_looked_at(request: HttpRequest) -> bool:
    """Whether somebody sees the answer. A page that a browser loads ahead may not."""
    is_ahead = "prefetch" in request.headers.get("Sec-Purpose", "")
    return request.method != "HEAD" and not is_ahead
