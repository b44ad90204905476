"""Database ids that come as text from an address or a form."""

# Every number of so many digits fits a 64-bit column; Python reads no 5,000 of them.
_MAX_DIGITS = 18


def bounded_id(text: str) -> int | None:
    """Return the id that the text is, or None for what no row can have."""
    return int(text) if text.isdecimal() and len(text) <= _MAX_DIGITS else None
