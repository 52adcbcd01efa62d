"""What may be a zone."""

import pytest
from shapely import MultiPolygon, Point, Polygon

from zones.zone import Zone, ZoneKind

BOW_TIE = Polygon([(0, 0), (1, 1), (1, 0), (0, 1)])


def test_a_zone_may_have_several_parts() -> None:
    area = MultiPolygon([Point(0, 0).buffer(1), Point(9, 0).buffer(1)])
    assert Zone(code="ville", name="Ville", kind=ZoneKind.DELIVERY, area=area).area is area


@pytest.mark.parametrize(
    ("code", "area"),
    [("", Point(0, 0).buffer(1)), ("ville", BOW_TIE), ("ville", Polygon())],
    ids=["no code", "crosses itself", "empty"],
)
def test_what_has_no_code_or_no_sound_outline_is_no_zone(code: str, area: Polygon) -> None:
    with pytest.raises(ValueError):
        Zone(code=code, name="Ville", kind=ZoneKind.DELIVERY, area=area)
