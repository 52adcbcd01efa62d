"""The API's reference says all that programs may ask."""

import api.reference
from api.app import create_app
from api.settings import Settings

SCHEMA = create_app(Settings()).openapi()


def test_every_call_of_the_api_is_in_the_reference() -> None:
    asked = {(method.upper(), path) for path, ways in SCHEMA["paths"].items() for method in ways}
    told = {(call.method, call.path) for call in api.reference.calls(SCHEMA)}
    assert told == asked
    assert ("POST", "/api/v1/orders") in told


def test_a_body_says_its_fields_which_are_required_and_their_bounds() -> None:
    (order,) = [each for each in api.reference.shapes(SCHEMA) if each.name == "OrderIn"]
    fields = {field.name: field for field in order.fields}
    assert fields["reference"].is_required
    assert fields["reference"].remark == "≥ 1 car., ≤ 100 car."
    assert fields["parcels"].kind == "[ParcelIn]"
    assert not fields["note"].is_required


def test_every_call_says_what_it_does() -> None:
    assert all(call.summary.endswith(".") for call in api.reference.calls(SCHEMA))
