"""Which positions of a round hours and loads rule out, before anything is walked."""

from routing.compiling import inlined
from routing.rows import LATE, PASSED, SOONEST, STAY
from routing.tables import Int64s


@inlined
def reached_by(visits: Int64s, length: int, time: int) -> int:
    """Return the first position whose next visit may start at this time or later."""
    low, high = 0, length + 1
    while low < high:
        middle = (low + high) // 2
        if visits[middle + 1, LATE] < time:
            low = middle + 1
        else:
            high = middle
    return low


@inlined
def left_by(visits: Int64s, length: int, time: int) -> int:
    """Return the last position that can be left at this time or sooner, else -1."""
    low, high = 0, length + 1
    while low < high:
        middle = (low + high) // 2
        if visits[middle, SOONEST] + visits[middle, STAY] > time:
            high = middle
        else:
            low = middle + 1
    return low - 1


@inlined
def passed_by(visits: Int64s, length: int, time: int) -> int:
    """Return the last position that opens, as all before it do, at this time or sooner, else -1."""
    low, high = 0, length + 1
    while low < high:
        middle = (low + high) // 2
        if visits[middle, PASSED] > time:
            high = middle
        else:
            low = middle + 1
    return low - 1


@inlined
def carries(loads: Int64s, n: int, amount: Int64s, capacity: Int64s) -> bool:
    """Tell whether a vehicle holds an amount besides what it has behind position n."""
    for d in range(capacity.shape[0]):  # noqa: SIM110 - all() over a generator is not compiled
        if loads[n, d] + amount[d] > capacity[d]:
            return False
    return True
