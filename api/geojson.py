"""A day's rounds as GeoJSON: one line a leg, one point a stop; no name of a recipient."""

from collections.abc import Iterable, Mapping
from typing import Any

from shapely import LineString
from shapely.geometry import mapping

from api.operations.days import DaySheet
from data.rounds import Round, Stop
from delivery.review import Totals
from zones.atlas import Atlas
from zones.zone import Zone


def day(sheet: DaySheet) -> dict[str, Any]:
    """Return a FeatureCollection of the day's legs and stops, numbered as they are ridden."""
    features = [
        feature
        for number, round_ in enumerate(sheet.rounds, start=1)
        for feature in (*_legs(number, round_), *_stops(number, round_))
    ]
    return {"type": "FeatureCollection", "features": features}


def trace(round_: Round, way: LineString | None) -> dict[str, Any]:
    """Return a FeatureCollection of one round, with the `way` to its next stop where known."""
    features = [*_legs(1, round_), *_stops(1, round_)]
    if way is not None:
        features.append(
            {
                "type": "Feature",
                "geometry": mapping(way),
                "properties": {"kind": "next", "round": 1},
            }
        )
    return {"type": "FeatureCollection", "features": features}


def zones(zones: Iterable[Zone], sums: Mapping[str, Totals]) -> dict[str, Any]:
    """Return a FeatureCollection of zones with what lines come to in each; earlier zones win."""
    return {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "geometry": mapping(area),
                "properties": {
                    "code": zone.code,
                    "name": zone.name,
                    "count": found.count if (found := sums.get(zone.code)) else 0,
                    "gross": found.gross_cents if found else 0,
                },
            }
            for zone, area in Atlas(zones).shares()
        ],
    }


def _legs(number: int, round_: Round) -> list[dict[str, Any]]:
    return [
        {
            "type": "Feature",
            "geometry": leg["line"],
            "properties": {
                "kind": "leg",
                "round": number,
                "round_id": round_.id,
                "vehicle": round_.vehicle,
                "profile": round_.profile,
                "position": position,
                "distance_m": leg["distance_m"],
                "duration_s": leg["duration_s"],
            },
        }
        for position, leg in enumerate(round_.legs)
        if leg["line"] is not None
    ]


def _stops(number: int, round_: Round) -> list[dict[str, Any]]:
    return [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [stop.point.x, stop.point.y]},
            "properties": {
                "kind": "stop",
                "stop": stop.kind.value,
                "round": number,
                "round_id": round_.id,
                "vehicle": round_.vehicle,
                "position": position,
                "label": stop.label,
                "arrives_at": stop.arrives_at.isoformat(),
                "leaves_at": stop.leaves_at.isoformat(),
                "pickups": _count(stop, "pickup"),
                "dropoffs": _count(stop, "dropoff"),
                "state": _state(stop),
            },
        }
        for position, stop in enumerate(round_.stops, start=1)
    ]


def _count(stop: Stop, kind: str) -> int:
    return sum(task.kind.value == kind for task in stop.tasks)


def _state(stop: Stop) -> str:
    states = {task.state.value for task in stop.tasks}
    for state in ("failed", "to_do"):
        if state in states:
            return state
    return "done"
