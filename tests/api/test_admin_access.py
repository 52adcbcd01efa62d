"""The administrator's accounts and keys: who may enter, and nobody from next door."""

import re
from typing import Any

import pytest

import data.accounts
import data.fleet
import data.keys
import data.shops
from api.settings import Settings
from data.database import scoped
from delivery.accounts import Role
from tests import builders, logins
from tests.admin_office import Office, a_bike, a_form, done, faults, refused
from tests.api.conftest import TestClient
from tests.small_town import Town, a_small_town


@pytest.fixture
def office(client: TestClient, town: Town) -> Office:
    return Office(client, town)


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
