"""Hold the banks' files against the content bar; needs no database."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from exams.bank import BANKS
from exams.bank.checks import TestReport, check_banks
from exams.bank.folders import find_folders, read_bank
from exams.bank.problems import BankErrors, Problem

HEADER = (
    "file", "questions", "choose 2+", "domain off", "block off", "key p", "key longest",
)  # fmt: skip


class Command(BaseCommand):
    help = "Check the banks: counts, weights, keys, lengths, similar stems, references."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--only", metavar="SLUG", help="check one certification")
        parser.add_argument(
            "--path", type=Path, default=BANKS, help="where the banks are"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        problems: list[Problem] = []
        banks = []
        try:
            folders = find_folders(options["path"], only=options["only"])
        except BankErrors as errors:
            raise CommandError(str(errors)) from errors
        for folder in folders:
            try:
                banks.append(read_bank(folder))
            except BankErrors as errors:
                problems += errors.problems
        reports = check_banks(banks)
        self._print_table(reports)
        for report in reports:
            problems += report.findings
        for problem in problems:
            self.stderr.write(str(problem))
        if problems:
            count = len(problems)
            raise CommandError(f"{count} {'finding' if count == 1 else 'findings'}.")
        self.stdout.write(f"{len(banks)} banks, {len(reports)} tests: nothing found.")

    def _print_table(self, reports: list[TestReport]) -> None:
        rows = [HEADER, *(_row(report) for report in reports)]
        widths = [max(len(row[n]) for row in rows) for n in range(len(HEADER))]
        for row in rows:
            first, *others = row
            cells = [first.ljust(widths[0])]
            cells += [
                cell.rjust(width)
                for cell, width in zip(others, widths[1:], strict=True)
            ]
            self.stdout.write("  ".join(cells))


def _row(report: TestReport) -> tuple[str, ...]:
    return (
        report.name,
        str(report.questions),
        str(report.multiple),
        f"{report.domain_points:.1f} pt",
        f"{report.block_questions:.2f}",
        f"{report.key_p:.3f}",
        f"{report.longest:.0%}",
    )
