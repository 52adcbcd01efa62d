"""An OSM XML file, written by hand so that the same town is the same bytes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from xml.sax.saxutils import quoteattr

from data.demo.plane import Plane, Spot, snapped

_VERSION = 'version="1" timestamp="2026-01-01T00:00:00Z" visible="true"'


@dataclass(slots=True, kw_only=True)
class OsmFile:
    """What will be written: nodes by their spot, then ways and relations in order of id."""

    plane: Plane
    remark: str
    _nodes: dict[Spot, int] = field(default_factory=dict)
    _tags: dict[int, dict[str, str]] = field(default_factory=dict)
    _ways: list[tuple[list[int], dict[str, str]]] = field(default_factory=list)
    _relations: list[tuple[list[tuple[str, int, str]], dict[str, str]]] = field(
        default_factory=list
    )

    def node(self, spot: Spot, tags: Mapping[str, str] | None = None) -> int:
        """Add tags to the node at this spot, and return its id."""
        at = snapped(spot)
        number = self._nodes.setdefault(at, len(self._nodes) + 1)
        if tags:
            self._tags.setdefault(number, {}).update(tags)
        return number

    def way(self, spots: Sequence[Spot], tags: Mapping[str, str]) -> int:
        """Add a way through the spots, and return its id."""
        nodes = [self.node(spot) for spot in spots]
        kept = [node for place, node in enumerate(nodes) if place == 0 or node != nodes[place - 1]]
        self._ways.append((kept, dict(tags)))
        return len(self._ways)

    def relation(self, members: Sequence[tuple[str, int, str]], tags: Mapping[str, str]) -> None:
        """Add a relation of members (type, id, role)."""
        self._relations.append((list(members), dict(tags)))

    def write(self, path: Path) -> None:
        """Write the file."""
        lines = ['<?xml version="1.0" encoding="UTF-8"?>', f"<!-- {self.remark} -->"]
        lines.append('<osm version="0.6" generator="colporteur">')
        for spot, number in self._nodes.items():
            at = self.plane.point(spot)
            head = f'<node id="{number}" lat="{at.y:.7f}" lon="{at.x:.7f}" {_VERSION}'
            lines += _element(head, "node", [], self._tags.get(number, {}))
        for number, (nodes, tags) in enumerate(self._ways, start=1):
            refs = [f'<nd ref="{node}"/>' for node in nodes]
            lines += _element(f'<way id="{number}" {_VERSION}', "way", refs, tags)
        for number, (members, tags) in enumerate(self._relations, start=1):
            refs = [
                f'<member type="{kind}" ref="{ref}" role="{role}"/>' for kind, ref, role in members
            ]
            lines += _element(f'<relation id="{number}" {_VERSION}', "relation", refs, tags)
        lines.append("</osm>")
        path.write_bytes(("\n".join(lines) + "\n").encode())


def _element(head: str, kind: str, inside: list[str], tags: Mapping[str, str]) -> list[str]:
    pairs = [f"<tag k={quoteattr(key)} v={quoteattr(value)}/>" for key, value in tags.items()]
    body = [f"  {line}" for line in [*inside, *pairs]]
    return [f"{head}>", *body, f"</{kind}>"] if body else [f"{head}/>"]
