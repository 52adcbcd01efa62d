"""Which zone holds this point."""

from collections.abc import Iterable

from shapely import Point, STRtree

from zones.zone import Zone


class Atlas:
    """The town's zones, found by point; the earlier zone of the given order wins an overlap."""

    def __init__(self, zones: Iterable[Zone]) -> None:
        """Index the zones once."""
        self.zones = tuple(zones)
        self._tree = STRtree([zone.area for zone in self.zones])

    def zone_at(self, point: Point) -> Zone | None:
        """Return the zone that holds the point, its border included; None outside all."""
        hits = self._tree.query(point, predicate="intersects")
        return self.zones[int(hits.min())] if len(hits) else None
