"""Banks as files: reading, checking and loading ``exams/banks`` (docs/content.md)."""

from pathlib import Path

BANKS = Path(__file__).resolve().parent.parent / "banks"
