"""The one door to numba."""

from collections.abc import Callable
from typing import cast

import numba

#: Numba's own types leave out what `lean` asks for.
_njit = cast(Callable[..., Callable[[object], object]], numba.njit)


def compiled[**P, R](function: Callable[P, R]) -> Callable[P, R]:
    """Compile a function of arrays and numbers, off the GIL, and keep it on disk for all runs.

    Numba keeps what it compiled by the time stamp of the function's own module: after a change
    in any module it calls, delete `routing/__pycache__` so that the callers follow.
    """
    return cast(Callable[P, R], _njit(nogil=True, cache=True)(function))


def lean[**P, R](function: Callable[P, R]) -> Callable[P, R]:
    """Compile like `compiled` a function that makes no array: its views are then not counted.

    Counting the references of every row it looks at took a third of the kernel's time.
    """
    return cast(Callable[P, R], _njit(nogil=True, cache=True, _nrt=False)(function))


def inlined[**P, R](function: Callable[P, R]) -> Callable[P, R]:
    """Compile like `lean`, into every caller: for what is small, or called once.

    A call hands over each array of the tables and the search by its shape and strides, some
    hundred words: as long as a short round takes to be walked.
    """
    return cast(
        Callable[P, R], _njit(nogil=True, cache=True, _nrt=False, forceinline=True)(function)
    )
