"""The administrator's pages: what each form takes, what it refuses and where it says so."""

import html
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
from api.settings import Settings
from data.database import scoped
from data.streets.engine import StreetProcesses
from delivery.accounts import Account, Role
from delivery.fleet import Hub, Vehicle
from delivery.shops import Shop
from delivery.slots import Slot
from tests import builders, logins
from tests.api.conftest import TestClient
from tests.small_town import Town, a_small_town, body

ADMIN = "/t/essai/admin"
SIRET = "73282932000074"
FAULT = re.compile(r'<span class="fault" id="e-([^"]+)">([^<]+)</span>')
NEXT_FRIDAY = builders.DAY + timedelta(days=7)


class Office:
    """An administrator's browser."""

    def __init__(self, client: TestClient, town: Town) -> None:
        self.client = client
        self.town = town
        self.cookies = logins.cookie(town.pool, town.id, Role.ADMIN, now=town.clock(), name="Admin")
        self.csrf = logins.csrf_of(self.cookies)

    def get(self, path: str = "", **query: str) -> Response:
        return self.client.get(ADMIN + path, params=query, headers=self._cookie())

    def post(self, path: str, *, files: Any = None, **fields: Any) -> Response:
        return self.client.post(
            ADMIN + path,
            data={"csrf": self.csrf, **fields},
            files=files,
            headers=self._cookie(),
            follow_redirects=False,
        )

    def _cookie(self) -> dict[str, str]:
        return {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}

    def shop(self, code: str) -> Shop:
        with scoped(self.town.pool, self.town.id) as conn:
            return next(each for each in data.shops.listed(conn) if each.code == code)

    def vehicle(self, name: str) -> Vehicle:
        with scoped(self.town.pool, self.town.id) as conn:
            return next(each for each in data.fleet.listed(conn) if each.name == name)

    def account(self, email: str) -> Account:
        with scoped(self.town.pool, self.town.id) as conn:
            found = data.accounts.by_email(conn, email)
        assert found is not None
        return found

    def hub(self) -> Hub:
        with scoped(self.town.pool, self.town.id) as conn:
            found = data.towns.hub(conn)
        assert found is not None
        return found

    def slots_on(self, day: Any) -> list[Slot]:
        start = builders.datetime.combine(day, time(0), builders.PARIS)
        with scoped(self.town.pool, self.town.id) as conn:
            return data.slots.between(conn, start, start + timedelta(days=1))


@pytest.fixture
def office(client: TestClient, town: Town) -> Office:
    return Office(client, town)


def done(answer: Response) -> str:
    """Return where a form that was taken leads."""
    assert answer.status_code == 303, (answer.status_code, faults(answer))
    return answer.headers["location"]


def faults(answer: Response) -> dict[str, str]:
    """Return what a page says is wrong, by field."""
    return {field: html.unescape(said) for field, said in FAULT.findall(answer.text)}


def refused(answer: Response, field: str, words: str, status: int = 422) -> None:
    assert answer.status_code == status
    assert field in faults(answer), faults(answer)
    assert words in faults(answer)[field]


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
    cookies = office._cookie()
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
            "/t/neuve/admin/ville", data=fields, headers=office._cookie(), follow_redirects=False
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


def a_form(**changes: Any) -> dict[str, Any]:
    return {
        "code": "cave",
        "name": "La cave",
        "trade": "caviste",
        "siret": "732 829 320 00074",
        "address": "20 rue du Port",
        "opens_1_1": "9h30",
        "closes_1_1": "12:30",
        "opens_1_2": "14",
        "closes_1_2": "1900",
        "accepts_residual": "yes",
        **changes,
    }


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


def a_bike(**changes: Any) -> dict[str, Any]:
    return {
        "name": "Vélo 3",
        "profile": "cargo_bike",
        "weight_kg": "150",
        "volume_l": "500",
        "starts_1": "8:30",
        "ends_1": "12h30",
        "hour": "24,50",
        "km": "0,15",
        **changes,
    }


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


# Accounts


def a_person(**changes: Any) -> dict[str, Any]:
    return {"email": "Lea@Essai.example", "name": "La librairie", "role": "mairie", **changes}


def test_somebody_is_invited_and_the_link_to_hand_on_opens_their_door(
    office: Office, client: TestClient
) -> None:
    shop = office.shop("librairie")
    page = office.post("/comptes", **a_person(role="shop", shop_id=shop.id))
    assert page.status_code == 200
    link = re.search(r"<code>(http[^<]+)</code>", page.text)[1]
    path = link.split("testserver")[1]
    assert path.startswith("/t/essai/mot-de-passe/")
    chosen = client.post(path, data={"password": "un bateau bleu"}, follow_redirects=False)
    assert chosen.headers["location"] == "/t/essai/commerce"
    account = office.account("lea@essai.example")
    assert account.has_password and account.shop_id == shop.id
    assert "lea@essai.example" in office.get("/comptes").text


UNFIT_ACCOUNT = (
    ({"email": "personne"}, "email", "adresse", 422),
    ({"name": ""}, "name", "obligatoire", 422),
    ({"role": "chef"}, "role", "l'un de", 422),
    ({"role": "shop"}, "shop_id", "choisissez le commerce", 422),
    ({"role": "courier"}, "vehicle_id", "choisissez le véhicule", 422),
    ({"role": "courier", "vehicle_id": "999999"}, "vehicle_id", "Rien de tel", 404),
)  # fmt: skip


def test_each_thing_that_is_unfit_about_an_account_is_told_at_its_field(
    office: Office,
) -> None:
    for changes, field, words, status in UNFIT_ACCOUNT:
        refused(office.post("/comptes", **a_person(**changes)), field, words, status)


def test_an_address_has_one_account(office: Office) -> None:
    assert office.post("/comptes", **a_person()).status_code == 200
    answer = office.post("/comptes", **a_person(email="LEA@essai.example"))
    assert "email" in faults(answer)


def test_an_account_is_changed_closed_and_opened_again(office: Office, client: TestClient) -> None:
    town = office.town
    theirs = logins.cookie(town.pool, town.id, Role.MAIRIE, now=town.clock(), name="La mairie")
    header = {"Cookie": "; ".join(f"{name}={value}" for name, value in theirs.items())}
    page = office.get("/comptes").text
    account_id = re.search(r'comptes/(\d+)">La mairie<', page)[1]
    email = re.search(r"mairie-\w+@essai.example", page)[0]
    done(office.post(f"/comptes/{account_id}", email=email, name="Finances", role="mairie"))
    assert office.account(email).name == "Finances"
    assert client.get("/t/essai/compte", headers=header, follow_redirects=False).status_code == 200
    done(office.post(f"/comptes/{account_id}/fermer"))
    assert client.get("/t/essai/compte", headers=header, follow_redirects=False).status_code == 303
    assert office.post(f"/comptes/{account_id}/lien").status_code == 404
    done(office.post(f"/comptes/{account_id}/ouvrir"))
    again = office.post(f"/comptes/{account_id}/lien")
    assert "/mot-de-passe/" in again.text and "no-store" in again.headers["cache-control"]


def test_the_last_administrator_can_neither_leave_nor_be_put_out(office: Office) -> None:
    page = office.get("/comptes").text
    account_id = re.search(r'comptes/(\d+)">Admin<', page)[1]
    email = re.search(r"admin-\w+@essai.example", page)[0]
    out = office.post(f"/comptes/{account_id}/fermer")
    assert out.status_code == 409
    assert "banner-bad" in out.text
    other = office.post(f"/comptes/{account_id}", email=email, name="Admin", role="hub")
    refused(other, "role", "administr", 409)
    assert office.get().status_code == 200


def test_where_mail_is_set_up_the_link_is_sent_and_not_shown(
    office: Office, client: TestClient
) -> None:
    settings: Settings = client.app.state.settings
    client.app.state.settings = settings.model_copy(update={"mail_url": "smtp://localhost"})
    path = done(office.post("/comptes", **a_person()))
    assert path.endswith("fait=admin_invitation_sent")
    with scoped(office.town.pool, office.town.id) as conn:
        (kind,) = conn.execute(
            "SELECT args ->> 'kind' FROM procrastinate.procrastinate_jobs"
        ).fetchone()
    assert kind == "invitation"


# Keys


def test_a_key_is_shown_once_opens_its_door_and_can_be_revoked(
    office: Office, client: TestClient
) -> None:
    page = office.post("/cles", role="channel", label="Site du marché", channel="marche")
    token = re.search(r'<code id="cle">(col_[^<]+)</code>', page.text)[1]
    header = {"Authorization": f"Bearer {token}"}
    assert client.get("/api/v1/slots", headers=header).status_code == 200
    listed = office.get("/cles").text
    assert "Site du marché" in listed and token not in listed
    key_id = re.search(r"cles/(\d+)/revoquer", listed)[1]
    done(office.post(f"/cles/{key_id}/revoquer"))
    assert client.get("/api/v1/slots", headers=header).status_code == 401
    assert "1 clé révoquée" in office.get("/cles").text
    assert office.post(f"/cles/{key_id}/revoquer").status_code == 404


def test_a_key_opens_what_it_was_made_for(office: Office) -> None:
    shop, bike = office.shop("librairie"), office.vehicle("Vélo 1")
    for fields, subject in (
        ({"role": "shop", "shop_id": shop.id}, shop.id),
        ({"role": "courier", "vehicle_id": bike.id}, bike.id),
        ({"role": "hub"}, None),
    ):
        page = office.post("/cles", label="Essai", **fields)
        token = re.search(r'<code id="cle">(col_[^<]+)</code>', page.text)[1]
        with office.town.pool.connection() as conn:
            key = data.keys.find(conn, token)
        assert key is not None
        assert (key.role, key.subject_id) == (fields["role"], subject)


UNFIT_KEY = (
    ({"label": "", "role": "hub"}, "label", "obligatoire", 422),
    ({"role": "channel"}, "channel", "nommez le canal", 422),
    ({"role": "shop"}, "shop_id", "choisissez le commerce", 422),
    ({"role": "courier"}, "vehicle_id", "choisissez le véhicule", 422),
    ({"role": "shop", "shop_id": "999999"}, "shop_id", "Rien de tel", 404),
)  # fmt: skip


def test_each_thing_that_is_unfit_about_a_key_is_told_at_its_field(
    office: Office,
) -> None:
    for fields, field, words, status in UNFIT_KEY:
        refused(office.post("/cles", **{"label": "Essai", **fields}), field, words, status)


def test_a_channel_of_every_shop_is_not_given_to_one(office: Office) -> None:
    shop = office.shop("librairie")
    answer = office.post("/cles", label="x", role="channel", channel="essai", shop_id=shop.id)
    refused(answer, "channel", "existe déjà")


# Neighbours


def test_a_neighbours_things_are_not_there(office: Office) -> None:
    theirs = a_small_town(office.town.pool, "voisine")
    with scoped(theirs.pool, theirs.id) as conn:
        shop, vehicle = data.shops.listed(conn)[0], data.fleet.listed(conn)[0]
        data.keys.add(conn, data.keys.Key(town_id=theirs.id, role="hub", subject_id=None))
        key = data.keys.listed(conn)[0]
        account = builders_account(conn)
    slot = theirs.slots()[0]
    for path in (f"/commerces/{shop.id}", f"/vehicules/{vehicle.id}", f"/comptes/{account}"):
        assert office.get(path).status_code == 404
    for path, fields in (
        (f"/commerces/{shop.id}", a_form()),
        (f"/commerces/{shop.id}/partenaire", {"is_partner": "no"}),
        (f"/vehicules/{vehicle.id}", a_bike()),
        (f"/vehicules/{vehicle.id}/service", {"in_service": "no"}),
        (f"/creneaux/{slot.id}/fermer", {}),
        (f"/comptes/{account}", a_person()),
        (f"/comptes/{account}/lien", {}),
        (f"/comptes/{account}/fermer", {}),
        (f"/comptes/{account}/ouvrir", {}),
        (f"/cles/{key.id}/revoquer", {}),
        ("/comptes", a_person(role="shop", shop_id=shop.id)),
        ("/cles", {"label": "x", "role": "courier", "vehicle_id": vehicle.id}),
    ):
        assert office.post(path, **fields).status_code == 404, path
    assert theirs.slots()[0].capacity == slot.capacity
    with scoped(theirs.pool, theirs.id) as conn:
        assert data.shops.listed(conn)[0].is_partner
        assert data.fleet.listed(conn)[0].in_service
        assert data.keys.listed(conn)[0].revoked_at is None


def builders_account(conn: Any) -> int:
    account = data.accounts.NewAccount(email="hub@voisine.example", name="Hub", role=Role.HUB)
    return data.accounts.add(conn, account, at=builders.NOON, password_hash=None)


def test_ids_that_are_no_ids_are_no_pages(office: Office) -> None:
    for path in ("/commerces/0", "/vehicules/99999999999999999999", "/comptes/abc"):
        assert office.get(path).status_code == 404
