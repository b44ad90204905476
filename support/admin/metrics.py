"""The desk in numbers: how fast, how many, how well."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone

from support import metrics
from support.metrics import Figures
from support.times import spelled

# The charts' own units; CSS gives them their width.
HEIGHT, STEP, BAR, FOOT = 120, 30, 18, 22


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of a chart: where it stands, and what it says in words."""

    x: int
    y: float
    height: float
    label: str
    words: str


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart of weeks. ``words`` says what it shows to who does not see it."""

    title: str
    words: str
    bars: list[Bar]
    most: str

    width = metrics.WEEKS * STEP
    height = HEIGHT + FOOT
    floor = HEIGHT
    bar = BAR


def chart_of(
    title: str, weeks: list[tuple[datetime, Figures]], values: list[Any], say: Any
) -> Chart:
    """Return the values of the weeks as bars, the highest one as high as the chart."""
    most = max((one for one in values if one is not None), default=None)
    bars = []
    for place, ((week, _), value) in enumerate(zip(weeks, values, strict=True)):
        height = HEIGHT * (value / most) if value and most else 0
        said = "nothing" if value is None else say(value)
        bars.append(
            Bar(
                x=place * STEP + (STEP - BAR) // 2,
                y=round(HEIGHT - height, 1),
                height=round(height, 1),
                label=f"{week.day}.{week.month}.",
                words=f"Week of {week:%d %B}: {said}",
            )
        )
    latest = bars[-1].words
    highest = say(most) if most is not None else "nothing yet"
    words = f"{title}, by week. Highest: {highest}. {latest}."
    return Chart(title, words, bars, highest)


def charts_of(weeks: list[tuple[datetime, Figures]]) -> list[Chart]:
    figures = [one for _, one in weeks]
    return [
        chart_of("Threads", weeks, [one.n_threads for one in figures], str),
        chart_of(
            "First response, median",
            weeks,
            [one.first_response.median for one in figures],
            spelled,
        ),
        chart_of(
            "Resolution, median",
            weeks,
            [one.resolution.median for one in figures],
            spelled,
        ),
        chart_of(
            "It helped",
            weeks,
            [one.satisfaction.percent for one in figures],
            "{} %".format,
        ),
    ]


class MetricsPage:
    """The page of the metrics; mixed into the admin of threads."""

    admin_site: Any
    opts: Any

    def metrics(self, request: HttpRequest) -> HttpResponse:
        now = timezone.now()
        weeks = metrics.by_week(now=now)
        context = {
            **self.admin_site.each_context(request),
            "title": "Desk in numbers",
            "opts": self.opts,
            "weeks": list(reversed(weeks)),
            "charts": charts_of(weeks),
            "agents": metrics.by_agent(now=now),
            "days": metrics.DAYS_OF_AGENTS,
        }
        return TemplateResponse(request, "support/admin/metrics.html", context)
