"""Where letters are handed over: what the operator's three mail settings mean, and if they may."""

import ipaddress
from dataclasses import dataclass, field
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.utils import parseaddr
from enum import Enum
from typing import Self
from urllib.parse import unquote, urlsplit


class Encryption(Enum):
    """How words with the mail server are kept secret."""

    #: From the first byte on.
    TLS = "tls"
    #: Asked for before anything is said; refused where the server has none.
    STARTTLS = "starttls"
    #: Not at all: they never leave this machine.
    NONE = "none"


#: Where servers listen when the address names no port (RFC 8314; submission is RFC 6409).
PORTS = {Encryption.TLS: 465, Encryption.STARTTLS: 587, Encryption.NONE: 25}


@dataclass(frozen=True, slots=True, kw_only=True)
class MailServer:
    """A mail server, and as whom we hand letters over."""

    host: str
    port: int
    encryption: Encryption
    user: str | None = None
    password: str = field(default="", repr=False)

    @classmethod
    def of(cls, url: str) -> Self:
        """Read `smtp://user:password@host:587` or `smtps://...`; raise ValueError where unfit.

        `smtp` asks for encryption before anything else is said, but for this machine's own server.
        """
        parts = urlsplit(url)
        if parts.scheme not in {"smtp", "smtps"} or not parts.hostname or parts.path.strip("/"):
            raise ValueError("not the address of a mail server")
        encryption = Encryption.STARTTLS
        if parts.scheme == "smtps":
            encryption = Encryption.TLS
        elif _is_this_machine(parts.hostname):
            encryption = Encryption.NONE
        return cls(
            host=parts.hostname,
            port=parts.port or PORTS[encryption],
            encryption=encryption,
            user=unquote(parts.username) if parts.username else None,
            password=unquote(parts.password or ""),
        )


def _is_this_machine(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def sender(text: str) -> Address:
    """Read `Livraison <bonjour@example.fr>` or a bare address; raise ValueError where unfit."""
    name, spec = parseaddr(text)
    try:
        address = Address(display_name=name, addr_spec=spec)
    except (HeaderParseError, IndexError) as error:
        raise ValueError("not an e-mail address") from error
    if not address.username or not address.domain or not text.isprintable():
        raise ValueError("not an e-mail address")
    return address


def fault(
    mail_url: str | None, mail_from: str | None, public_url: str | None
) -> tuple[str, dict[str, object]] | None:
    """Return what is wrong with the mail settings, a code and its parameters; None when nothing.

    None of them is shown: an address may hold a password.
    """
    for name, value, is_fit in (
        ("mail_url", mail_url, _is_server),
        ("mail_from", mail_from, _is_sender),
        ("public_url", public_url, _is_public),
    ):
        if value is not None and not is_fit(value):
            return f"mail_unfit_{name}", {}
    missing = [
        f"COLPORTEUR_{name}"
        for name, value in (("MAIL_FROM", mail_from), ("PUBLIC_URL", public_url))
        if value is None
    ]
    if mail_url is not None and missing:
        return "mail_incomplete", {"missing": missing}
    return None


def _is_server(url: str) -> bool:
    try:
        MailServer.of(url)
    except ValueError:
        return False
    return True


def _is_sender(text: str) -> bool:
    try:
        sender(text)
    except ValueError:
        return False
    return True


def _is_public(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    is_address = parts.scheme in {"http", "https"} and bool(parts.hostname)
    return is_address and url.isprintable() and not (parts.query or parts.fragment or "@" in url)
