"""Which zone holds a point."""

from hypothesis import given
from hypothesis import strategies as st
from shapely import Point, box

from zones.atlas import Atlas
from zones.zone import Zone, ZoneKind


def a_zone(code: str, *bounds: float) -> Zone:
    return Zone(code=code, name=code, kind=ZoneKind.DELIVERY, area=box(*bounds))


CENTRE, TOWN, HAMLET = (
    a_zone("centre", 1, 1, 2, 2),
    a_zone("ville", 0, 0, 3, 3),
    a_zone("hameau", 5, 0, 6, 1),
)


def test_a_town_without_zones_holds_no_point() -> None:
    assert Atlas([]).zone_at(Point(0, 0)) is None


def test_a_point_outside_every_zone_is_in_none() -> None:
    assert Atlas([CENTRE, TOWN, HAMLET]).zone_at(Point(4, 0.5)) is None


def test_a_point_on_the_border_is_inside() -> None:
    assert Atlas([TOWN]).zone_at(Point(3, 1)) is TOWN


def test_the_first_of_overlapping_zones_wins() -> None:
    middle = Point(1.5, 1.5)
    assert Atlas([CENTRE, TOWN]).zone_at(middle) is CENTRE
    assert Atlas([TOWN, CENTRE]).zone_at(middle) is TOWN


@given(
    st.lists(st.tuples(*[st.integers(0, 9)] * 2, *[st.integers(1, 5)] * 2), min_size=1, max_size=8),
    st.floats(-1, 15),
    st.floats(-1, 15),
)
def test_the_index_finds_what_a_search_of_all_zones_finds(
    corners: list[tuple[int, int, int, int]], lon: float, lat: float
) -> None:
    zones = [
        a_zone(str(number), x, y, x + width, y + height)
        for number, (x, y, width, height) in enumerate(corners)
    ]
    point = Point(lon, lat)
    holding = [zone for zone in zones if zone.area.intersects(point)]
    assert Atlas(zones).zone_at(point) is (holding[0] if holding else None)


def test_each_zones_share_is_what_it_decides() -> None:
    hidden = a_zone("caché", 1, 1, 2, 2)
    shares = dict(Atlas([CENTRE, TOWN, hidden, HAMLET]).shares())
    assert list(shares) == [CENTRE, TOWN, HAMLET]
    assert shares[CENTRE].area == CENTRE.area.area
    assert shares[TOWN].area == TOWN.area.area - CENTRE.area.area
    assert shares[TOWN].intersection(CENTRE.area).area == 0
