"""Accounts and keys from the command line: how the first administrator comes in."""

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

import api.commands
import data.accounts
import data.keys
from data.database import Database, scoped
from delivery.accounts import Account, Role
from tests.api.conftest import TestClient
from tests.small_town import Town


@pytest.fixture
def colporteur(database: Database, tmp_path: Path, town: Town):
    def run(*arguments: str) -> Result:
        return CliRunner().invoke(
            api.commands.app,
            list(arguments),
            env={
                "DATABASE_URL": database.application_url,
                "COLPORTEUR_HOME": str(tmp_path),
                "COLPORTEUR_PUBLIC_URL": "https://livraison.example",
            },
        )

    return run


def account(town: Town, email: str) -> Account:
    with scoped(town.pool, town.id) as conn:
        found = data.accounts.by_email(conn, email)
    assert found is not None
    return found


def test_the_first_administrator_chooses_a_password_by_the_link_that_is_printed(
    colporteur, town: Town, client: TestClient
) -> None:
    said = colporteur("user", "add", "Claire@essai.example", "--role", "admin", "--name", "Claire")
    assert said.exit_code == 0, said.output
    link = said.stdout.strip()
    assert link.startswith("https://livraison.example/t/essai/mot-de-passe/")
    path = link.removeprefix("https://livraison.example")
    chosen = client.post(path, data={"password": "un bateau bleu"}, follow_redirects=False)
    assert chosen.headers["location"] == "/t/essai/admin"
    assert account(town, "claire@essai.example").name == "Claire"


def test_a_shop_and_a_courier_are_invited_with_what_is_theirs(colporteur, town: Town) -> None:
    arguments = ("--role", "shop", "--shop", "librairie")
    assert colporteur("user", "add", "a@essai.example", *arguments).exit_code == 0
    assert account(town, "a@essai.example").shop_id == town.shops["librairie"]
    arguments = ("--role", "courier", "--vehicle", "Vélo 2")
    assert colporteur("user", "add", "b@essai.example", *arguments).exit_code == 0
    assert account(town, "b@essai.example").role is Role.COURIER


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("a@essai.example", "--role", "chef"), "n'est pas un rôle"),
        (("a@essai.example", "--role", "shop"), "--shop"),
        (("a@essai.example", "--role", "courier", "--vehicle", "Char"), "Aucun véhicule « Char »"),
        (("personne", "--role", "admin"), "adresse"),
    ],
)
def test_what_cannot_be_an_account_is_said_in_a_sentence(
    colporteur, arguments: tuple[str, ...], words: str
) -> None:
    said = colporteur("user", "add", *arguments)
    assert said.exit_code == 1
    assert words in said.stderr


def test_whoever_lost_their_password_gets_a_new_link(colporteur, town: Town) -> None:
    first = colporteur("user", "add", "a@essai.example", "--role", "admin").stdout.strip()
    again = colporteur("user", "link", "A@essai.example").stdout.strip()
    assert again.startswith("https://livraison.example/t/essai/mot-de-passe/")
    assert again != first
    assert colporteur("user", "link", "b@essai.example").exit_code == 1


def test_a_key_is_listed_by_its_name_and_revoked_by_its_number(colporteur, town: Town) -> None:
    token = colporteur("key", "add", "librairie", "--role", "shop").stdout.strip()
    assert colporteur("key", "add", "site", "--shop", "librairie").exit_code == 0
    listed = colporteur("key", "list").stdout
    assert re.search(r"\tchannel\tsite\tsite\n", listed)
    number = re.search(r"(\d+)\tshop\tLa librairie\tlibrairie\n", listed)[1]
    assert colporteur("key", "revoke", number).exit_code == 0
    with town.pool.connection() as conn:
        assert data.keys.find(conn, token) is None
    assert number not in {
        line.split("\t")[0] for line in colporteur("key", "list").stdout.split("\n")
    }
    assert colporteur("key", "revoke", number).exit_code == 1
    assert colporteur("key", "add", "site", "--shop", "fromagerie").exit_code == 1
