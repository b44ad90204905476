"""How likely counts this uneven are when chance alone places them (Pearson's test)."""

from collections.abc import Sequence
from math import erfc, exp, gamma, sqrt


def survival(statistic: float, degrees: int) -> float:
    """Return P(X >= statistic) for a chi-square variable, 0 to 1.

    The closed forms for even and odd degrees of freedom: Abramowitz and Stegun,
    Handbook of Mathematical Functions, 26.4.4 and 26.4.5.
    """
    if degrees < 1 or statistic < 0:
        raise ValueError("chi-square needs degrees >= 1 and a statistic >= 0")
    half, terms = statistic / 2, range(degrees // 2)
    if degrees % 2 == 0:
        return exp(-half) * sum(float(half**n) / gamma(n + 1) for n in terms)
    series = sum(float(half ** (n + 0.5)) / gamma(n + 1.5) for n in terms)
    return erfc(sqrt(half)) + exp(-half) * series


def p_value(observed: Sequence[float], expected: Sequence[float]) -> float:
    """Return the probability of counts at least this far from the expected ones."""
    statistic = sum(
        (seen - mean) ** 2 / mean for seen, mean in zip(observed, expected, strict=True)
    )
    return survival(statistic, len(observed) - 1)
