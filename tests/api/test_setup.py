"""A town is set up from one file: all of it, or nothing."""

import json
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

import api.errors
import api.operations.setup
import data.database
import data.envelope
import data.fleet
import data.programmes
import data.slots
import data.towns
from api.operations.setup import set_up
from api.setup_file import SetupIn
from data.database import Pool
from delivery.day import Day
from delivery.slots import SlotKind
from tests import builders

EXAMPLE = Path(__file__).parents[2] / "docs" / "ville.example.json"


def wish(**changes: object) -> dict[str, Any]:
    return {**json.loads(EXAMPLE.read_text()), **changes}


def slots(**changes: object) -> dict[str, Any]:
    """Return the example's slots with something else in their first window."""
    found = wish()["slots"][0]
    first, *others = found["windows"]
    return {**found, "windows": [{**first, **changes}, *others]}


def test_the_example_of_the_docs_sets_a_town_up(pool: Pool, town_id: int) -> None:
    done = set_up(pool, town_id, SetupIn.model_validate(wish()), now=builders.NOON)
    days = 23
    assert (done.zones, done.vehicles, done.slots) == (1, 1, 3 * days)
    with data.database.scoped(pool, town_id) as conn:
        hub = data.towns.hub(conn)
        (bike,) = data.fleet.listed(conn)
        (envelope,) = data.envelope.all_envelopes(conn)
        day = Day(date=builders.date(2026, 12, 1), timezone=builders.PARIS)
        slots = data.slots.between(conn, day.starts_at, day.ends_at)
    assert hub is not None and hub.has_drive
    assert len(bike.periods) == 2
    assert envelope.left_cents == 4_500_000
    assert [slot.kind for slot in slots] == [SlotKind.HOME, SlotKind.HOME, SlotKind.DRIVE]
    morning = slots[0]
    assert morning.cutoff_at.astimezone(builders.PARIS).isoformat() == "2026-11-30T18:00:00+01:00"


def test_setting_up_twice_changes_nothing(pool: Pool, town_id: int) -> None:
    once = set_up(pool, town_id, SetupIn.model_validate(wish()), now=builders.NOON)
    assert set_up(pool, town_id, SetupIn.model_validate(wish()), now=builders.NOON) == once
    with data.database.scoped(pool, town_id) as conn:
        assert len(data.fleet.listed(conn)) == 1
        assert conn.execute("SELECT count(*) FROM ledger_entries").fetchone() == (1,)


def test_what_the_file_leaves_out_stays_as_it_is(pool: Pool, town_id: int) -> None:
    set_up(pool, town_id, SetupIn.model_validate(wish()), now=builders.NOON)
    set_up(pool, town_id, SetupIn(), now=builders.NOON)
    with data.database.scoped(pool, town_id) as conn:
        assert data.towns.hub(conn) is not None
        assert len(data.towns.zones(conn)) == 1


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("hub.lat", {"hub": {"name": "Hub", "lon": 0, "lat": 120}}),
        ("zones.0", {"zones": [{"code": "a", "name": "A", "area": {"type": "Point"}}]}),
        (
            "zones.0",
            {
                "zones": [
                    {
                        "code": "a",
                        "name": "Qui se croise",
                        "area": {
                            "type": "Polygon",
                            "coordinates": [[[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]],
                        },
                    }
                ]
            },
        ),
        ("vehicles.0", {"vehicles": [{**wish()["vehicles"][0], "periods": [["08:00", "18:00"]]}]}),
        ("slots.0.weekdays", {"slots": [{**wish()["slots"][0], "weekdays": []}]}),
        ("programme", {"programme": {**wish()["programme"], "vat_rate": "vingt"}}),
        ("hubb", {"hubb": {}}),
        ("", {"hub": {"name": "Hub\0", "lon": 0, "lat": 0}}),
        ("", {"programme": {**wish()["programme"], "operator": "\0"}}),
        ("zones.0", {"zones": [{"code": "a", "name": "A", "area": {"type": "Rond"}}]}),
        (
            "zones.0",
            {"zones": [{"code": "a", "name": "A", "area": {"type": "Polygon", "coordinates": ""}}]},
        ),
        ("slots.0.windows.0.starts", {"slots": [slots(starts=0)]}),
        ("slots.0.windows.0.ends", {"slots": [slots(ends="10:00+02:00")]}),
        (
            "vehicles.0.periods.0.1",
            {"vehicles": [{**wish()["vehicles"][0], "periods": [["08:00", 43_200]]}]},
        ),
        ("programme", {"programme": {**wish()["programme"], "name": "x" * 5000}}),
        ("programme", {"programme": {**wish()["programme"], "version": 10**30}}),
        ("programme", {"programme": {**wish()["programme"], "fulfilments": [[]]}}),
        ("programme", {"programme": {**wish()["programme"], "vat_rate": "NaN"}}),
        ("programme", {"programme": {**wish()["programme"], "town_share": "1e999999"}}),
    ],
)
def test_what_is_unfit_is_named_by_its_field(field: str, changes: dict[str, object]) -> None:
    with pytest.raises(ValidationError) as error:
        SetupIn.model_validate(wish(**changes))
    faults = api.errors.faults(error.value, "fr")
    assert [fault["field"] for fault in faults] == [field]


def test_a_refused_programme_leaves_nothing_half_written(pool: Pool, town_id: int) -> None:
    set_up(pool, town_id, SetupIn.model_validate(wish()), now=builders.NOON)
    changed = wish(
        hub={"name": "Ailleurs", "lon": 0, "lat": 0},
        programme={**wish()["programme"], "cap_cents": 1},
    )
    with pytest.raises(data.programmes.ProgrammeChanged):
        set_up(pool, town_id, SetupIn.model_validate(changed), now=builders.NOON)
    with data.database.scoped(pool, town_id) as conn:
        hub = data.towns.hub(conn)
    assert hub is not None and hub.name == "Hub de la gare"
