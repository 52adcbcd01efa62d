"""Trips that fetch several pickups along a round: for each set of them the best so far.

A trip stands at a visit of the round, or at a pickup beside it; `trips` holds one for each set
fetched and each of these, `NEVER` as its cost where there is none.
"""

from typing import NamedTuple

from routing.compiling import inlined
from routing.detour import Stop, Walk
from routing.rows import AT, BY, DEPART, METRES, MOVED, OPEN, SOONEST, STAY
from routing.sight import NEVER
from routing.tables import Int32s, Int64s

#: Bits of a leg in `legs`, of a pickup in `order`.
LEG, PICKUP = 15, 2
#: The column of a trip's `left`.
LEFT = 7


class Trip(NamedTuple):
    """A trip that has fetched some pickups.

    `walk` is how far it came, `metres` how long it is. `left` are the seconds moved when the first
    pickup was left; `began` is how much later than without pickups it began the leg it is on, in
    seconds moved. `is_sure` says whether every ride over the legs behind it bears what was added.
    `legs` and `order` say which pickup went behind which position, first to last.
    """

    walk: Walk
    metres: int
    left: int
    began: int
    is_sure: int
    legs: int
    order: int


@inlined
def standing(here: Int64s) -> Trip:
    """Return a trip that has come to a visit of a round with nothing fetched."""
    walk = Walk(here[AT], here[STAY], here[SOONEST], here[MOVED], here[DEPART])
    return Trip(walk, here[METRES], 0, 0, 1, 0, 0)


@inlined
def fetching(trip: Trip, stop: Stop, pickup: int, fetched: int, leg: int) -> Trip:
    """Return a trip gone on to one more pickup after so many; too late if behind its window."""
    walk = trip.walk
    seconds = walk.stay + stop.to[walk.at, 0]
    moved = walk.moved + seconds
    start = max(walk.start + seconds, stop.opens)
    depart = min(walk.depart, stop.closes - moved)
    return Trip(
        Walk(stop.place, stop.service, start, moved, depart),
        trip.metres + stop.to[walk.at, 1],
        moved + stop.service if fetched == 0 else trip.left,
        trip.began,
        trip.is_sure,
        trip.legs | leg << (LEG * fetched),
        trip.order | pickup << (PICKUP * fetched),
    )


@inlined
def going_on(trip: Trip, onward: Int32s, after: Int64s, bears: int) -> Trip:
    """Return a trip gone on to the next visit of the round, so many seconds and metres away.

    `bears` are the seconds that rides over the leg can bear.
    """
    walk = trip.walk
    seconds = walk.stay + onward[0]
    moved = walk.moved + seconds
    late = moved - after[MOVED]
    is_sure = trip.is_sure == 1 and late >= trip.began and late <= bears
    return Trip(
        Walk(
            after[AT],
            after[STAY],
            max(walk.start + seconds, after[OPEN]),
            moved,
            min(walk.depart, after[BY] - moved),
        ),
        trip.metres + onward[1],
        trip.left,
        late,
        1 if is_sure else 0,
        trip.legs,
        trip.order,
    )


@inlined
def keep(trips: Int64s, at: int, trip: Trip, cost: int, in_haste: bool) -> None:
    """Keep a trip where it is the cheapest of its set and end, or in haste the soonest."""
    line = trips[at]
    if cost < line[0] if not in_haste or line[0] == NEVER else trip.walk.start < line[3]:
        line[0] = cost
        line[1], line[2], line[3] = trip.walk.at, trip.walk.stay, trip.walk.start
        line[4], line[5] = trip.walk.moved, trip.walk.depart
        line[6], line[LEFT], line[8] = trip.metres, trip.left, trip.began
        line[9], line[10], line[11] = trip.is_sure, trip.legs, trip.order


@inlined
def kept(trips: Int64s, at: int) -> Trip:
    """Return a trip that was kept."""
    line = trips[at]
    walk = Walk(line[1], line[2], line[3], line[4], line[5])
    return Trip(walk, line[6], line[LEFT], line[8], line[9], line[10], line[11])


@inlined
def forget(trips: Int64s, count: int) -> None:
    """Forget so many trips."""
    for at in range(count):
        trips[at, 0] = NEVER
