"""Letters reach people through the operator's mail server, and lead to the public address alone."""

import asyncio
import email
import email.message
import email.policy
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from fastapi import FastAPI
from fastapi.testclient import TestClient
from psycopg import Connection
from psycopg.rows import TupleRow
from pydantic import ValidationError
from typer.testing import CliRunner

import api.commands
import api.doctor
import api.mail
import api.operations.letters
import api.operations.password_links as password_links
import data.accounts
import data.jobs
import data.towns
from api.app import create_app
from api.mail import Letter, LetterRefused, MailUnset
from api.mail_server import Encryption, MailServer
from api.settings import Settings
from data.database import Database, Pool, scoped
from data.towns import Town
from delivery.accounts import Account, NewAccount, Role
from tests import builders

TO = "marie.le.goff@essai.example"
FROM = "Livraison d’Essai <livraison@essai.example>"
PUBLIC = "https://livraison.essai.example"
PATIENCE_S = 30


class Postbox:
    """What a mail server took, and how it was told to answer."""

    def __init__(self) -> None:
        self.letters: list[tuple[str, list[str], bytes]] = []
        self.unknown: set[str] = set()
        self.is_busy = False
        self.thinks_s = 0.0

    async def handle_RCPT(
        self, server: Any, session: Any, envelope: Any, address: str, options: Any
    ) -> str:
        if self.is_busy:
            await asyncio.sleep(self.thinks_s)
            return "451 later"
        if address in self.unknown:
            return "550 nobody"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        self.letters.append((envelope.mail_from, envelope.rcpt_tos, envelope.content))
        return "250 OK"

    def only(self) -> email.message.EmailMessage:
        """Return the one letter that came."""
        ((sender, recipients, content),) = self.letters
        assert (sender, recipients) == ("livraison@essai.example", [TO])
        message = email.message_from_bytes(content, policy=email.policy.default)
        assert isinstance(message, email.message.EmailMessage)
        return message


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def port() -> int:
    return _free_port()


@pytest.fixture
def postbox(port: int) -> Iterator[Postbox]:
    """A mail server on this machine."""
    box = Postbox()
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    yield box
    controller.stop()


@pytest.fixture
def settings(database: Database, test_home: Path, port: int) -> Settings:
    return Settings(
        home=test_home,
        DATABASE_URL=database.application_url,  # type: ignore[call-arg]
        mail_url=f"smtp://127.0.0.1:{port}",
        mail_from=FROM,
        public_url=f"{PUBLIC}/",
    )


def an_account(pool: Pool, town_id: int, name: str = "Marie Le Goff") -> int:
    with scoped(pool, town_id) as conn:
        return data.accounts.add(
            conn,
            NewAccount(email=TO, name=name, role=Role.MAIRIE),
            at=builders.NOON,
            password_hash=None,
        )


def token_in(text: str) -> str:
    """Return the token of the one link of a letter."""
    (line,) = [line for line in text.splitlines() if "://" in line]
    base, token = line.rsplit("/", 1)
    assert base == f"{PUBLIC}/t/essai/mot-de-passe"
    return token


def send(pool: Pool, settings: Settings, town_id: int, account_id: int, kind: str) -> None:
    api.operations.letters.send_account_link(
        pool, settings, town_id, account_id, kind, now=builders.NOON
    )


def test_an_invitation_says_who_invites_where_to_go_and_how_long_it_lasts(
    pool: Pool, town_id: int, settings: Settings, postbox: Postbox
) -> None:
    account_id = an_account(pool, town_id)
    send(pool, settings, town_id, account_id, "invitation")
    letter = postbox.only()
    assert letter["Subject"] == "Essai : votre accès au service de livraison"
    assert (letter["To"], letter["From"]) == (TO, FROM)
    assert letter["Auto-Submitted"] == "auto-generated"
    assert letter.get_content_type() == "text/plain"
    text = letter.get_content()
    assert "Bonjour Marie Le Goff," in text
    assert "Essai vous ouvre un accès" in text
    assert "valable 7 jours et ne sert qu’une fois" in text.replace("\N{NO-BREAK SPACE}", " ")
    found = password_links.link_owner(pool, town_id, token_in(text), now=builders.NOON)
    assert found.id == account_id


def test_a_reset_lasts_an_hour(
    pool: Pool, town_id: int, settings: Settings, postbox: Postbox
) -> None:
    send(pool, settings, town_id, an_account(pool, town_id), "reset")
    letter = postbox.only()
    assert letter["Subject"] == "Essai : votre mot de passe du service de livraison"
    assert "60 minutes" in letter.get_content()


def test_letters_are_written_in_the_town_halls_language(
    pool: Pool, town_id: int, settings: Settings, postbox: Postbox
) -> None:
    english = settings.model_copy(update={"language": "en"})
    send(pool, english, town_id, an_account(pool, town_id), "reset")
    assert "Hello Marie Le Goff," in postbox.only().get_content()


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\x0b", "\x85", "\u2028"])
def test_line_ends_in_names_make_no_header(settings: Settings, postbox: Postbox, end: str) -> None:
    town = Town(
        id=1,
        slug="essai",
        name=f"Essai{end}Bcc: tous@essai.example{end}{end}Autre texte",
        timezone="Europe/Paris",
        osm_sha256="",
    )
    account = Account(
        id=1,
        email=TO,
        name=f"Marie{end}X-Piege: oui",
        role=Role.MAIRIE,
        has_password=False,
        created_at=builders.NOON,
    )
    letter = api.operations.letters.account_letter(settings, town, account, "invitation", "jeton")
    api.mail.send(settings, letter)
    arrived = postbox.only()
    assert set(arrived.keys()) == {
        "To",
        "From",
        "Subject",
        "Date",
        "Message-ID",
        "Auto-Submitted",
        "Content-Type",
        "Content-Transfer-Encoding",
        "MIME-Version",
    }
    assert "Bcc: tous@essai.example Autre texte" in arrived["Subject"]
    assert "Bonjour Marie X-Piege: oui," in arrived.get_content()


@pytest.mark.parametrize(
    "to", ["marie", "", "a@b\r\nBcc: c@d.example", "a@b.example, c@d.example", "a b@c.example"]
)
def test_what_is_no_address_gets_no_letter(settings: Settings, postbox: Postbox, to: str) -> None:
    with pytest.raises(LetterRefused):
        api.mail.send(settings, Letter(to=to, subject="Essai", text="Essai"))
    assert postbox.letters == []


def test_an_address_nobody_has_is_refused_for_good_and_a_busy_server_is_not(
    settings: Settings, postbox: Postbox
) -> None:
    postbox.unknown.add(TO)
    letter = Letter(to=TO, subject="Essai", text="Essai")
    with pytest.raises(LetterRefused):
        api.mail.send(settings, letter)
    postbox.is_busy = True
    with pytest.raises(OSError):
        api.mail.send(settings, letter)


def test_without_a_mail_server_no_link_is_made(
    pool: Pool, town_id: int, settings: Settings
) -> None:
    account_id = an_account(pool, town_id)
    with pytest.raises(MailUnset):
        send(
            pool,
            settings.model_copy(update={"mail_url": None}),
            town_id,
            account_id,
            "invitation",
        )
    with scoped(pool, town_id) as conn:
        assert conn.execute("SELECT 1 FROM account_links").rowcount == 0


def test_nothing_is_said_in_clear_to_a_server_elsewhere(postbox: Postbox, port: int) -> None:
    """Linux leads 0.0.0.0 to this machine, which our settings do not take for its own."""
    settings = Settings(mail_url=f"smtp://0.0.0.0:{port}", mail_from=FROM, public_url=PUBLIC)
    with pytest.raises(OSError, match="STARTTLS"):
        api.mail.send(settings, Letter(to=TO, subject="Essai", text="Essai"))
    assert postbox.letters == []


@pytest.mark.parametrize(
    ("url", "meant"),
    [
        (
            "smtp://moi%40essai:p%2Fw@courrier.example:2525",
            ("courrier.example", 2525, Encryption.STARTTLS, "moi@essai", "p/w"),
        ),
        ("smtp://courrier.example", ("courrier.example", 587, Encryption.STARTTLS, None, "")),
        ("smtps://courrier.example", ("courrier.example", 465, Encryption.TLS, None, "")),
        ("smtp://127.0.0.1:8025", ("127.0.0.1", 8025, Encryption.NONE, None, "")),
        ("smtp://[::1]", ("::1", 25, Encryption.NONE, None, "")),
        ("smtps://localhost", ("localhost", 465, Encryption.TLS, None, "")),
    ],
)
def test_the_address_of_a_server_says_how_it_is_spoken_to(
    url: str, meant: tuple[object, ...]
) -> None:
    server = MailServer.of(url)
    assert (
        server.host,
        server.port,
        server.encryption,
        server.user,
        server.password,
    ) == meant
    assert "p/w" not in repr(server)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"mail_url": "smtp://h.example"}, "COLPORTEUR_MAIL_FROM ; COLPORTEUR_PUBLIC_URL"),
        ({"mail_url": "smtp://h.example", "mail_from": FROM}, "manque : COLPORTEUR_PUBLIC_URL"),
        ({"mail_url": "http://moi:secret@h.example"}, "serveur de courrier"),
        ({"mail_url": "smtp://moi:secret@h.example:mille"}, "serveur de courrier"),
        ({"mail_from": "personne"}, "adresse électronique"),
        ({"mail_from": "a@b.example\r\nBcc: c@d.example"}, "adresse électronique"),
        ({"public_url": "livraison.example"}, "n’est pas l’adresse d’un site"),
        ({"public_url": "https://a.example/?b=1"}, "n’est pas l’adresse d’un site"),
    ],
)
def test_mail_settings_that_cannot_work_are_refused_in_words(
    values: dict[str, str], words: str
) -> None:
    with pytest.raises(ValidationError) as refusal:
        Settings(**values)  # type: ignore[arg-type]
    said = str(refusal.value).replace("\N{NO-BREAK SPACE}", " ")
    assert words in said
    assert "secret" not in said


def test_commands_say_so_and_do_nothing() -> None:
    answer = CliRunner().invoke(
        api.commands.app, ["doctor"], env={"COLPORTEUR_MAIL_URL": "smtp://moi:secret@h.example"}
    )
    assert answer.exit_code == 1
    assert answer.stdout == ""
    assert "COLPORTEUR_MAIL_FROM" in answer.stderr and "secret" not in answer.stderr


def test_settings_set_to_nothing_are_left_out() -> None:
    settings = Settings(mail_url="", mail_from="", public_url="")
    assert (settings.mail_url, settings.mail_from, settings.public_url) == (None, None, None)


@pytest.fixture
def app(settings: Settings) -> FastAPI:
    return create_app(settings, clock=lambda: builders.NOON, worker=True)


def ask(pool: Pool, town_id: int, account_id: int, *, lock: str | None = None) -> int:
    with scoped(pool, town_id) as conn:
        return data.jobs.defer(
            conn,
            "send_account_link",
            town_id=town_id,
            queueing_lock=lock,
            account_id=account_id,
            kind="invitation",
        )


def job(superuser: Connection[TupleRow], job_id: int) -> TupleRow:
    row = superuser.execute(
        """
        SELECT status::text, attempts, scheduled_at > now()
          FROM procrastinate.procrastinate_jobs
         WHERE id = %s
        """,
        [job_id],
    ).fetchone()
    assert row is not None
    return row


def until(superuser: Connection[TupleRow], job_id: int, *wanted: object) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while (found := job(superuser, job_id))[: len(wanted)] != wanted:
        assert time.monotonic() < deadline, found
        time.sleep(0.02)


def test_the_job_makes_the_link_only_when_it_sends_it(
    app: FastAPI, pool: Pool, town_id: int, superuser: Connection[TupleRow], postbox: Postbox
) -> None:
    account_id = an_account(pool, town_id)
    job_id = ask(pool, town_id, account_id)
    with scoped(pool, town_id) as conn:
        assert conn.execute("SELECT 1 FROM account_links").rowcount == 0
    with TestClient(app):
        until(superuser, job_id, "succeeded")
    token = token_in(postbox.only().get_content())
    kept = superuser.execute(
        "SELECT string_agg(args::text, '') FROM procrastinate.procrastinate_jobs"
    ).fetchone()
    assert kept is not None and token not in kept[0] and TO not in kept[0]
    assert password_links.link_owner(pool, town_id, token, now=builders.NOON).id == account_id


def test_a_letter_is_tried_again_while_the_server_is_down(
    app: FastAPI, pool: Pool, town_id: int, superuser: Connection[TupleRow], port: int
) -> None:
    job_id = ask(pool, town_id, an_account(pool, town_id))
    box = Postbox()
    with TestClient(app):
        until(superuser, job_id, "todo", 1, True)
        controller = Controller(box, hostname="127.0.0.1", port=port)
        controller.start()
        superuser.execute("UPDATE procrastinate.procrastinate_jobs SET scheduled_at = now()")
        until(superuser, job_id, "succeeded")
        controller.stop()
    assert "mot-de-passe" in box.only().get_content()


def test_a_letter_asked_for_again_while_the_first_fails_is_sent_once(
    app: FastAPI, pool: Pool, town_id: int, superuser: Connection[TupleRow], postbox: Postbox
) -> None:
    account_id = an_account(pool, town_id)
    postbox.is_busy, postbox.thinks_s = True, 1.0
    with TestClient(app):
        first = ask(pool, town_id, account_id, lock="a")
        until(superuser, first, "doing")
        second = ask(pool, town_id, account_id, lock="a")
        until(superuser, first, "succeeded")
        until(superuser, second, "todo", 1, True)
        assert ask(pool, town_id, account_id, lock="a") == second
        postbox.is_busy = False
        superuser.execute("UPDATE procrastinate.procrastinate_jobs SET scheduled_at = now()")
        until(superuser, second, "succeeded")
    assert "mot-de-passe" in postbox.only().get_content()


def test_a_dead_workers_letter_gives_way_to_one_asked_for_since(
    app: FastAPI, pool: Pool, town_id: int, superuser: Connection[TupleRow], postbox: Postbox
) -> None:
    account_id = an_account(pool, town_id)
    dead = ask(pool, town_id, account_id, lock="a")
    superuser.execute("UPDATE procrastinate.procrastinate_jobs SET status = 'doing'")
    alive = ask(pool, town_id, account_id, lock="a")
    assert alive != dead
    with TestClient(app):
        until(superuser, dead, "failed")
        until(superuser, alive, "succeeded")
    assert "mot-de-passe" in postbox.only().get_content()


def test_a_letter_nobody_can_get_is_given_up(
    app: FastAPI, pool: Pool, town_id: int, superuser: Connection[TupleRow], postbox: Postbox
) -> None:
    postbox.unknown.add(TO)
    job_id = ask(pool, town_id, an_account(pool, town_id))
    with TestClient(app):
        until(superuser, job_id, "failed")


def test_an_account_closed_since_gets_no_letter(
    app: FastAPI, pool: Pool, town_id: int, superuser: Connection[TupleRow], postbox: Postbox
) -> None:
    account_id = an_account(pool, town_id)
    with scoped(pool, town_id) as conn:
        data.accounts.set_disabled(conn, account_id, builders.NOON)
    job_id = ask(pool, town_id, account_id)
    with TestClient(app):
        until(superuser, job_id, "succeeded")
    assert postbox.letters == []


def checks(settings: Settings) -> dict[str, api.doctor.Check]:
    return {each.name: each for each in api.doctor.checks(settings)}


def test_the_doctor_greets_the_mail_server(settings: Settings, postbox: Postbox, port: int) -> None:
    check = checks(settings)["Courrier"]
    assert (check.is_well, check.detail) == (True, f"127.0.0.1:{port}")
    assert postbox.letters == []


def test_the_doctor_says_that_the_mail_server_does_not_answer(settings: Settings) -> None:
    check = checks(settings)["Courrier"]
    assert not check.is_well
    assert "Courrier" not in checks(settings.model_copy(update={"mail_url": None}))


def test_the_doctor_names_jobs_that_wait_for_nobody(
    settings: Settings, pool: Pool, town_id: int, superuser: Connection[TupleRow]
) -> None:
    assert checks(settings)["Travaux"].is_well
    ask(pool, town_id, an_account(pool, town_id))
    assert checks(settings)["Travaux"].is_well
    superuser.execute("UPDATE procrastinate.procrastinate_events SET at = at - interval '1 hour'")
    check = checks(settings)["Travaux"]
    assert not check.is_well and "colporteur worker" in check.detail
