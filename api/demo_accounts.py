"""One account a role, for the demo alone: its login page offers them, its password is no secret."""

from datetime import datetime

import api.operations.passwords
import data.accounts
import data.database
from data.database import Pool
from delivery.accounts import NewAccount, Role
from delivery.fleet import Vehicle
from delivery.shops import Shop

DEMO_PASSWORD = "colporteur-demo"
#: By role, in the order people meet them over a day; `.example` belongs to nobody (RFC 2606).
DEMO_ACCOUNTS: dict[Role, str] = {
    Role.SHOP: "commerce@colporteur.example",
    Role.COURIER: "livreur@colporteur.example",
    Role.HUB: "drive@colporteur.example",
    Role.DISPATCHER: "regulation@colporteur.example",
    Role.MAIRIE: "mairie@colporteur.example",
    Role.ADMIN: "administration@colporteur.example",
}
#: What each opens, for people at a terminal.
OPENS = {
    Role.SHOP: "le comptoir d'un commerce",
    Role.COURIER: "le téléphone d'un livreur en tournée",
    Role.HUB: "l'accueil du hub et du drive",
    Role.DISPATCHER: "le bureau de la régulation",
    Role.MAIRIE: "l'état du mois et l'enveloppe, à la mairie",
    Role.ADMIN: "les réglages de la ville",
}


def let_in(pool: Pool, town_id: int, *, shop: Shop, vehicle: Vehicle, at: datetime) -> None:
    """Make the accounts: the shop's of this shop, the courier's of this vehicle."""
    names = {
        Role.SHOP: shop.name,
        Role.COURIER: vehicle.name,
        Role.HUB: "Accueil du drive",
        Role.DISPATCHER: "Régulation",
        Role.MAIRIE: "Mairie",
        Role.ADMIN: "Administration",
    }
    password_hash = api.operations.passwords.hash_password(DEMO_PASSWORD)
    with data.database.scoped(pool, town_id) as conn:
        for role, email in DEMO_ACCOUNTS.items():
            account = NewAccount(
                email=email,
                name=names[role],
                role=role,
                shop_id=shop.id if role is Role.SHOP else None,
                vehicle_id=vehicle.id if role is Role.COURIER else None,
            )
            data.accounts.add(conn, account, at=at, password_hash=password_hash)


def table() -> str:
    """Say which account opens what, a line each."""
    width = max(len(email) for email in DEMO_ACCOUNTS.values())
    return "\n".join(f"  {email:<{width}}  {OPENS[role]}" for role, email in DEMO_ACCOUNTS.items())
