"""The base map of a page: the town's own streets, water, green and walls as GeoJSON.

A town's features are few enough to go to the browser whole, so no tile server is needed.
"""

import json
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import shapely
from shapely.geometry import mapping
from shapely.geometry.base import BaseGeometry

from data.streets.osm import TownMap

type Feature = dict[str, object]

FILE_NAME = "basemap.geojson"

#: A metre and a half: less than a pen's width on any screen a street still fits on.
_TOLERANCE_DEG = 0.000015

#: About a metre on the ground.
_DECIMALS = 5

#: Grass strips and ponds below some 100 m2 only clutter the map.
_LEAST_AREA_DEG2 = 1e-8


def basemap(town: TownMap) -> Feature:
    """Draw a town as a FeatureCollection, areas first and streets last, as they are painted.

    Properties are `layer` (`area`, `line` or `street`), `kind` (OSM's word for streets) and, where
    there is one, `name`.
    """
    return {
        "type": "FeatureCollection",
        "bbox": [round(bound, _DECIMALS) for bound in town.bounds],
        "features": list(_features(town)),
    }


def write_basemap(town: TownMap, folder: Path) -> Path:
    """Write a town's base map into the folder and return its path; readers never see half."""
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps(basemap(town), ensure_ascii=False, separators=(",", ":"))
    with tempfile.NamedTemporaryFile("w", dir=folder, delete=False, encoding="utf-8") as file:
        file.write(text)
    path = folder / FILE_NAME
    os.chmod(file.name, 0o644)
    os.replace(file.name, path)
    return path


def _features(town: TownMap) -> Iterator[Feature]:
    for area in town.areas:
        if area.polygon.area >= _LEAST_AREA_DEG2:
            yield from _feature("area", area.kind, area.name, area.polygon)
    for line in town.lines:
        yield from _feature("line", line.kind, line.name, line.line)
    for street in town.streets:
        yield from _feature("street", street.kind, street.name, street.line)


def _feature(layer: str, kind: str, name: str, shape: BaseGeometry) -> Iterator[Feature]:
    """Yield the feature, unless rounding leaves nothing of it."""
    drawn = shapely.transform(
        shape.simplify(_TOLERANCE_DEG), lambda places: places.round(_DECIMALS)
    )
    if not drawn.is_empty and drawn.length > 0:
        properties = {"layer": layer, "kind": kind} | ({"name": name} if name else {})
        yield {"type": "Feature", "properties": properties, "geometry": mapping(drawn)}
