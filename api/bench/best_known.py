"""The best plans anybody has published of public instances, from `best_known.csv` beside them."""

import csv
from dataclasses import dataclass
from pathlib import Path

FILE = "best_known.csv"


@dataclass(frozen=True, slots=True, kw_only=True)
class BestKnown:
    """The fewest vehicles, and the least travel with those, in the instance's own unit."""

    vehicles: int
    cost: float


def best_known(path: Path) -> dict[str, BestKnown]:
    """Return what is known beside an instance's file, by instance; nothing without the list.

    The list's columns are the instance, its vehicles and its travel, under a line of headings.

    Raises
    ------
    ValueError
        The list cannot be read; names it.
    """
    beside = path.parent / FILE
    if not beside.exists():
        return {}
    rows = list(csv.reader(beside.read_text("utf-8").splitlines()))[1:]
    try:
        return {
            name: BestKnown(vehicles=int(vehicles), cost=float(cost))
            for name, vehicles, cost in rows
        }
    except ValueError as error:
        raise ValueError(f"{beside} is no list of best known plans: {error}") from error
