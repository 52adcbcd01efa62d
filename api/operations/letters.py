"""Letters the application writes: whom to, what they say; the mail server carries them."""

from datetime import datetime

import api.mail
import api.operations.password_links
import api.words
import data.accounts
import data.database
import data.towns
from api.mail import Letter
from api.operations.password_links import LASTING
from api.settings import Settings
from data.database import Pool
from data.towns import Town
from delivery.accounts import Account
from delivery.errors import NotFound


def send_account_link(
    pool: Pool, settings: Settings, town_id: int, account_id: int, kind: str, *, now: datetime
) -> None:
    """Write to an account's owner where to choose a password; `kind` is that of the link.

    The link is made at this moment, so that no token lies anywhere before it is sent.

    Raises NotFound where there is no such account, or it is closed; MailUnset, LetterRefused, and
    OSError where trying again later may help.
    """
    with data.database.scoped(pool, town_id) as conn:
        town = data.towns.by_id(conn, town_id)
        account = data.accounts.by_id(conn, account_id)
    if account is None:
        raise NotFound(field="account_id")
    api.mail.server_of(settings)
    token = api.operations.password_links.make_link(pool, town_id, account_id, kind, now=now)
    api.mail.send(settings, account_letter(settings, town, account, kind, token))


def account_letter(
    settings: Settings, town: Town, account: Account, kind: str, token: str
) -> Letter:
    """Write a letter of `kind` with the page a token opens, on the public address alone."""
    base = (settings.public_url or "").rstrip("/")
    parameters = {
        "name": api.mail.one_line(account.name),
        "town": api.mail.one_line(town.name),
        "link": f"{base}/t/{town.slug}/mot-de-passe/{token}",
        "lasting": api.words.lasting(LASTING[kind], settings.language),
    }
    return Letter(
        to=account.email,
        subject=api.words.text(f"mail_{kind}_subject", parameters, settings.language),
        text=api.words.text(f"mail_{kind}", parameters, settings.language) + "\n",
    )
