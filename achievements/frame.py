"""What the frame of a page shows of who is signed in; read only when asked for."""

from functools import cached_property
from typing import cast

from django.http import HttpRequest
from django.utils import timezone

from accounts.models import User
from accounts.time_zones import zone_of
from achievements.models import Grant, Statistics
from achievements.presentation import Frame
from achievements.services.telling import tell


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
        zone = zone_of(cast(User, self._request.user).time_zone)
        return Frame.of(self.statistics, today=timezone.localdate(timezone=zone))

    @cached_property
    def toasts(self) -> list[Grant]:
        """What the learner was granted and has not been told; from now on they are."""
        if not self.statistics.n_untold or not _is_looked_at(self._request):
            return []
        told = tell(learner_id=self.statistics.pk, now=timezone.now())
        # So that the answer is kept nowhere: shown again, it would tell it again.
        self._request.has_told = bool(told)  # type: ignore[attr-defined]
        return told


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
