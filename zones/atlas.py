"""Which zone holds this point."""

from collections.abc import Iterable

from shapely import MultiPolygon, Point, Polygon, STRtree, get_parts

from zones.zone import Zone


class Atlas:
    """The town's zones, found by point; the earlier zone of the given order wins an overlap."""

    def __init__(self, zones: Iterable[Zone]) -> None:
        """Index the zones once."""
        self.zones = tuple(zones)
        self._tree = STRtree([zone.area for zone in self.zones])

    def shares(self) -> tuple[tuple[Zone, MultiPolygon], ...]:
        """Return each zone with what it really decides: earlier zones are cut out of later ones.

        A zone that earlier ones cover wholly is left out.
        """
        taken = Polygon()
        kept = []
        for zone in self.zones:
            parts = get_parts(zone.area.difference(taken))
            left = MultiPolygon([part for part in parts if isinstance(part, Polygon)])
            if not left.is_empty:
                kept.append((zone, left))
            taken = taken.union(zone.area)
        return tuple(kept)

    def zone_at(self, point: Point) -> Zone | None:
        """Return the zone that holds the point, its border included; None outside all."""
        hits = self._tree.query(point, predicate="intersects")
        return self.zones[int(hits.min())] if len(hits) else None
