"""What drivers may not do at a junction: turn restrictions and lights."""

import random
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from data.demo.network import deflection
from data.demo.plane import Spot
from data.demo.streets import Way

#: The kinds signed in the town, in the order they are handed out.
KINDS = (
    "no_left_turn", "only_straight_on", "no_right_turn", "only_right_turn", "no_left_turn",
    "no_straight_on", "only_left_turn", "no_right_turn",
)  # fmt: skip

#: A street driven in one direction: its place in the list, and whether as drawn.
type Driven = tuple[int, bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Restriction:
    """A turn from one way to another; `via` is the junction, or the place of a way between."""

    kind: str
    origin: int
    via: Spot | int
    target: int


def restrictions(ways: Sequence[Way], *, seed: int) -> list[Restriction]:
    """Choose restrictions that leave every street within reach of every other."""
    rng = random.Random(f"turns {seed}")
    found: list[Restriction] = []
    wanted = [*KINDS, "no_u_turn"]
    candidates = _turns(ways)
    rng.shuffle(candidates)
    for kind in wanted:
        for origin, via, target, angle in candidates:
            taken = any(via == other.via for other in found)
            if taken or not _suits(kind, angle):
                continue
            restriction = Restriction(kind=kind, origin=origin, via=via, target=target)
            if kind == "no_u_turn":
                across = _u_turn(ways, origin, via, target)
                if across is None:
                    continue
                restriction = across
            if _all_reached(ways, [*found, restriction]):
                found.append(restriction)
                break
    return found


def _suits(kind: str, angle: float) -> bool:
    if kind == "no_u_turn":
        return 60 < angle < 120
    if "left" in kind:
        return 55 < angle < 125
    if "right" in kind:
        return -125 < angle < -55
    return abs(angle) < 25


def _turns(ways: Sequence[Way]) -> list[tuple[int, Spot, int, float]]:
    """Return every turn a van can take at a junction of main streets; left is positive."""
    at: dict[Spot, list[int]] = defaultdict(list)
    for index, way in enumerate(ways):
        if way.is_through:
            for spot in set(way.edge.ends):
                at[spot].append(index)
    found = []
    for spot, meeting in sorted(at.items()):
        main = any(ways[index].edge.kind in ("boulevard", "ring", "radial") for index in meeting)
        if len(meeting) < 3 or not main:
            continue
        for origin in meeting:
            for target in meeting:
                if (
                    origin != target
                    and _arrives(ways[origin], spot)
                    and _leaves(ways[target], spot)
                ):
                    found.append((origin, spot, target, _angle(ways, origin, spot, target)))
    return found


def _angle(ways: Sequence[Way], origin: int, via: Spot, target: int) -> float:
    one, other = ways[origin].edge, ways[target].edge
    before = one.spots[-2] if one.spots[-1] == via else one.spots[1]
    after = other.spots[1] if other.spots[0] == via else other.spots[-2]
    cross = (via[0] - before[0]) * (after[1] - via[1]) - (via[1] - before[1]) * (after[0] - via[0])
    turn = deflection(one, other, via)
    return turn if cross > 0 else -turn


def _arrives(way: Way, at: Spot) -> bool:
    return (way.edge.spots[-1] == at and way.tags.get("oneway") != "-1") or (
        way.edge.spots[0] == at and way.tags.get("oneway") != "yes"
    )


def _leaves(way: Way, at: Spot) -> bool:
    return (way.edge.spots[0] == at and way.tags.get("oneway") != "-1") or (
        way.edge.spots[-1] == at and way.tags.get("oneway") != "yes"
    )


def _u_turn(ways: Sequence[Way], origin: int, via: Spot, between: int) -> Restriction | None:
    """Forbid turning back over a short two-way street to a street beside the first."""
    middle = ways[between].edge
    if "oneway" in ways[between].tags or middle.line.length > 120:
        return None
    far = middle.ends[1] if middle.ends[0] == via else middle.ends[0]
    for target, way in enumerate(ways):
        ends = way.is_through and far in way.edge.ends and target not in (origin, between)
        if ends and _leaves(way, far) and _angle(ways, between, far, target) > 60:
            return Restriction(kind="no_u_turn", origin=origin, via=between, target=target)
    return None


def _all_reached(ways: Sequence[Way], rules: Sequence[Restriction]) -> bool:
    """Say whether every open street can be driven to, and left, under the rules at junctions.

    A rule over a way is left out: it forbids one path, not a turn.
    """
    turns = _allowed(ways, rules)
    back: dict[Driven, list[Driven]] = defaultdict(list)
    for one, others in turns.items():
        for other in others:
            back[other].append(one)
    start = next(driven for driven in turns if ways[driven[0]].edge.kind == "ring")
    both = _closure(start, turns) & _closure(start, back)
    reached = {index for index, _ in both}
    return all(index in reached for index, way in enumerate(ways) if way.is_through)


def _allowed(ways: Sequence[Way], rules: Sequence[Restriction]) -> dict[Driven, list[Driven]]:
    leaving: dict[Spot, list[Driven]] = defaultdict(list)
    driven: list[Driven] = []
    for index, way in enumerate(ways):
        if not way.is_through:
            continue
        for drawn in (True, False):
            if way.tags.get("oneway") != ("-1" if drawn else "yes"):
                driven.append((index, drawn))
                leaving[way.edge.spots[0 if drawn else -1]].append((index, drawn))
    turns: dict[Driven, list[Driven]] = {}
    for index, drawn in driven:
        spot = ways[index].edge.spots[-1 if drawn else 0]
        mine = [rule for rule in rules if rule.origin == index and rule.via == spot]
        ahead = [there for there in leaving[spot] if there[0] != index]
        for rule in mine:
            only = rule.kind.startswith("only")
            ahead = [there for there in ahead if (there[0] == rule.target) == only]
        dead_end = all(there[0] == index for there in leaving[spot])
        turns[index, drawn] = [(index, not drawn)] if dead_end else ahead
    return turns


def _closure(start: Driven, turns: dict[Driven, list[Driven]]) -> set[Driven]:
    seen = {start}
    waiting = [start]
    while waiting:
        for there in turns.get(waiting.pop(), []):
            if there not in seen:
                seen.add(there)
                waiting.append(there)
    return seen


def lights(ways: Sequence[Way]) -> list[Spot]:
    """Return the crossings of main streets, which have traffic lights."""
    main: dict[Spot, set[str]] = defaultdict(set)
    for way in ways:
        if way.edge.kind in ("ring", "boulevard", "radial", "bridge"):
            for spot in way.edge.ends:
                main[spot].add(way.edge.kind)
    return sorted(spot for spot, kinds in main.items() if len(kinds) > 1)
