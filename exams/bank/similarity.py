"""How alike two texts are: the Jaccard index of their word triples (3-shingles)."""

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from math import ceil

SHINGLE = 3
_WORD = re.compile(r"[a-z0-9]+(?:[.'][a-z0-9]+)*")

Shingle = tuple[str, ...]


def shingles(text: str) -> frozenset[Shingle]:
    """Return every run of three words, in lower case and without punctuation."""
    words = _WORD.findall(text.lower())
    if len(words) < SHINGLE:
        return frozenset([tuple(words)])
    return frozenset(
        tuple(words[n : n + SHINGLE]) for n in range(len(words) - SHINGLE + 1)
    )


def jaccard(one: Collection[Shingle], other: Collection[Shingle]) -> float:
    """Return the share of shingles that both have, 0 to 1."""
    first, second = set(one), set(other)
    union = len(first | second)
    return len(first & second) / union if union else 1.0


def similar_pairs(
    texts: Mapping[str, str], *, threshold: float
) -> Iterator[tuple[float, str, str]]:
    """Yield ``(similarity, earlier, later)`` of all pairs at the threshold or above.

    Two sets this alike must share one of their few rarest shingles (prefix filtering;
    Bayardo, Ma and Srikant, "Scaling up all pairs similarity search", 2007), so not
    every pair has to be compared.
    """
    sets = {name: shingles(text) for name, text in texts.items()}
    common = Counter(shingle for one in sets.values() for shingle in one)
    seen: dict[Shingle, list[str]] = {}
    for name, own in sets.items():
        rarest = sorted(own, key=lambda shingle: (common[shingle], shingle))
        prefix = rarest[: len(own) - ceil(threshold * len(own)) + 1]
        candidates = {other for shingle in prefix for other in seen.get(shingle, ())}
        for other in sets:
            if other in candidates:
                similarity = jaccard(own, sets[other])
                if similarity >= threshold:
                    yield similarity, other, name
        for shingle in prefix:
            seen.setdefault(shingle, []).append(name)
