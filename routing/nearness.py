"""Which tasks are near one another, in place and time."""

import numpy as np
from numpy.typing import NDArray

#: Ruins look for neighbours no farther than this.
MOST_NEAR = 500


def nearest(
    places: NDArray[np.int64],
    earliest: NDArray[np.int64],
    latest: NDArray[np.int64],
    seconds: NDArray[np.int32],
) -> NDArray[np.int32]:
    """Return, for each task, itself and the others by how soon one of two can follow the other.

    `places`, `earliest` and `latest` are (tasks,), `seconds` is (places, places). The answer is
    (tasks, the lesser of tasks and `MOST_NEAR`).
    """
    both = np.minimum(seconds, seconds.T)
    most = min(len(places), MOST_NEAR)
    near = np.empty((len(places), most), np.int32)
    for task, place in enumerate(places):
        between = np.maximum(earliest - latest[task], earliest[task] - latest)
        apart = np.maximum(both[place, places], between) * len(places) + np.arange(len(places))
        apart[task] = -1
        first = np.argpartition(apart, most - 1)[:most]
        near[task] = first[np.argsort(apart[first])]
    return near
