"""Travel between places as two integer tables."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

type Int32s = NDArray[np.int32]

#: A day and a half: no travel inside a town takes longer, and sums of int32 stay far from overflow.
LONGEST_TRAVEL_S = 129_600


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TravelMatrix:
    """Seconds and metres between n places; row is from, column is to.

    Rounded street times break the triangle inequality: nothing here relies on it.

    Parameters
    ----------
    duration_s, distance_m
        Arrays (n, n) of int32, none negative, zero on the diagonal.

    Raises
    ------
    ValueError
        The arrays are not square, differ in shape, or hold a negative or absurd value.
    """

    duration_s: Int32s
    distance_m: Int32s

    def __post_init__(self) -> None:
        """Refuse tables no round could be built on."""
        for name in ("duration_s", "distance_m"):
            table = getattr(self, name)
            if table.dtype != np.int32:
                raise ValueError(f"{name} must be int32, not {table.dtype}")
            if table.ndim != 2 or table.shape[0] != table.shape[1]:
                raise ValueError(f"{name} must be square, not {table.shape}")
            if table.size and table.min() < 0:
                row, column = np.argwhere(table < 0)[0]
                raise ValueError(f"{name}[{row}, {column}] is negative")
            if np.diagonal(table).any():
                place = int(np.flatnonzero(np.diagonal(table))[0])
                raise ValueError(f"{name}[{place}, {place}] must be 0: a place is where it is")
        if self.duration_s.shape != self.distance_m.shape:
            raise ValueError(
                f"duration_s is {self.duration_s.shape}, distance_m {self.distance_m.shape}"
            )
        if self.duration_s.size and self.duration_s.max() > LONGEST_TRAVEL_S:
            row, column = np.argwhere(self.duration_s > LONGEST_TRAVEL_S)[0]
            raise ValueError(f"duration_s[{row}, {column}] exceeds a day and a half")

    @property
    def size(self) -> int:
        """Number of places."""
        return int(self.duration_s.shape[0])

    def among(self, places: Sequence[int], *, size: int) -> "TravelMatrix":
        """Return a matrix over `size` places of which these, in their order, are known.

        Travel to and from the others takes `LONGEST_TRAVEL_S`, more than any window allows.
        """
        if len(places) == size:
            return self
        grid = np.ix_(list(places), list(places))
        duration_s = np.full((size, size), LONGEST_TRAVEL_S, dtype=np.int32)
        distance_m = np.full((size, size), LONGEST_TRAVEL_S, dtype=np.int32)
        duration_s[grid] = self.duration_s
        distance_m[grid] = self.distance_m
        np.fill_diagonal(duration_s, 0)
        np.fill_diagonal(distance_m, 0)
        return TravelMatrix(duration_s=duration_s, distance_m=distance_m)
