"""Levels as a function of XP. Pure.

Total XP needed for level n: up to 30, 500 more each; to 60, 750; to 100, 1,000; above,
1,500. So level 5 at 2,000; 25 at 12,000; 50 at 29,500; 100 at 77,000.
"""

from dataclasses import dataclass

# (last level of the stretch, XP at the level before it, that level, XP per level)
_STRETCHES = (
    (30, 0, 1, 500),
    (60, 14_500, 30, 750),
    (100, 37_000, 60, 1_000),
)
_LAST_STRETCH = (77_000, 100, 1_500)


def xp_for_level(level: int) -> int:
    """Return the total XP that a level needs; levels begin at 1."""
    if level < 1:
        raise ValueError("Levels begin at 1.")
    for last, base, start, step in _STRETCHES:
        if level <= last:
            return base + step * (level - start)
    base, start, step = _LAST_STRETCH
    return base + step * (level - start)


def level_at(xp: int) -> int:
    """Return the level of somebody with so much XP."""
    if xp < 0:
        raise ValueError("XP is never negative.")
    for last, base, start, step in _STRETCHES:
        if xp < base + step * (last - start):
            return start + (xp - base) // step
    base, start, step = _LAST_STRETCH
    return start + (xp - base) // step


@dataclass(frozen=True, slots=True)
class LevelProgress:
    """Where somebody stands between two levels."""

    xp: int
    level: int
    starts_at: int
    ends_at: int

    @classmethod
    def of(cls, xp: int) -> "LevelProgress":
        level = level_at(xp)
        return cls(xp, level, xp_for_level(level), xp_for_level(level + 1))

    @property
    def missing(self) -> int:
        """XP to the next level."""
        return self.ends_at - self.xp

    @property
    def percent(self) -> int:
        """How much of the way to the next level is done, 0 to 99."""
        return 100 * (self.xp - self.starts_at) // (self.ends_at - self.starts_at)
