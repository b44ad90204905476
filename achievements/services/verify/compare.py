"""Holding everything that is kept about a learner against what the facts come to."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from itertools import islice
from typing import Any

from django.db import models

from achievements import amounts, criteria
from achievements.criteria import Criterion
from achievements.facts import Moment
from achievements.models import (
    Achievement,
    ActiveDay,
    CoinEntry,
    CountedAttempt,
    Grant,
    Miss,
    Standing,
    Statistics,
    XpEntry,
)
from achievements.recompute import (
    AttemptRecord,
    Counted,
    Expected,
    History,
    recompute,
    standings,
)
from achievements.services.verify.difference import Difference, Kind, Mend
from achievements.services.verify.ledgers import Ledger
from achievements.services.verify.stored import CountedRow, GrantRow, Stored

Values = Mapping[str, Any]
_NAMED = 8  # attempts or questions that a line names as evidence


def listed(name: str, ids: Iterable[int]) -> str:
    """Return "attempts 1, 2, 3 and others"."""
    some = list(islice(ids, _NAMED + 1))
    words = ", ".join(str(one) for one in some[:_NAMED])
    return f"{name} {words}{' and others' if len(some) > _NAMED else ''}"


def shown(value: Any) -> str:
    return value.isoformat(" ") if isinstance(value, datetime) else str(value)


# --- what is not counted yet ----------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Waiting:
    """Facts of an attempt that have not been counted, and since when they could be."""

    record: AttemptRecord
    since: datetime
    n_answers: int

    def difference(self, learner: int) -> Difference:
        record = self.record
        end = record.finished_at or record.abandoned_at
        state = f"closed at {shown(end)}" if end else "running"
        return Difference(
            learner,
            Kind.NOT_COUNTED,
            f"attempt {record.attempt}",
            "less",
            f"{self.n_answers} more answers, {state}",
            f"waiting since {shown(self.since)}",
        )


def waiting(history: History, expected: Expected, stored: Stored) -> list[Waiting]:
    """Return the attempts with facts that are not counted."""
    rows = {row.attempt: row for row in stored.counted}
    found = []
    for record in history.attempts:
        row = rows.get(record.attempt)
        mask = int(row.questions, 16) if row else 0
        since = [one.at for one in record.facts if not mask >> one.number & 1]
        n_answers = len(since)
        end = record.finished_at or record.abandoned_at
        if end and not (row and row.is_final):
            since.append(end)
        if since:
            found.append(Waiting(record, min(since), n_answers))
    return found


# --- everything else ------------------------------------------------------------------


class Comparison:
    """One learner's rows and what they have to be."""

    def __init__(
        self,
        history: History,
        stored: Stored,
        achievements: Sequence[Achievement],
        expected: Expected,
    ) -> None:
        self.history, self.expected, self.stored = history, expected, stored
        self.achievements = achievements
        self.learner = expected.learner
        self.xp = self._ledger(Kind.XP, XpEntry, amounts.XP, stored.xp)
        self.coins = self._ledger(Kind.COINS, CoinEntry, amounts.COINS, stored.coins)
        self.n_untold = sum(
            one.told_at is None and one.revoked_at is None for one in stored.grants
        )

    def _ledger(
        self, kind: Kind, model: Any, amount: int, entries: Sequence[Any]
    ) -> Ledger:
        return Ledger(
            kind, model, amount, expected=self.expected, entries=list(entries)
        )

    def differences(self, *, now: datetime) -> Iterator[Difference]:
        """Yield every difference; the statistics last, which sum up the others."""
        yield from self._counted()
        yield from self.xp.differences()
        yield from self.coins.differences()
        if corrections := self.xp.corrections:
            self.expected = replace(self.expected, corrections=corrections)
        yield from self._misses()
        yield from self._active_days()
        yield from self._standings()
        yield from self._missing_grants(now)
        for grant in self.stored.grants:
            if grant.revoked_at is None:
                yield from self._of_grant(grant, now)
        yield from self._statistics()

    def _rows(
        self,
        kind: Kind,
        model: type[models.Model],
        key: Sequence[str],
        *,
        wanted: Mapping[Any, Values],
        found: Mapping[Any, Values],
        because: Mapping[Any, str],
    ) -> Iterator[Difference]:
        """Compare a table's rows by what names them within the learner's."""
        for name in sorted(wanted.keys() | found.keys()):
            facts, row = wanted.get(name), found.get(name)
            if facts is not None and row is not None:
                facts = {k: v for k, v in facts.items() if row[k] != v}
                if not facts:
                    continue
                row = {column: row[column] for column in facts}
            ids = name if isinstance(name, tuple) else (name,)
            subject = " ".join(str(one) for one in ids)
            place = {"learner_id": self.learner, **dict(zip(key, ids, strict=True))}
            yield Difference(
                self.learner,
                kind,
                subject if kind is not Kind.MISSES else f"question {subject}",
                _words(row),
                _words(facts),
                because.get(name, ""),
                (Mend(model, place, facts),),
            )

    # --- the tables -------------------------------------------------------------------

    def _counted(self) -> Iterator[Difference]:
        """Compare how far attempts are counted; what waits was looked at before."""
        rows = {row.attempt: row for row in self.stored.counted}
        wanted = {
            attempt: _counted_values(one)
            for attempt, one in self.expected.counted.items()
            if attempt in rows or one.questions or one.is_final
        }
        found = {attempt: _counted_row(row) for attempt, row in rows.items()}
        because = {name: f"attempt {name}" for name in wanted}
        yield from self._rows(
            Kind.COUNTED,
            CountedAttempt,
            ("attempt_id",),
            wanted=wanted,
            found=found,
            because=because,
        )

    def _misses(self) -> Iterator[Difference]:
        wrong = [one for one in self.expected.events if not one.is_right]
        attempts: dict[int, list[int]] = {}
        for one in wrong:
            attempts.setdefault(one.question, []).append(one.attempt)
        yield from self._rows(
            Kind.MISSES,
            Miss,
            ("question_id",),
            wanted={name: {"n": n} for name, n in self.expected.misses.items()},
            found={row.question: {"n": row.n} for row in self.stored.misses},
            because={
                name: listed("wrong in attempts", some)
                for name, some in attempts.items()
            },
        )

    def _active_days(self) -> Iterator[Difference]:
        columns = ("first_at", "last_at", "zone")
        yield from self._rows(
            Kind.ACTIVE_DAYS,
            ActiveDay,
            ("day",),
            wanted={
                one.day: {name: getattr(one, name) for name in columns}
                for one in self.expected.days
            },
            found={
                row.day: {name: getattr(row, name) for name in columns}
                for row in self.stored.days
            },
            because={
                one.day: f"from {shown(one.first_at)} to {shown(one.last_at)}"
                for one in self.expected.days
            },
        )

    def _standings(self) -> Iterator[Difference]:
        is_shown = self.stored.is_shown
        columns = ("xp", "reached_at", "is_shown")
        places = standings(self.xp.entries)
        yield from self._rows(
            Kind.STANDINGS,
            Standing,
            ("board", "starts_on"),
            wanted={
                name: {**place._asdict(), "is_shown": is_shown}
                for name, place in places.items()
            },
            found={
                (row.board, row.starts_on): {n: getattr(row, n) for n in columns}
                for row in self.stored.standings
            },
            because=dict.fromkeys(places, "the sum of the XP ledger in the period"),
        )

    def _statistics(self) -> Iterator[Difference]:
        wanted = {
            **self.expected.statistics,
            "xp": max(0, self.xp.total),
            "coins": max(0, self.coins.total),
            "coins_earned": amounts.COINS * len(self.expected.paid),
            "n_untold": self.n_untold,
        }
        found = self.stored.statistics
        if found is None and not any(wanted.values()):
            return
        ids = (one.attempt for one in self.expected.sittings)
        finished = listed("finished attempts", ids)
        yield from self._rows(
            Kind.STATISTICS,
            Statistics,
            (),
            wanted={(): wanted},
            found={(): found} if found is not None else {},
            because={(): finished} if self.expected.sittings else {},
        )

    # --- grants -----------------------------------------------------------------------

    def _missing_grants(self, now: datetime) -> Iterator[Difference]:
        """Look for what was earned; once revoked is not earned again."""
        granted = {grant.achievement for grant in self.stored.grants}
        for achievement in self.achievements:
            if achievement.pk in granted:
                continue
            criterion = achievement.criterion
            moment = criterion.progress(self.expected).moment
            if moment is None:
                continue
            evidence = criterion.as_evidence(moment)
            values = {
                "earned_at": moment.at,
                "attempt_id": moment.attempt,
                "evidence": evidence,
                "granted_at": now,
                "told_at": now,
            }
            place = {"learner_id": self.learner, "achievement_id": achievement.pk}
            yield Difference(
                self.learner,
                Kind.MISSING_GRANT,
                str(achievement),
                "nothing",
                f"earned at {shown(moment.at)}",
                _evidence(criterion, moment.attempt, moment.values),
                (Mend(Grant, place, values),),
            )

    def _of_grant(self, grant: GrantRow, now: datetime) -> Iterator[Difference]:
        """Hold a grant against the rule as it was when it was granted."""
        criterion = Criterion(
            rule=grant.evidence.get("rule", ""),
            threshold=grant.evidence.get("threshold", 0),
            parameters=grant.evidence.get("parameters", {}),
        )
        if criteria.problem(
            criterion.rule,
            threshold=criterion.threshold,
            parameters=criterion.parameters,
        ):
            return  # The rule is gone, and with it what could be said against it.
        progress = criterion.progress(self.expected)
        if self._was_earned(grant, criterion, progress.moment):
            return
        stored = f"granted as of {shown(grant.earned_at)}"
        if progress.moment is None:
            self.n_untold -= grant.told_at is None
            facts = f"{progress.n} of {progress.target}"
            values: Values = {
                "revoked_at": now,
                "revoke_reason": f"Not earned, by what is known now: {facts}.",
            }
            kind, because = Kind.UNEARNED_GRANT, _evidence(criterion, None, {})
        else:
            moment = progress.moment
            facts = f"earned at {shown(moment.at)}"
            values = {
                "earned_at": moment.at,
                "attempt_id": moment.attempt,
                "evidence": criterion.as_evidence(moment),
            }
            kind = Kind.EARLY_GRANT
            because = _evidence(criterion, moment.attempt, moment.values)
        yield Difference(
            self.learner,
            kind,
            grant.achievement__title,
            stored,
            facts,
            because,
            (Mend(Grant, {"pk": grant.pk}, values),),
        )

    def _was_earned(
        self, grant: GrantRow, criterion: Criterion, moment: Moment | None
    ) -> bool:
        """Whether the rule had come true when the grant says so, or before.

        By what was known: an exam that the clock ended may have been found long after,
        and a day that comes to a streak late can take a freeze from a later one.
        """
        if moment is None or grant.earned_at < moment.at:
            moment = criterion.progress(self._known_in_time).moment
        return moment is not None and moment.at <= grant.earned_at

    @cached_property
    def _known_in_time(self) -> Expected:
        earlier = recompute(self.history.without_late())
        return replace(earlier, corrections=self.expected.corrections)


def _words(values: Values | None) -> str:
    if values is None:
        return "nothing"
    return ", ".join(f"{name} {shown(value)}" for name, value in values.items())


def _evidence(criterion: Criterion, attempt: int | None, values: Values) -> str:
    words = f"rule {criterion.rule} at {criterion.threshold}"
    if criterion.parameters:
        words += f" with {dict(criterion.parameters)}"
    if attempt is not None:
        words += f", attempt {attempt}"
    return f"{words}, {_words(values)}" if values else words


def _counted_values(one: Counted) -> Values:
    return {
        "questions": f"{one.questions:025x}",
        "is_final": one.is_final,
        "n_flawless_blocks": one.n_flawless_blocks,
    }


def _counted_row(row: CountedRow) -> Values:
    return {name: getattr(row, name) for name in _counted_values(Counted(0, False, 0))}
