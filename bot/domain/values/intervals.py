"""How far a share of few may lie from what is true: Wilson's interval at 95 %, without continuity correction.

E. B. Wilson, 1927; as Brown, Cai and DasGupta 2001 recommend it for small n.
"""

from __future__ import annotations

from math import sqrt
from statistics import NormalDist

_Z = NormalDist().inv_cdf(0.975)


def wilson(successes: int, n: int) -> tuple[float, float] | None:
    """The lower and upper bound of a share, 0 to 1; None where nothing was counted."""
    if n <= 0:
        return None
    share, square = successes / n, _Z * _Z
    middle = (share + square / (2 * n)) / (1 + square / n)
    half = _Z / (1 + square / n) * sqrt(share * (1 - share) / n + square / (4 * n * n))
    return max(0.0, middle - half), min(1.0, middle + half)
