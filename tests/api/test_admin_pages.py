"""The administrator's pages: what each form takes, what it refuses and where it says so."""

import json
import re
from datetime import time, timedelta
from typing import Any

import pytest
from httpx import Response
from shapely import Point

import data.accounts
import data.fleet
import data.keys
import data.shops
import data.slots
import data.towns
from data.streets.engine import StreetProcesses
from delivery.fleet import Hub
from tests import builders
from tests.admin_office import Office, a_bike, a_form, done, refused
from tests.api.conftest import TestClient
from tests.small_town import Town, body

SIRET = "73282932000074"
NEXT_FRIDAY = builders.DAY + timedelta(days=7)


@pytest.fixture
def office(client: TestClient, town: Town) -> Office:
    return Office(client, town)


# The overview


def test_the_overview_says_what_is_there_and_what_a_day_still_needs(office: Office) -> None:
    page = office.get()
    assert page.status_code == 200
    assert "Tout est là" in page.text
    assert "Halle" in page.text and "3 commerces partenaires" in page.text
    assert "Aucun compte pour" in page.text and "Livreur" in page.text


def test_a_new_town_is_told_everything_it_lacks(client: TestClient, town: Town) -> None:
    with town.pool.connection() as conn:
        bare = data.towns.add(conn, builders.a_town("neuve"))
    office = Office(
        client, Town(pool=town.pool, id=bare.id, shops={}, vehicles=[], channel=town.channel)
    )
    cookies = office.cookie()
    page = client.get("/t/neuve/admin", headers=cookies)
    assert "Il manque 7 choses" in page.text
    for place in ("ville#hub", "ville#zones", "commerces", "vehicules", "creneaux", "comptes"):
        assert f'href="/t/neuve/admin/{place}"' in page.text


# The town


def test_a_town_is_renamed_and_keeps_its_address(office: Office) -> None:
    done(office.post("/ville", name="Essai-sur-Mer", timezone="Europe/Paris"))
    assert "Essai-sur-Mer" in office.get("/ville").text


def test_two_towns_have_two_names(office: Office) -> None:
    with office.town.pool.connection() as conn:
        data.towns.add(
            conn,
            builders.NewTown(
                slug="autre", name="Autre", timezone="Europe/Paris", osm_sha256="0" * 64
            ),
        )
    refused(office.post("/ville", name="AUTRE", timezone="Europe/Paris"), "name", "Une autre ville")


def test_clocks_hold_once_slots_are_published(office: Office) -> None:
    answer = office.post("/ville", name="Essai", timezone="Indian/Reunion")
    assert answer.status_code == 422
    assert "le fuseau ne change plus" in answer.text


def test_clocks_are_set_before_the_first_slot(client: TestClient, town: Town) -> None:
    with town.pool.connection() as conn:
        bare = data.towns.add(conn, builders.a_town("neuve"))
    office = Office(
        client, Town(pool=town.pool, id=bare.id, shops={}, vehicles=[], channel=town.channel)
    )

    def post(timezone: str) -> Response:
        fields = {"csrf": office.csrf, "name": "Neuve", "timezone": timezone}
        return client.post(
            "/t/neuve/admin/ville", data=fields, headers=office.cookie(), follow_redirects=False
        )

    refused(post("Europe/Paname"), "timezone", "Europe/Paname")
    done(post("Indian/Reunion"))
    with town.pool.connection() as conn:
        assert data.towns.by_id(conn, bare.id).timezone == "Indian/Reunion"


HUB = {"hub_name": "Halle neuve", "setup_s": "90", "has_drive": "yes"}


def test_the_hub_is_put_at_an_address_or_at_a_point(office: Office) -> None:
    done(office.post("/ville/hub", **HUB, address="12 rue du Port"))
    assert office.hub() == Hub(
        name="Halle neuve", point=Point(-2.0488, 48.45), has_drive=True, setup_s=90
    )
    done(office.post("/ville/hub", **{**HUB, "has_drive": ""}, lon="-2,0485", lat="48.4501"))
    assert office.hub().point == Point(-2.0485, 48.4501)
    assert not office.hub().has_drive


def test_a_hub_that_no_vehicle_reaches_is_refused_at_its_field(office: Office) -> None:
    refused(
        office.post("/ville/hub", **HUB, address="99 rue Nulle Part"),
        "address",
        "99 rue Nulle Part",
    )
    refused(office.post("/ville/hub", **HUB, address="1 rue Lointaine"), "address", "rue")
    refused(office.post("/ville/hub", **HUB, lon="-1.5", lat="48.45"), "lon", "rue")
    refused(office.post("/ville/hub", **HUB, lon="beaucoup", lat="48.45"), "lon", "nombre")
    assert office.hub().name == "Halle"


def a_file(name: str, content: str) -> dict[str, Any]:
    return {"file": (name, content.encode(), "application/octet-stream")}


def test_a_file_of_settings_is_applied_or_told_what_to_mend(office: Office) -> None:
    zone = {"code": "centre", "name": "Centre", "area": builders.a_zone().area.__geo_interface__}
    good = json.dumps({"zones": [zone]})
    done(office.post("/ville/reglages", files=a_file("ville.json", good)))
    assert "<code>centre</code>" in office.get("/ville").text
    bad = office.post("/ville/reglages", files=a_file("ville.json", '{"zones": [{"code": ""}]}'))
    assert bad.status_code == 422
    assert "zones.0.code" in bad.text and "zones.0.area" in bad.text
    assert office.post("/ville/reglages").status_code == 422


# Shops


def test_a_shop_is_signed_up_at_its_address_with_its_hours(office: Office) -> None:
    done(office.post("/commerces", **a_form()))
    shop = office.shop("cave")
    assert (shop.siret, shop.point, shop.address) == (
        SIRET,
        Point(-2.048, 48.45),
        "20 rue du Port, 22999 Essai",
    )
    hours = [(each.opens, each.closes) for each in shop.hours(builders.DAY + timedelta(days=4))]
    assert hours == [(time(9, 30), time(12, 30)), (time(14), time(19))]
    assert shop.is_partner and shop.accepts_residual and not shop.brings_parcels


UNFIT_SHOP = (
    ({"name": ""}, "name", "obligatoire"),
    ({"code": "fromagerie"}, "code", "déjà celui d’un autre commerce"),
    ({"siret": "73282932000075"}, "siret", "SIRET"),
    ({"address": "99 rue Nulle Part"}, "address", "99 rue Nulle Part"),
    ({"address": "8 rue Haute"}, "address", "8 rue Haute"),
    ({"lon": "-1.5", "lat": "48.45"}, "lon", "rue"),
    ({"lat": "quarante"}, "lat", "nombre"),
    ({"closes_1_1": ""}, "closes_1_1", "une heure"),
    ({"opens_1_2": "25:00"}, "opens_1_2", "une heure"),
    ({"closes_1_1": "9:00"}, "closes_1_1", "après le début"),
    ({"opens_1_2": "12:00"}, "opens_1_2", "avant la fin"),
)  # fmt: skip


def test_each_thing_that_is_unfit_about_a_shop_is_told_at_its_field(
    office: Office,
) -> None:
    for changes, field, words in UNFIT_SHOP:
        answer = office.post("/commerces", **a_form(**changes))
        refused(answer, field, words)
        typed = changes.get("name", "La cave")
        assert f'value="{typed}"' in answer.text


def test_a_shop_is_changed_and_moves_with_its_address_only(office: Office) -> None:
    shop = office.shop("librairie")
    page = office.get(f"/commerces/{shop.id}").text
    lon, lat = (re.search(rf'value="([^"]+)" id="f-{name}"', page)[1] for name in ("lon", "lat"))
    same = a_form(
        code="librairie", name="Librairie du Port", address=shop.address, lon=lon, lat=lat
    )
    done(office.post(f"/commerces/{shop.id}", **same))
    assert office.shop("librairie").name == "Librairie du Port"
    assert office.shop("librairie").point.distance(shop.point) < 1e-6
    done(office.post(f"/commerces/{shop.id}", **{**same, "address": "30 rue du Port"}))
    assert office.shop("librairie").point.distance(Point(-2.047, 48.45)) < 1e-9
    refused(
        office.post(f"/commerces/{shop.id}", **{**same, "code": "fromagerie"}), "code", "fromagerie"
    )


def test_a_shop_that_left_takes_no_order_but_finishes_those_it_has(
    office: Office, client: TestClient
) -> None:
    town = office.town
    (before,) = town.take(builders.an_order())
    shop = office.shop("fromagerie")
    done(office.post(f"/commerces/{shop.id}/partenaire", is_partner="no"))
    assert not office.shop("fromagerie").is_partner
    key = town.key("channel", town.channel.id)
    sent = {**key, "Idempotency-Key": "k-1"}
    refusal = client.post("/api/v1/orders", json=body("B-1"), headers=sent)
    assert (refusal.status_code, refusal.json()["code"]) == (422, "shop_left")
    ready = client.post(
        f"/api/v1/shop/orders/{before.order_id}/ready", headers=town.key("shop", shop.id)
    )
    assert ready.json()["state"] == "ready"
    done(office.post(f"/commerces/{shop.id}/partenaire", is_partner="yes"))
    again = {**key, "Idempotency-Key": "k-2"}
    assert client.post("/api/v1/orders", json=body("B-1"), headers=again).status_code == 201


def test_shops_are_found_by_name_code_or_trade(office: Office) -> None:
    found = office.get("/commerces", q="libr").text
    assert "La librairie" in found and "La boulangerie" not in found
    assert "Aucun commerce trouvé" in office.get("/commerces", q="horloger").text


CSV = "code;nom;metier;siret;adresse;lon;lat;horaires;apporte;reste_a_charge\n"
GOOD_ROW = f"cave;La cave;caviste;{SIRET};20 rue du Port;-2.048;48.45;Tu-Sa 09:00-12:30;non;oui\n"
BAD_ROW = "halles;Les halles;primeur;123;rue du Port;beaucoup;48.45;le matin;non;oui\n"


def test_shops_come_from_a_spreadsheet_and_each_bad_cell_is_named(office: Office) -> None:
    done(office.post("/commerces/import", files=a_file("commerces.csv", CSV + GOOD_ROW)))
    assert office.shop("cave").name == "La cave"
    answer = office.post(
        "/commerces/import",
        files=a_file(
            "commerces.csv", CSV + GOOD_ROW.replace("La cave", "La grande cave") + BAD_ROW
        ),
    )
    assert answer.status_code == 422
    assert office.shop("cave").name == "La grande cave"
    for said in ("siret", "lon", "horaires", "3 cases sont à corriger", "1 commerce a été"):
        assert said in answer.text


def test_a_file_that_is_no_spreadsheet_or_none_at_all_is_refused(office: Office) -> None:
    answer = office.post("/commerces/import", files=a_file("photo.csv", "\x00\x01 rien"))
    assert answer.status_code == 422
    assert "banner-bad" in answer.text
    refused(office.post("/commerces/import"), "file", "choisissez un fichier")


# Vehicles


def test_a_vehicle_is_added_and_changed(office: Office) -> None:
    done(office.post("/vehicules", **a_bike()))
    bike = office.vehicle("Vélo 3")
    assert bike.capacity == (150_000, 500, 0, 0)
    assert (bike.hour_cents, bike.km_cents, bike.use_cents) == (2450, 15, 0)
    assert [(each.starts, each.ends) for each in bike.periods] == [(time(8, 30), time(12, 30))]
    done(
        office.post(
            f"/vehicules/{bike.id}", **a_bike(name="Le tout neuf", starts_2="13", ends_2="18")
        )
    )
    assert len(office.vehicle("Le tout neuf").periods) == 2
    assert 'value="24,50"' in office.get(f"/vehicules/{bike.id}").text


UNFIT_VEHICLE = (
    ({"name": "Vélo 1"}, "name", "s’appelle déjà"),
    ({"hour": "cher"}, "hour", "euros"),
    ({"weight_kg": "0"}, "weight_kg", "au moins 1"),
    ({"volume_l": "beaucoup"}, "volume_l", "nombre entier"),
    ({"starts_1": "", "ends_1": ""}, "starts_1", "au moins une plage"),
    ({"ends_1": "19:00"}, "ends_1", "six heures"),
    ({"starts_2": "12:00", "ends_2": "14:00"}, "starts_2", "avant la fin"),
)  # fmt: skip


def test_each_thing_that_is_unfit_about_a_vehicle_is_told_at_its_field(
    office: Office,
) -> None:
    for changes, field, words in UNFIT_VEHICLE:
        refused(office.post("/vehicules", **a_bike(**changes)), field, words)


def test_a_vehicle_out_of_service_is_not_planned(office: Office, streets: StreetProcesses) -> None:
    first, second = (office.vehicle(name) for name in ("Vélo 1", "Vélo 2"))
    office.town.take(builders.an_order())
    done(office.post(f"/vehicules/{first.id}/service", in_service="no"))
    planned = office.town.plan(streets)
    assert {each.vehicle_id for each in planned.rounds} == {second.id}
    done(office.post(f"/vehicules/{first.id}/service", in_service="yes"))
    done(office.post(f"/vehicules/{second.id}/service", in_service="no"))
    planned = office.town.plan(streets)
    assert {each.vehicle_id for each in planned.rounds} == {first.id}


# Slots


def a_window(**changes: Any) -> dict[str, Any]:
    return {
        "kind": "home",
        "weekdays": ["5", "6"],
        "starts": "10",
        "ends": "12h",
        "capacity": "12",
        "closes": "eve",
        "eve_at": "18:00",
        "notice_hours": "2",
        "first_day": NEXT_FRIDAY.isoformat(),
        "weeks": "2",
        **changes,
    }


def test_slots_are_published_for_the_weeks_ahead(office: Office) -> None:
    done(office.post("/creneaux", **a_window()))
    for weeks in (0, 1):
        (slot,) = office.slots_on(NEXT_FRIDAY + timedelta(weeks=weeks))
        starts_at, cutoff_at = (
            each.astimezone(builders.PARIS) for each in (slot.starts_at, slot.cutoff_at)
        )
        assert (starts_at.hour, slot.capacity) == (10, 12)
        assert (starts_at.date() - cutoff_at.date()).days == 1 and cutoff_at.hour == 18
    assert office.slots_on(NEXT_FRIDAY + timedelta(weeks=2)) == []
    assert "réservable jusqu’à la veille, 18:00" in office.get("/creneaux").text


UNFIT_SLOTS = (
    ({"weekdays": []}, "weekdays", "au moins 1"),
    ({"ends": "9:00"}, "ends", "après le début"),
    ({"starts": "tôt"}, "starts", "une heure"),
    ({"capacity": "0"}, "capacity", "au moins 1"),
    ({"first_day": "2026-11-01"}, "first_day", "à venir"),
    ({"first_day": "demain"}, "first_day", "date"),
    ({"weeks": "53"}, "weeks", "au plus 26"),
)  # fmt: skip


def test_each_thing_that_is_unfit_about_slots_is_told_at_its_field(
    office: Office,
) -> None:
    for changes, field, words in UNFIT_SLOTS:
        refused(office.post("/creneaux", **a_window(**changes)), field, words)


def test_a_slot_never_gets_fewer_places_than_are_taken(office: Office) -> None:
    town = office.town
    town.take(builders.an_order("A-1"), builders.an_order("A-2", address="20 rue du Port"))
    window = a_window(
        starts="15", ends="17", capacity="1", first_day=builders.DAY.isoformat(), closes="notice"
    )
    refused(office.post("/creneaux", **window), "capacity", "places")


def test_a_closed_slot_takes_nothing_more_and_keeps_what_it_has(office: Office) -> None:
    town = office.town
    (taken,) = town.take(builders.an_order("A-1"))
    slot_id = town.delivery(taken.delivery_id).slot_id
    done(office.post(f"/creneaux/{slot_id}/fermer"))
    (slot,) = [each for each in town.slots() if each.id == slot_id]
    assert (slot.booked, slot.left) == (1, 0)
    with pytest.raises(Exception) as refusal:
        town.take(builders.an_order("A-2", address="20 rue du Port"))
    assert refusal.value.code == "slot_full"
