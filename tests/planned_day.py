"""A small planned day, written by hand: two rounds over a town of five streets, no solver."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

from shapely import LineString, Point, box

import api.operations.intake
import api.operations.subsidies
import api.operations.towns
import data.addresses
import data.channels.registry
import data.database
import data.fleet
import data.plans
import data.programmes
import data.rounds
import data.shops
import data.slots
import data.streets.basemap
import data.towns
from api.operations.intake import Taken
from data.database import Pool
from data.demo.programme import programme
from data.streets.osm import OsmArea, OsmLine, OsmStreet, TownMap
from delivery.orders import Recipient
from delivery.planning import Unserved
from delivery.rounds import PlannedRound, PlannedStop, PlannedTask, StopKind, TaskKind, TaskState
from routing.streets import Leg, Route
from tests import builders

SLOT = builders.a_slot()
HUB = builders.CENTRE
SHOPS = (
    builders.a_shop(),
    builders.a_shop("boulangerie", point=Point(-2.047, 48.4515)),
)
DOORS = tuple(builders.an_address(number) for number in (12, 20, 30, 40))


def town_map() -> TownMap:
    """Draw five streets, a river, a park and a wall around the hub."""
    west, south, east, north = -2.056, 48.446, -2.043, 48.454

    def upright(lon: float) -> LineString:
        return LineString([(lon, south), (lon, north)])

    wall = LineString(box(-2.0525, 48.448, -2.0455, 48.4525).exterior.coords)
    garden = box(-2.0498, 48.4506, -2.0492, 48.4513)
    across = LineString([(west, 48.45), (east, 48.45)])
    return TownMap(
        addresses=(),
        shops=(),
        streets=(
            OsmStreet(name="rue du Port", kind="secondary", line=across),
            OsmStreet(name="rue des Forges", kind="residential", line=upright(-2.051)),
            OsmStreet(name="rue de l'Horloge", kind="pedestrian", line=upright(-2.048)),
            OsmStreet(name="rue du Four", kind="living_street", line=upright(-2.046)),
            OsmStreet(name="rue du Bois", kind="footway", line=upright(-2.054)),
        ),
        lines=(
            OsmLine(name="le Lannec", kind="river", line=upright(-2.0475)),
            OsmLine(name="", kind="wall", line=wall),
        ),
        areas=(OsmArea(name="Jardin", kind="park", polygon=garden),),
        bounds=(west, south, east, north),
    )


def write_day(pool: Pool, town_id: int, home: Path) -> None:
    """Write the town's map, four deliveries, a plan of two rounds, and half a morning's work."""
    with pool.connection() as conn:
        town = data.towns.by_id(conn, town_id)
    folder = api.operations.towns.basemap_file(home, town).parent
    data.streets.basemap.write_basemap(town_map(), folder)
    at = SLOT.starts_at - timedelta(days=1)
    with data.database.scoped(pool, town_id) as conn:
        data.shops.save(conn, SHOPS)
        data.addresses.save(conn, DOORS)
        data.towns.set_hub(conn, builders.a_hub())
        data.towns.replace_zones(conn, [builders.a_zone()])
        data.fleet.save(conn, [builders.a_bike(), builders.a_bike("Camionnette", profile="van")])
        data.slots.publish(conn, [SLOT])
        programme_id = data.programmes.save_programme(conn, programme(builders.DAY.year))
        api.operations.subsidies.vote(conn, programme_id, builders.DAY.year, 1_000_000, at)
        channel = data.channels.registry.ensure(conn, "papier")
        counter = api.operations.intake.counter(conn, None)
        taken = [
            api.operations.intake.take_order(
                conn,
                counter,
                channel,
                builders.an_order(
                    f"A-{place}",
                    shop=SHOPS[place % 2].code,
                    recipient=Recipient(name=f"Recipient {door.number}"),
                    address=f"{door.number} {door.street}",
                ),
                now=at,
            )
            for place, door in enumerate((*DOORS, DOORS[0]))
        ]
        bike, van = sorted(data.fleet.listed(conn), key=lambda vehicle: vehicle.profile)
        plan = data.plans.add(conn, builders.DAY, seed=0, cost_millicents=0, at=at)
        for vehicle, parts in (
            (bike, [(0, 0), (1, 1), (0, 4)]),
            (van, [(2, 2)]),
        ):
            planned, route = _round(vehicle.id, vehicle.profile, parts, taken)
            data.plans.add_round(conn, plan.id, planned, route)
        data.plans.add_unserved(
            conn, plan.id, [Unserved(delivery_id=taken[3].delivery_id, reason="no_room")]
        )
        _ride(conn)


def _round(
    vehicle_id: int, profile: str, parts: Sequence[tuple[int, int]], taken: Sequence[Taken]
) -> tuple[PlannedRound, Route]:
    """Collect at each order's shop, then ride to each door once."""
    departs_at = SLOT.starts_at - timedelta(minutes=40)
    clock = departs_at
    stops = []
    for _, place in parts:
        clock += timedelta(minutes=5)
        shop = SHOPS[place % 2]
        stops.append(_stop(StopKind.SHOP, shop.name, shop.point, clock, [taken[place]]))
    for door in dict.fromkeys(door for door, _ in parts):
        clock += timedelta(minutes=20)
        mine = [taken[place] for at, place in parts if at == door]
        stops.append(_stop(StopKind.DOOR, DOORS[door].label, DOORS[door].point, clock, mine))
    points = [HUB, *(stop.point for stop in stops), HUB]
    legs = [
        Leg(distance_m=300, duration_s=60, line=_way(one, other), steps=())
        for one, other in pairwise(points)
    ]
    planned = PlannedRound(
        vehicle_id=vehicle_id,
        profile=profile,
        base=HUB,
        departs_at=departs_at,
        returns_at=clock + timedelta(minutes=10),
        distance_m=300 * len(legs),
        cost_millicents=1_200_000,
        stops=tuple(stops),
    )
    return planned, Route(legs=tuple(legs))


def _way(one: Point, other: Point) -> LineString | None:
    corner = Point(other.x, one.y)
    places = list(dict.fromkeys((p.x, p.y) for p in (one, corner, other)))
    return LineString(places) if len(places) > 1 else None


def _stop(
    kind: StopKind, label: str, point: Point, at: datetime, taken: Sequence[Taken]
) -> PlannedStop:
    is_door = kind is StopKind.DOOR
    task = PlannedTask(
        kind=TaskKind.DROPOFF if is_door else TaskKind.PICKUP,
        delivery_id=taken[0].delivery_id,
        order_ids=tuple(each.order_id for each in taken),
        earliest_at=SLOT.starts_at if is_door else at - timedelta(hours=2),
        latest_at=SLOT.ends_at,
        planned_at=at,
    )
    return PlannedStop(
        kind=kind,
        label=label,
        point=point,
        arrives_at=at,
        leaves_at=at + timedelta(minutes=2),
        tasks=(task,),
    )


def _ride(conn) -> None:
    """Settle the first round: pickups done, its first door late, its second in vain."""
    start, end = SLOT.starts_at - timedelta(hours=12), SLOT.ends_at + timedelta(hours=1)
    first = data.rounds.between(conn, start, end)[0]
    doors = [task for task in first.tasks if task.kind is TaskKind.DROPOFF]
    for task in first.tasks:
        data.rounds.save_task(conn, task.id, TaskState.DONE, task.planned_at)
    data.rounds.save_task(conn, doors[0].id, TaskState.DONE, SLOT.ends_at + timedelta(minutes=9))
    data.rounds.save_task(conn, doors[1].id, TaskState.FAILED, doors[1].planned_at)
