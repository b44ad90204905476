"""How many questions a learner may choose."""

BLOCK = 25
LENGTHS = (25, 50, 75, 100)


def offered_lengths(question_count: int) -> list[int]:
    """Return the lengths that a test of this many questions can fill."""
    return [length for length in LENGTHS if length <= question_count]


def block_of(question: int) -> int:
    """Return the block (and answer chunk) of a question, both counted from 0."""
    return question // BLOCK
