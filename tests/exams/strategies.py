"""What the state machine's devices do: little to choose from, so that much meets."""

from datetime import timedelta

from hypothesis import strategies as st

from tests.exams.engine_model import Event

# Few questions, few choices, few numbers: so that answers meet. 4 and 24 have two right
# choices, 9 has, too, and is scored in part; 24 and 25 are neighbours in two chunks.
NUMBERS = (1, 2, 3, 2**53 - 1)
CHOICES: dict[int, list[tuple[int, ...]]] = {
    0: [(0,), (1,), (2,), (3,), ()],
    4: [(0,), (0, 1), (1, 3), ()],
    9: [(1,), (0, 1), (0, 2), (1, 2), (1, 3), (2, 3), ()],
    24: [(0, 1), (1, 2), (2, 3)],
    25: [(0,), (1,)],
}
POSSIBLE = [
    Event(question, frozenset(choices), number, 30 * place)
    for place, number in enumerate(NUMBERS)
    for question, known in CHOICES.items()
    for choices in known
]
IMPOSSIBLE = [
    Event(0, frozenset({0, 1}), 1, 0),
    Event(4, frozenset({0, 1, 2}), 1, 0),
    Event(9, frozenset({1, 4}), 1, 0),
    Event(50, frozenset({1}), 1, 0),
]
lengths = st.sampled_from([25, 50, 50])
seqs = st.sampled_from(NUMBERS)
places = st.sampled_from([0, 3, 24, 25])
EVENTS = POSSIBLE + IMPOSSIBLE
answers = st.integers(0, len(EVENTS) - 1).map(EVENTS.__getitem__)
# Which of the devices, and which attempt counted from the latest.
devices = st.integers(0, 2)
places_back = st.sampled_from([0, 0, 0, 1, 2])
FLAGS = [(q, on, seq) for q in (0, 24, 25) for on in (True, False) for seq in NUMBERS]
flag_changes = st.lists(
    st.integers(0, len(FLAGS) - 1).map(FLAGS.__getitem__), max_size=4
)

MICROSECOND = timedelta(microseconds=1)
BY_THE_CLOCK = {"seconds": timedelta(seconds=7), "minutes": timedelta(minutes=9)}
BY_THE_DEADLINE = {
    "just before the deadline": -MICROSECOND,
    "the deadline": timedelta(0),
    "just after the deadline": MICROSECOND,
}
passages = st.sampled_from([*BY_THE_CLOCK, *BY_THE_CLOCK, *BY_THE_DEADLINE])
happenings = st.sampled_from(
    ["sign out", "sign out", "open", "start", "restart", "touch", "finish", "twice"]
)
