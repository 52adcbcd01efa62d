"""One account a role, for the demo alone: its login page offers them, its password is no secret."""

from delivery.accounts import Role

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
