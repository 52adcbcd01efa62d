"""Commands of who may enter: people by their accounts, programs by their keys."""

from datetime import UTC, datetime
from typing import Annotated

import typer

import api.operations.accounts
import api.operations.keys
import api.operations.password_links
import api.words
import data.accounts
import data.database
import data.fleet
import data.shops
from api.cli import Desk, TownName, app, fail, open_desk, refusals_said
from api.operations.keys import KeyWish
from api.operations.password_links import INVITATION, RESET
from data.keys import ROLES
from delivery.accounts import NewAccount, Role

user_app = typer.Typer(help="Les comptes des personnes.", no_args_is_help=True)
key_app = typer.Typer(help="Les clés d'accès à l'API.", no_args_is_help=True)
app.add_typer(user_app, name="user")
app.add_typer(key_app, name="key")

#: Where pages are while nobody said otherwise: what `colporteur serve` tells.
LOCAL = "http://127.0.0.1:8000"


@user_app.command("add")
def add_user(
    email: str,
    role: Annotated[str, typer.Option(help=", ".join(each.value for each in Role))],
    name: Annotated[str, typer.Option(help="Le nom affiché ; sinon l'adresse.")] = "",
    shop: Annotated[str | None, typer.Option(help="Le code du commerce (rôle shop).")] = None,
    vehicle: Annotated[str | None, typer.Option(help="Le véhicule (rôle courier).")] = None,
    town: TownName = None,
) -> None:
    """Inviter quelqu'un ; le lien à lui transmettre est affiché."""
    known = {each.value: each for each in Role}
    if role not in known:
        fail(f"« {role} » n'est pas un rôle : {', '.join(known)}.")
    with open_desk(town) as desk, refusals_said():
        account = NewAccount(
            email=email,
            name=name.strip() or email,
            role=known[role],
            shop_id=_shop(desk, shop) if role == Role.SHOP.value else None,
            vehicle_id=_vehicle(desk, vehicle) if role == Role.COURIER.value else None,
        )
        now = datetime.now(UTC)
        account_id = api.operations.accounts.invite(desk.pool, desk.town.id, account, now=now)
        typer.echo(_link(desk, account_id, INVITATION, now))


@user_app.command("link")
def link_user(email: str, town: TownName = None) -> None:
    """Donner à quelqu'un un nouveau lien pour choisir son mot de passe."""
    with open_desk(town) as desk, refusals_said():
        with data.database.scoped(desk.pool, desk.town.id) as conn:
            account = data.accounts.by_email(conn, email.strip().lower())
        if account is None:
            fail(f"Aucun compte « {email} » dans {desk.town.name}.")
        kind = RESET if account.has_password else INVITATION
        typer.echo(_link(desk, account.id, kind, datetime.now(UTC)))


def _link(desk: Desk, account_id: int, kind: str, now: datetime) -> str:
    token = api.operations.password_links.make_link(
        desk.pool, desk.town.id, account_id, kind, now=now
    )
    base = (desk.settings.public_url or LOCAL).rstrip("/")
    return f"{base}/t/{desk.town.slug}/mot-de-passe/{token}"


def _shop(desk: Desk, code: str | None) -> int:
    with data.database.scoped(desk.pool, desk.town.id) as conn:
        shop_id = data.shops.id_of(conn, code or "")
    if shop_id is None:
        fail(f"Aucun commerce « {code or ''} » dans {desk.town.name} : nommez-le avec --shop.")
    return shop_id


def _vehicle(desk: Desk, name: str | None) -> int:
    with data.database.scoped(desk.pool, desk.town.id) as conn:
        vehicles = {each.name: each.id for each in data.fleet.listed(conn)}
    if name not in vehicles:
        fail(f"Aucun véhicule « {name or ''} » dans {desk.town.name} : nommez-le avec --vehicle.")
    return vehicles[name]


@key_app.command("add")
def add_key(
    channel: Annotated[str, typer.Argument(help="Canal, code de commerce ou nom de véhicule.")],
    role: Annotated[str, typer.Option(help=", ".join(ROLES))] = "channel",
    shop: Annotated[str | None, typer.Option(help="Un canal réservé à ce commerce.")] = None,
    label: Annotated[str, typer.Option(help="Le nom de la clé dans la liste.")] = "",
    town: TownName = None,
) -> None:
    """Créer une clé ; elle n'est montrée qu'une fois."""
    if role not in ROLES:
        fail(f"« {role} » n'est pas un rôle : {', '.join(ROLES)}.")
    shop_code = channel if role == "shop" else shop
    with open_desk(town) as desk, refusals_said():
        wish = KeyWish(
            role=role,
            label=label or channel,
            channel=channel,
            shop_id=_shop(desk, shop_code) if shop_code else None,
            vehicle_id=_vehicle(desk, channel) if role == "courier" else None,
        )
        now = datetime.now(UTC)
        typer.echo(api.operations.keys.add(desk.pool, desk.town.id, wish, now=now))


@key_app.command("list")
def list_keys(town: TownName = None) -> None:
    """Montrer les clés en vigueur : numéro, rôle, à qui, nom."""
    with open_desk(town) as desk:
        for each in api.operations.keys.listed(desk.pool, desk.town.id):
            if each.key.revoked_at is None:
                whose = each.subject or "–"
                typer.echo(f"{each.key.id}\t{each.key.role}\t{whose}\t{each.key.label}")


@key_app.command("revoke")
def revoke_key(
    number: Annotated[int, typer.Argument(help="Le numéro que « key list » montre.")],
    town: TownName = None,
) -> None:
    """Révoquer une clé : elle n'ouvre plus rien."""
    with open_desk(town) as desk, refusals_said():
        api.operations.keys.revoke(desk.pool, desk.town.id, number, now=datetime.now(UTC))
    typer.echo(f"La clé n° {number} est révoquée.")
