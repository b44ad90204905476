"""What loading a certification's files changed, told in one line."""

from dataclasses import dataclass, field

_COUNTS = ("new", "changed", "restored", "retired", "deleted")


@dataclass
class Changes:
    """Counts of questions, and a few words per test that changed."""

    name: str
    question_count: int = 0
    facts: bool = False
    new: int = 0
    changed: int = 0
    restored: int = 0
    retired: int = 0
    deleted: int = 0
    tests: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        parts = ["facts loaded"] if self.facts else []
        parts += [
            f"{getattr(self, name)} {name}" for name in _COUNTS if getattr(self, name)
        ]
        parts += self.tests
        if not parts:
            return f"{self.name}: unchanged"
        if self.question_count:
            parts.insert(0, f"{self.question_count} questions")
        return f"{self.name}: {', '.join(parts)}"
