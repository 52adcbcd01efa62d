"""What a dropoff adds behind each position of a round."""

from routing.compiling import inlined
from routing.detour import Stop, metres_added
from routing.rows import AT, LATE, MOVED, OPEN, STAY, Rounds
from routing.sight import EYES, NEVER


@inlined
def dropoff_detours(
    rounds: Rounds, row: int, door: Stop, between: tuple[int, int], blind: int
) -> int:
    """Reckon what a dropoff adds behind each position, and the least from there on.

    It goes behind positions `between` two. Those that its window or the next visit's rules out,
    whatever comes before, add `NEVER`.

    Return the most seconds by which a dropoff can let the visits before it start later: more than
    0 only where the way by its door is shorter than the way past it.
    """
    nearest, furthest = between
    visits = rounds.visits[row]
    added, least = rounds.detour[0], rounds.detour[1]
    least[max(nearest, furthest + 1)] = NEVER
    saved = 0
    for j in range(furthest, nearest - 1, -1):
        here, after = visits[j], visits[j + 1]
        seconds = here[STAY] + door.to[here[AT], 0]
        onward = door.service + door.onward[after[AT], 0]
        cost = NEVER
        in_time = door.opens + onward <= after[LATE] and here[OPEN] + seconds <= door.closes
        if in_time and blind >> (EYES + j % EYES) & 1 == 0:
            more = seconds + onward - (after[MOVED] - here[MOVED])
            cost = door.per_s * more + door.per_m * metres_added(door, here, after)
            saved = max(saved, -more)
        added[j] = cost
        least[j] = min(least[j + 1], cost)
    return saved
