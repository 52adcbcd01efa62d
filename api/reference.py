"""The API's reference as a page of our own: no script, nothing fetched from elsewhere."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

METHODS = ("get", "post", "put", "patch", "delete")


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field of a body or one parameter."""

    name: str
    kind: str
    is_required: bool
    remark: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One thing a program may ask."""

    method: str
    path: str
    summary: str
    parameters: tuple[Field, ...]
    body: str | None
    answers: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """One object that is sent or answered."""

    name: str
    remark: str
    fields: tuple[Field, ...]


def calls(schema: dict[str, Any]) -> tuple[Call, ...]:
    """Return every call of an OpenAPI document, in its order."""
    return tuple(
        _call(method, path, ways[method])
        for path, ways in schema["paths"].items()
        for method in METHODS
        if method in ways
    )


def shapes(schema: dict[str, Any]) -> tuple[Shape, ...]:
    """Return every object of an OpenAPI document, by name."""
    found = schema.get("components", {}).get("schemas", {})
    return tuple(
        Shape(name=name, remark=shape.get("description", ""), fields=tuple(_fields(shape)))
        for name, shape in sorted(found.items())
    )


def _call(method: str, path: str, way: dict[str, Any]) -> Call:
    parameters = tuple(
        Field(
            name=f"{each['name']} ({each['in']})",
            kind=_kind(each["schema"]),
            is_required=each.get("required", False),
            remark=each.get("description", ""),
        )
        for each in way.get("parameters", ())
    )
    content = way.get("requestBody", {}).get("content", {}).get("application/json", {})
    return Call(
        method=method.upper(),
        path=path,
        summary=way.get("description") or way.get("summary", ""),
        parameters=parameters,
        body=_kind(content["schema"]) if content else None,
        answers=tuple(
            (status, _answered(answer)) for status, answer in sorted(way["responses"].items())
        ),
    )


def _answered(answer: dict[str, Any]) -> str:
    content = answer.get("content", {}).get("application/json", {})
    return _kind(content["schema"]) if content.get("schema") else str(answer["description"])


def _fields(shape: dict[str, Any]) -> Iterator[Field]:
    if "enum" in shape:
        yield Field(
            name=" | ".join(str(each) for each in shape["enum"]),
            kind=str(shape.get("type", "")),
            is_required=False,
            remark="",
        )
    for name, field in shape.get("properties", {}).items():
        yield Field(
            name=name,
            kind=_kind(field),
            is_required=name in shape.get("required", ()),
            remark=_bounds(field),
        )


def _kind(schema: dict[str, Any]) -> str:
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if "anyOf" in schema:
        return " | ".join(_kind(each) for each in schema["anyOf"])
    if schema.get("type") == "array":
        return f"[{_kind(schema.get('items', {}))}]"
    return str(schema.get("format") or schema.get("type") or "json")


def _bounds(field: dict[str, Any]) -> str:
    inner = next((each for each in field.get("anyOf", ()) if each.get("type") != "null"), field)
    words = {
        "minimum": "≥ {}",
        "exclusiveMinimum": "> {}",
        "maximum": "≤ {}",
        "minLength": "≥ {} car.",
        "maxLength": "≤ {} car.",
        "minItems": "≥ {}",
        "maxItems": "≤ {}",
        "pattern": "{}",
    }
    return ", ".join(words[key].format(inner[key]) for key in words if key in inner)
