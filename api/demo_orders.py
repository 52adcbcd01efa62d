"""The demo's orders on their way in: some as files, the others through the API, one by one."""

import hashlib
import json
from collections.abc import Sequence

import api.operations.imports
import data.channels.registry
import data.database
import data.demo.csv_rows
import data.keys
from api.demo_stage import Stage
from data.demo.day import DemoOrder
from data.keys import Key

#: Channels whose orders come as a file; the others call the API.
BY_FILE = ("papier", "telephone")


def take(stage: Stage, orders: Sequence[DemoOrder]) -> str:
    """Let every channel bring its orders; say how many were taken, and what was refused."""
    taken = pooled = 0
    refused: dict[str, int] = {}
    for channel in sorted({each.channel for each in orders}):
        mine = [each for each in orders if each.channel == channel]
        if channel in BY_FILE:
            text = data.demo.csv_rows.csv_text(mine, timezone=str(stage.day.timezone))
            report = api.operations.imports.import_csv(
                stage.pool,
                stage.town_id,
                text.encode(),
                channel=channel,
                streets=stage.streets,
                now=stage.clock(),
            )
            taken += report.taken
            pooled += report.pooled
            codes = [fault.code for fault in report.faults]
        else:
            answers = [send(stage, each) for each in mine]
            taken += sum("order_id" in answer for answer in answers)
            pooled += sum(bool(answer.get("pooled")) for answer in answers)
            codes = [str(answer["code"]) for answer in answers if "order_id" not in answer]
        for code in codes:
            refused[code] = refused.get(code, 0) + 1
    said = "".join(f", {count} × {code}" for code, count in sorted(refused.items()))
    return f"{taken} prises, {pooled} groupées à une autre{said}"


def send(stage: Stage, each: DemoOrder) -> dict[str, object]:
    """Send one order as its shop's program would; return what the API answers."""
    order = each.order
    body = {
        "reference": order.reference,
        "shop": order.shop,
        "recipient": {"name": order.recipient.name, "phone": order.recipient.phone},
        "fulfilment": order.fulfilment.value,
        "basket_cents": order.basket_cents,
        "parcels": [
            {
                "size": parcel.size.value,
                "weight_g": parcel.weight_g,
                "volume_l": parcel.volume_l,
                "temperature": parcel.temperature.value,
                "fragile": parcel.fragile,
                "age_check": parcel.age_check,
            }
            for parcel in order.parcels
        ],
        "address": order.address,
        "point": {"lon": order.point.x, "lat": order.point.y} if order.point else None,
        "slot_starts_at": order.slot_starts_at.isoformat() if order.slot_starts_at else None,
        "ready_at": order.ready_at.isoformat() if order.ready_at else None,
        "note": order.note,
    }
    answer: dict[str, object] = stage.client.post(
        "/api/v1/orders",
        json=body,
        headers={
            "Authorization": f"Bearer {_key(stage, each.channel)}",
            "Idempotency-Key": hashlib.sha256(json.dumps(body).encode()).hexdigest(),
        },
    ).json()
    return answer


def _key(stage: Stage, name: str) -> str:
    if name not in stage.channel_keys:
        with data.database.scoped(stage.pool, stage.town_id) as conn:
            channel = data.channels.registry.ensure(conn, name)
            key = Key(town_id=stage.town_id, role="channel", subject_id=channel.id)
            stage.channel_keys[name] = data.keys.add(conn, key, label=name, at=stage.clock())
    return stage.channel_keys[name]
