"""Holding a ledger against the facts. A wrong row stays, and another one balances it.

A row is right if its attempt got the question right at that moment. That need not be
the first time: an exam whose time ran out is finished as of its deadline, maybe long
after, and what was paid meanwhile stays paid.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from achievements.models.ledger import LedgerEntry
from achievements.recompute import Expected, Paid
from achievements.services.verify.difference import Difference, Kind, Mend
from achievements.services.verify.stored import Entry

RIGHT = LedgerEntry.Reason.RIGHT_ANSWER
CORRECTION = LedgerEntry.Reason.CORRECTION


class Balance(NamedTuple):
    """A correction as it is looked for: two that are alike are the same."""

    attempt: int | None
    at: datetime
    amount: int


def words(entry: Entry | Paid, amount: int) -> str:
    return f"{amount:+} for attempt {entry.attempt} at {entry.at.isoformat(' ')}"


class Ledger:
    """One learner's ledger of one kind, as it is and as it has to become."""

    def __init__(
        self,
        kind: Kind,
        model: type[LedgerEntry],
        amount: int,
        *,
        expected: Expected,
        entries: list[Entry],
    ) -> None:
        self.kind, self.model, self.amount = kind, model, amount
        self.expected = expected
        rows = [one for one in entries if one.reason == RIGHT]
        self.rows = {one.question: one for one in rows if one.question is not None}
        self.balances = Counter(
            Balance(one.attempt, one.at, one.amount)
            for one in entries
            if one.reason != RIGHT
        )
        # When and how much, with what is added here.
        self.entries = [(one.at, one.amount) for one in entries]

    def differences(self) -> Iterator[Difference]:
        due = {paid.question: paid for paid in self.expected.paid}
        for question, paid in due.items():
            if question not in self.rows:
                yield self._missing(paid)
        for question, row in self.rows.items():
            yield from self._of_row(row, due.get(question))

    def _missing(self, paid: Paid) -> Difference:
        values = {
            "reason": RIGHT,
            "question_id": paid.question,
            "attempt_id": paid.attempt,
            "amount": self.amount,
            "at": paid.at,
            "note": "",
        }
        return self._difference(
            paid.question, "nothing", words(paid, self.amount), [values]
        )

    def _of_row(self, row: Entry, paid: Paid | None) -> Iterator[Difference]:
        """Compare a row with what was due for its question, if anything was."""
        wanted: list[Balance] = []
        place = Paid(row.at, row.attempt or 0, row.question or 0)
        if paid is None:
            facts = "the question was never right"
            wanted = [Balance(row.attempt, row.at, -row.amount)]
        elif place not in self.expected.right:
            facts = words(paid, self.amount)
            wanted = [
                Balance(row.attempt, row.at, -row.amount),
                Balance(paid.attempt, paid.at, self.amount),
            ]
        elif row.amount != self.amount:
            facts = words(row, self.amount)
            wanted = [Balance(row.attempt, row.at, self.amount - row.amount)]
        missing = [one for one in wanted if not self._is_there(one)]
        if missing:
            yield self._difference(
                row.question,
                f"{words(row, row.amount)}, entry {row.pk}",
                facts,
                [self._balancing(one, row) for one in missing],
            )

    def _is_there(self, balance: Balance) -> bool:
        """Use up one correction like this, if there is one."""
        if not self.balances[balance]:
            return False
        self.balances[balance] -= 1
        return True

    def _balancing(self, balance: Balance, row: Entry) -> dict[str, object]:
        return {
            "reason": CORRECTION,
            "question_id": None,
            "attempt_id": balance.attempt,
            "amount": balance.amount,
            "at": balance.at,
            "note": f"Balances entry {row.pk}: {row.amount:+} for question "
            f"{row.question} is not what the answers say.",
        }

    def _difference(
        self,
        question: int | None,
        stored: str,
        facts: str,
        rows: list[dict[str, object]],
    ) -> Difference:
        learner = self.expected.learner
        mends = [Mend(self.model, {}, {"learner_id": learner, **row}) for row in rows]
        self.entries += [(row["at"], row["amount"]) for row in rows]  # type: ignore[misc]
        answers = [one for one in self.expected.events if one.question == question]
        because = ", ".join(
            f"attempt {one.attempt} {'right' if one.is_right else 'wrong'} at "
            f"{one.at.isoformat(' ')}"
            for one in answers[:5]
        )
        return Difference(
            learner,
            self.kind,
            f"question {question}",
            stored,
            facts,
            because or "no answer to it counts",
            tuple(mends),
        )

    @property
    def corrections(self) -> list[tuple[datetime, int]]:
        """What balances no row, as staff added it: known when all rows are compared."""
        return [(one.at, one.amount) for one in self.balances.elements()]

    @property
    def total(self) -> int:
        return sum(amount for _, amount in self.entries)
