"""Streets that give others the time to change what a use case has read."""

from collections.abc import Callable

from shapely import Point

from routing.streets import Route, Streets


class Interrupted:
    """The real streets, and something that happens once while the way is looked up."""

    def __init__(self, streets: Streets, happens: Callable[[], object]) -> None:
        self._streets, self._happens = streets, happens
        self.snap, self.table = streets.snap, streets.table

    def route(self, points: list[Point], *, profile: str) -> Route:
        self._happens()
        self._happens = lambda: None
        return self._streets.route(points, profile=profile)
