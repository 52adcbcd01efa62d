"""Start times bound to one another by least differences, in plain Python.

The referee times rounds with these; the kernel has its own way.
"""

from collections.abc import Sequence
from typing import NamedTuple


class Gap(NamedTuple):
    """The start of visit `after` is at least `seconds` past that of `before`; may be negative."""

    before: int
    after: int
    seconds: int


def soonest(earliest: Sequence[int], gaps: Sequence[Gap]) -> list[int] | None:
    """Return the least starts, or None where they would grow for ever.

    With a leg of 10 s and at most 30 s between both starts, a second visit that opens at 100
    holds the first back to 70:

    >>> soonest([0, 100], [Gap(0, 1, 10), Gap(1, 0, -30)])
    [70, 100]
    """
    starts = list(earliest)
    for _ in range(len(starts) + 1):
        steady = True
        for before, after, seconds in gaps:
            if starts[before] + seconds > starts[after]:
                starts[after] = starts[before] + seconds
                steady = False
        if steady:
            return starts
    return None


def latest(bounds: Sequence[int], gaps: Sequence[Gap]) -> list[int] | None:
    """Return the greatest starts that keep every bound, or None where they would fall for ever.

    >>> latest([50, 40], [Gap(0, 1, 10)])
    [30, 40]
    """
    turned = [Gap(after, before, seconds) for before, after, seconds in reversed(gaps)]
    starts = soonest([-bound for bound in bounds], turned)
    return None if starts is None else [-start for start in starts]
