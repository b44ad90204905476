"""Hold everything that learners earned against the facts; mend it if asked to."""

from argparse import ArgumentParser
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TextIO, cast

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from achievements.management.progress import ProgressBar
from achievements.services.verify import (
    BATCH,
    GRACE,
    Keys,
    Report,
    learners_after,
    verify_batch,
)


def whole(least: int) -> Callable[[str], int]:
    """Return what reads a whole number for argparse: so much or more."""

    def number(text: str) -> int:
        if (found := int(text)) < least:
            raise ValueError(text)
        return found

    return number


class Command(BaseCommand):
    help = (
        "Recompute every learner's rewards from the facts and report each difference "
        "with its evidence. Exits 1 when something is wrong that was not repaired: "
        "with --repair, 0 says that a second look at everybody who was repaired found "
        "nothing. Learners in the middle of being counted are pending, which is no "
        "difference."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--repair", action="store_true", help="set right what differs"
        )
        parser.add_argument(
            "--learner", type=int, metavar="ID", help="look at one learner only"
        )
        parser.add_argument(
            "--batch",
            type=whole(1),
            default=BATCH,
            metavar="N",
            help=f"learners that are read together; {BATCH} unless told",
        )
        parser.add_argument(
            "--grace",
            type=whole(0),
            default=int(GRACE.total_seconds()),
            metavar="SECONDS",
            help="how long something may wait to be counted; "
            f"{int(GRACE.total_seconds())} unless told",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        only: int | None = options["learner"]
        everybody = learners_after(0, only=only)
        if only is not None and not everybody.exists():
            raise CommandError(f"There is no learner {only}.")
        totals = Totals()
        # Below Django's wrapper, which would end every write with a new line.
        stream = cast(TextIO, self.stderr._out)
        with ProgressBar(everybody.count(), of="learners", stream=stream) as bar:
            for report in self._reports(options):
                totals.add(report)
                self._show(report, bar)
        self.stdout.write(str(totals))
        if totals.wrong:
            raise CommandError(f"Something is wrong with {people(totals.wrong)}.")

    def _reports(self, options: dict[str, Any]) -> Iterator[Report]:
        keys, last = Keys(), 0
        while True:
            learners = learners_after(last, only=options["learner"])
            report = verify_batch(
                learners[: options["batch"]],
                now=timezone.now(),
                grace=timedelta(seconds=options["grace"]),
                keys=keys,
                repair=options["repair"],
            )
            if not report.n_learners:
                return
            yield report
            last = report.last

    def _show(self, report: Report, bar: ProgressBar) -> None:
        if report.differences:
            bar.clear()
        for difference in report.differences:
            is_mended = difference.learner in report.mended
            self.stdout.write(f"{difference}{' [repaired]' if is_mended else ''}")
        bar.add(report.n_learners)


@dataclass
class Totals:
    """What came out of everybody. ``wrong``: learners with something left to mend."""

    learners: int = 0
    differences: int = 0
    repaired: int = 0
    pending: int = 0
    failed: int = 0
    wrong: int = 0

    def add(self, report: Report) -> None:
        self.learners += report.n_learners
        self.differences += len(report.differences)
        self.repaired += len(report.mended)
        self.pending += len(report.pending)
        self.failed += len(report.failed)
        self.wrong += len(report.wrong)

    def __str__(self) -> str:
        n = self.differences
        words = "no difference" if not n else f"{n:,} difference{'s' if n > 1 else ''}"
        parts = [f"{people(self.learners)} looked at", words]
        if self.repaired:
            parts.append(f"{people(self.repaired)} repaired")
        if self.pending:
            parts.append(f"{people(self.pending)} pending")
        if self.failed:
            parts.append(f"{people(self.failed)} failed: the log says why")
        return ", ".join(parts) + "."


def people(n: int) -> str:
    return "1 learner" if n == 1 else f"{n:,} learners"
