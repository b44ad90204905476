"""A progress bar for people who watch a command; nobody else sees it."""

import time
from types import TracebackType
from typing import TextIO

_WIDTH = 30
# To the beginning of the line, and away with what was there.
_AWAY = "\r\x1b[2K"


class ProgressBar:
    """Drawn on a terminal, over itself; on anything else nothing is written."""

    def __init__(self, total: int, *, of: str, stream: TextIO) -> None:
        self.total, self.of, self.stream = total, of, stream
        self.n = 0
        self.is_drawn = stream.isatty()
        self.began = time.monotonic()

    def __enter__(self) -> "ProgressBar":
        self._draw()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self.is_drawn:
            self.stream.write("\n")
            self.stream.flush()

    def add(self, n: int) -> None:
        self.n += n
        self._draw()

    def clear(self) -> None:
        """Make room for a line of something else."""
        if self.is_drawn:
            self.stream.write(_AWAY)
            self.stream.flush()

    def line(self) -> str:
        """Return the bar as it is now."""
        share = min(1.0, self.n / self.total) if self.total else 1.0
        done = "█" * int(_WIDTH * share)
        seconds = time.monotonic() - self.began
        rate = self.n / seconds if seconds else 0.0
        left = f", {self._left(rate)} left" if 0 < self.n < self.total else ""
        return (
            f"{share:4.0%} {done:░<{_WIDTH}} {self.n:,} of {self.total:,} {self.of}"
            f", {rate:,.0f}/s{left}"
        )

    def _left(self, rate: float) -> str:
        minutes, seconds = divmod(int((self.total - self.n) / rate), 60)
        return f"{minutes // 60}:{minutes % 60:02}:{seconds:02}"

    def _draw(self) -> None:
        if self.is_drawn:
            self.stream.write(f"{_AWAY}{self.line()}")
            self.stream.flush()
