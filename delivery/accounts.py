"""Who may enter: roles, how long a login lasts, what a password must be, and when to wait.

Programs have keys and roles of their own; these are people's.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from ipaddress import IPv6Address, IPv6Network, ip_address

from delivery.errors import Refusal

#: The CNIL's recommendation of 2022-100 asks for 50 bits where failures are throttled; ten
#: characters of one's own choice, of which none may be the login, come to about that.
SHORTEST_PASSWORD = 10
LONGEST_PASSWORD = 200
#: So many failures in so long for one e-mail address, or from one network address, and wait.
MOST_FAILURES = 5
MOST_FAILURES_FROM = 50
LOCKOUT = timedelta(minutes=15)
#: A login's token is changed so often; the former one is taken for a moment more, because a page
#: asks for several things at once.
ROTATION = timedelta(hours=1)
ROTATION_GRACE = timedelta(minutes=2)
INVITATION_LASTS = timedelta(days=7)
RESET_LASTS = timedelta(hours=1)
#: Whoever asks for another letter so soon after one gets none.
RESET_PAUSE = timedelta(minutes=5)
#: The least that one line of IPv6 is given (RFC 6177): its addresses are one caller's.
LINE_BITS = 64


class LoginRefused(Refusal):
    """E-mail address and password do not go together, or the account is closed."""

    code = "login_refused"


class LockedOut(Refusal):
    """Too many failures of late: wait. Parameters: minutes."""

    code = "locked_out"


class PasswordUnfit(Refusal):
    """The password is too short, too long, or says the login. Parameters: reason, least, most."""

    code = "password_unfit"


class LinkSpent(Refusal):
    """The link was used, has run out, or never was."""

    code = "link_spent"


class EmailTaken(Refusal):
    """The town has an account of this e-mail address. Parameters: email."""

    code = "email_taken"


class EmailUnfit(Refusal):
    """This is no e-mail address. Parameters: email."""

    code = "email_unfit"


class LastAdmin(Refusal):
    """A town without an administrator could not be mended from inside."""

    code = "last_admin"


class Role(Enum):
    """What somebody does in the town."""

    #: Rides rounds.
    COURIER = "courier"
    #: Sells.
    SHOP = "shop"
    #: Receives and hands over at the hub and its drive.
    HUB = "hub"
    #: Plans and watches the day.
    DISPATCHER = "dispatcher"
    #: Reads the statements for the town hall.
    MAIRIE = "mairie"
    #: Sets the town up and lets others in.
    ADMIN = "admin"


#: How long a login lasts without use: a counter's or a saddle's for weeks, an office's for a day.
LASTS = {
    Role.COURIER: timedelta(days=30),
    Role.SHOP: timedelta(days=30),
    Role.HUB: timedelta(days=30),
    Role.DISPATCHER: timedelta(hours=12),
    Role.MAIRIE: timedelta(hours=12),
    Role.ADMIN: timedelta(hours=12),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAccount:
    """Somebody to let in; `shop_id` of a shop, `vehicle_id` of a courier."""

    email: str
    name: str
    role: Role
    shop_id: int | None = None
    vehicle_id: int | None = None

    def __post_init__(self) -> None:
        """Refuse an account whose role and subject do not go together."""
        if not self.name.strip():
            raise ValueError("an account needs a name")
        if (self.role is Role.SHOP) != (self.shop_id is not None):
            raise ValueError("shops, and nobody else, have a shop")
        if (self.role is Role.COURIER) != (self.vehicle_id is not None):
            raise ValueError("couriers, and nobody else, have a vehicle")


@dataclass(frozen=True, slots=True, kw_only=True)
class Account(NewAccount):
    """Somebody who may enter; invited only, while there is no password."""

    id: int
    has_password: bool
    created_at: datetime
    disabled_at: datetime | None = None


def email(text: str) -> str:
    """Return an e-mail address as accounts are known by.

    >>> email(" Marie.Le.Goff@Example.fr ")
    'marie.le.goff@example.fr'

    Raises EmailUnfit.
    """
    folded = text.strip().lower()
    name, at, host = folded.rpartition("@")
    is_fit = at and name and "." in host and len(folded) <= 254
    if not is_fit or "@" in name or any(c.isspace() or not c.isprintable() for c in folded):
        raise EmailUnfit(field="email", email=text)
    return folded


def network(address: str) -> str:
    """Return what failures are counted by: an address, of IPv6 all those of one line.

    >>> network("203.0.113.7"), network("2001:db8::7"), network("::ffff:203.0.113.7")
    ('203.0.113.7', '2001:db8::/64', '203.0.113.7')
    """
    try:
        found = ip_address(address)
    except ValueError:
        return address
    if not isinstance(found, IPv6Address):
        return str(found)
    mapped = found.ipv4_mapped
    return str(mapped or IPv6Network((int(found), LINE_BITS), strict=False))


def check_password(password: str, *, email: str) -> None:
    """Refuse a password that could be guessed before failures lock the door.

    Raises PasswordUnfit.
    """
    reason = None
    if len(password) < SHORTEST_PASSWORD:
        reason = "short"
    elif len(password) > LONGEST_PASSWORD:
        reason = "long"
    elif password.casefold() in {email, email.partition("@")[0]} or len(set(password)) < 4:
        reason = "plain"
    if reason is not None:
        raise PasswordUnfit(
            field="password", reason=reason, least=SHORTEST_PASSWORD, most=LONGEST_PASSWORD
        )
