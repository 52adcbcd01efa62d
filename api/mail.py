"""Letters by mail: plain text, one recipient, handed over to the operator's own server."""

import email.policy
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from urllib.parse import urlsplit

from api.mail_server import Encryption, MailServer, sender
from api.settings import Settings

#: How long the server may be silent.
PATIENCE_S = 10
#: From here on an answer means: never, rather than: not now (RFC 5321, section 4.2.1).
FOR_GOOD = 500


class MailUnset(Exception):
    """The operator named no mail server."""


class LetterRefused(Exception):
    """The server will never take this letter: nobody has this address, or it may not be written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """What is written to one person."""

    to: str
    subject: str
    text: str


def send(settings: Settings, letter: Letter) -> None:
    """Hand a letter over to the mail server.

    Raises MailUnset, LetterRefused, and OSError where trying again later may help.
    """
    message = written(settings, letter)
    with _connected(settings) as smtp:
        try:
            smtp.send_message(message)
        except smtplib.SMTPRecipientsRefused as error:
            if all(code >= FOR_GOOD for code, _ in error.recipients.values()):
                raise LetterRefused from error
            raise


def greet(settings: Settings) -> str:
    """Say who we are to the mail server and send nothing; return where it is.

    Raises MailUnset, OSError.
    """
    with _connected(settings) as smtp:
        smtp.noop()
    server = server_of(settings)
    return f"{server.host}:{server.port}"


def server_of(settings: Settings) -> MailServer:
    """Return the operator's mail server.

    Raises MailUnset.
    """
    if settings.mail_url is None:
        raise MailUnset
    return MailServer.of(settings.mail_url)


@contextmanager
def _connected(settings: Settings) -> Iterator[smtplib.SMTP]:
    server = server_of(settings)
    # Named, because looking this machine's own name up may take long and tell more than it should.
    us = urlsplit(settings.public_url or "").hostname or "localhost"
    with _open(server, us) as smtp:
        if server.encryption is Encryption.STARTTLS:
            smtp.starttls(context=ssl.create_default_context())
        if server.user is not None:
            smtp.login(server.user, server.password)
        yield smtp


def _open(server: MailServer, us: str) -> smtplib.SMTP:
    if server.encryption is Encryption.TLS:
        return smtplib.SMTP_SSL(
            server.host,
            server.port,
            local_hostname=us,
            timeout=PATIENCE_S,
            context=ssl.create_default_context(),
        )
    return smtplib.SMTP(server.host, server.port, local_hostname=us, timeout=PATIENCE_S)


def written(settings: Settings, letter: Letter) -> EmailMessage:
    """Return a letter as it travels; whatever a name holds, a header stays one line.

    Raises MailUnset, LetterRefused where `to` is no address.
    """
    if settings.mail_from is None:
        raise MailUnset
    us = sender(settings.mail_from)
    message = EmailMessage(policy=email.policy.SMTP)
    try:
        message["To"] = Address(addr_spec=letter.to)
    except (ValueError, IndexError, HeaderParseError) as error:
        raise LetterRefused from error
    message["From"] = us
    message["Subject"] = one_line(letter.subject)
    message["Date"] = formatdate(usegmt=True)
    message["Message-ID"] = make_msgid(domain=us.domain)
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(letter.text)
    return message


def one_line(text: str) -> str:
    """Return a text without line ends and other characters that cannot be seen.

    >>> one_line("Dinan\\r\\nBcc: tous@example.fr")
    'Dinan Bcc: tous@example.fr'
    """
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
