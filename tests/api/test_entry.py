"""Coming in: the password, the lock, the link, the phone for the day, and forms of strangers."""

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from psycopg import Connection
from psycopg.rows import TupleRow

import api.operations.accounts
import api.operations.logins
import api.operations.password_links
import api.operations.passwords
import data.accounts
import data.login_failures
import data.towns
from api import cookies
from api.operations.logins import Opened
from data.database import scoped
from delivery import accounts
from delivery.accounts import LockedOut, LoginRefused, NewAccount, Role
from tests import builders, logins
from tests.api.conftest import TestClient
from tests.small_town import Town

PASSWORD = "trois petits bateaux"
EMAIL = "marie@essai.example"


@pytest.fixture
def browser(client: TestClient) -> Iterator[TestClient]:
    client.base_url = client.base_url.copy_with(scheme="http", host="127.0.0.1")
    client.follow_redirects = False
    yield client


@pytest.fixture
def account_id(town: Town) -> int:
    account = NewAccount(
        email=EMAIL, name="La fromagerie", role=Role.SHOP, shop_id=town.shops["fromagerie"]
    )
    with scoped(town.pool, town.id) as conn:
        return data.accounts.add(
            conn,
            account,
            at=town.clock(),
            password_hash=api.operations.passwords.hash_password(PASSWORD),
        )


def enter(browser: TestClient, password: str = PASSWORD, email: str = EMAIL, **fields: str):
    return browser.post("/t/essai/connexion", data={"email": email, "password": password, **fields})


def test_nobody_sees_a_page_before_the_door(browser: TestClient) -> None:
    answer = browser.get("/t/essai/compte?x=1")
    assert answer.status_code == 303
    assert answer.headers["location"] == "/t/essai/connexion?suite=/t/essai/compte%3Fx%3D1"


def test_the_right_password_opens_the_role_s_own_door(browser: TestClient, account_id: int) -> None:
    answer = enter(browser)
    assert (answer.status_code, answer.headers["location"]) == (303, "/t/essai/commerce")
    kept = answer.headers["set-cookie"]
    assert "HttpOnly" in kept and "SameSite=lax" in kept and "Path=/t/essai" in kept
    assert browser.get("/t/essai/compte").status_code == 200


def test_a_login_leads_to_the_page_that_was_asked_for_but_never_elsewhere(
    browser: TestClient, account_id: int
) -> None:
    answer = enter(browser, suite="/t/essai/compte?x=1")
    assert answer.headers["location"] == "/t/essai/compte?x=1"
    for elsewhere in ("https://ailleurs.example/t/essai/", "//ailleurs.example", "/t/essai/\\a"):
        assert enter(browser, suite=elsewhere).headers["location"] == "/t/essai/commerce"


def test_a_wrong_password_and_an_unknown_address_get_the_same_answer(
    browser: TestClient, account_id: int
) -> None:
    wrong = enter(browser, "un autre mot de passe")
    unknown = enter(browser, email="personne@essai.example")
    assert wrong.status_code == unknown.status_code == 401
    assert "ne vont pas ensemble" in wrong.text
    assert wrong.text.replace(EMAIL, "") == unknown.text.replace("personne@essai.example", "")


def test_five_failures_lock_the_door_for_a_quarter_of_an_hour(
    browser: TestClient, account_id: int, town: Town
) -> None:
    for _ in range(5):
        assert enter(browser, "un autre mot de passe").status_code == 401
    assert enter(browser).status_code == 429
    town.clock.moment += timedelta(minutes=16)
    assert enter(browser).status_code == 303
    assert enter(browser, "un autre mot de passe").status_code == 401


def test_many_guesses_at_once_are_no_more_than_five(account_id: int, town: Town) -> None:
    """However the address is written, it is one person's."""
    spellings = (EMAIL, EMAIL.upper(), f" {EMAIL} ", EMAIL.title())

    def guess(number: int) -> str:
        try:
            api.operations.passwords.log_in(
                town.pool,
                town.id,
                email=spellings[number % len(spellings)],
                password=f"essai numéro {number}",
                address="203.0.113.7",
                now=town.clock(),
            )
        except (LockedOut, LoginRefused) as refusal:
            return refusal.code
        return "in"

    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(guess, range(16)))
    assert Counter(answers) == {"login_refused": 5, "locked_out": 11}


def test_pages_asked_for_at_once_change_a_token_once(account_id: int, town: Town) -> None:
    with scoped(town.pool, town.id) as conn:
        account = data.accounts.by_id(conn, account_id)
        assert account is not None
        token = api.operations.logins.open_login(conn, account, town.clock()).token
    town.clock.moment += accounts.ROTATION

    def resume(_: int) -> Opened | None:
        with scoped(town.pool, town.id) as conn:
            resumed = api.operations.logins.resume(conn, token, now=town.clock())
        assert resumed is not None, "each of them is answered"
        return resumed[1]

    with ThreadPoolExecutor(8) as threads:
        fresh = [opened for opened in threads.map(resume, range(8)) if opened is not None]
    assert len(fresh) == 1
    town.clock.moment += accounts.ROTATION_GRACE
    with scoped(town.pool, town.id) as conn:
        assert api.operations.logins.resume(conn, token, now=town.clock()) is None
        assert api.operations.logins.resume(conn, fresh[0].token, now=town.clock()) is not None


def test_an_unknown_address_is_locked_as_a_known_one(browser: TestClient, account_id: int) -> None:
    answers = [enter(browser, email="personne@essai.example").status_code for _ in range(6)]
    assert answers == [401] * 5 + [429]


def test_the_cookie_is_secure_unless_it_stays_on_this_machine(
    browser: TestClient, account_id: int
) -> None:
    assert "Secure" not in enter(browser).headers["set-cookie"]
    answer = browser.post(
        "https://livraison.essai.example/t/essai/connexion",
        data={"email": EMAIL, "password": PASSWORD},
    )
    assert "Secure" in answer.headers["set-cookie"]


def test_the_token_changes_as_it_is_used_and_the_former_one_dies(
    browser: TestClient, account_id: int, town: Town
) -> None:
    enter(browser)
    former = browser.cookies[cookies.NAME]
    town.clock.moment += timedelta(minutes=61)
    assert browser.get("/t/essai/compte").status_code == 200
    assert browser.cookies[cookies.NAME] != former
    old = {"Cookie": f"{cookies.NAME}={former}"}
    browser.cookies.clear()
    assert browser.get("/t/essai/compte", headers=old).status_code == 200
    town.clock.moment += timedelta(minutes=3)
    assert browser.get("/t/essai/compte", headers=old).status_code == 303


def test_logging_out_ends_the_login_itself(browser: TestClient, account_id: int) -> None:
    enter(browser)
    kept = {"Cookie": f"{cookies.NAME}={browser.cookies[cookies.NAME]}"}
    token = logins.csrf(browser, "/t/essai/compte")
    answer = browser.post("/t/essai/deconnexion", data={"csrf": token})
    assert answer.headers["location"] == "/t/essai/connexion?fait=entry_logged_out"
    assert browser.get("/t/essai/compte", headers=kept).status_code == 303


@pytest.mark.parametrize(
    ("token", "headers"),
    [
        ("", {}),
        ("x", {}),
        (None, {"Origin": "https://ailleurs.example"}),
        (None, {"Sec-Fetch-Site": "cross-site"}),
        (None, {"Origin": "null"}),
    ],
)
def test_a_form_of_strangers_changes_nothing(
    browser: TestClient, account_id: int, token: str | None, headers: dict[str, str]
) -> None:
    enter(browser)
    right = logins.csrf(browser, "/t/essai/compte")
    fields = {"csrf": right if token is None else token}
    answer = browser.post("/t/essai/deconnexion", data=fields, headers=headers)
    assert answer.status_code == 403
    assert browser.get("/t/essai/compte").status_code == 200


def test_strangers_cannot_log_somebody_in(browser: TestClient, account_id: int) -> None:
    answer = browser.post(
        "/t/essai/connexion",
        data={"email": EMAIL, "password": PASSWORD},
        headers={"Origin": "https://ailleurs.example"},
    )
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers


def test_a_link_chooses_a_password_once_and_ends_every_other_login(
    browser: TestClient, account_id: int, town: Town
) -> None:
    enter(browser)
    before = {"Cookie": f"{cookies.NAME}={browser.cookies[cookies.NAME]}"}
    browser.cookies.clear()
    token = api.operations.password_links.make_link(
        town.pool, town.id, account_id, "reset", now=town.clock()
    )
    path = f"/t/essai/mot-de-passe/{token}"
    assert browser.get(path).status_code == browser.get(path).status_code == 200
    short = browser.post(path, data={"password": "court"})
    assert (short.status_code, "au moins 10" in short.text) == (422, True)
    answer = browser.post(path, data={"password": "le vent souffle fort"})
    assert answer.headers["location"] == "/t/essai/commerce"
    assert browser.get("/t/essai/compte").status_code == 200
    browser.cookies.clear()
    assert browser.get("/t/essai/compte", headers=before).status_code == 303
    assert browser.get(path).status_code == 410
    assert enter(browser, "le vent souffle fort").status_code == 303
    assert enter(browser).status_code == 401


def test_a_link_runs_out(browser: TestClient, account_id: int, town: Town) -> None:
    token = api.operations.password_links.make_link(
        town.pool, town.id, account_id, "reset", now=town.clock()
    )
    town.clock.moment += timedelta(hours=1)
    assert browser.get(f"/t/essai/mot-de-passe/{token}").status_code == 410


def test_a_closed_account_is_out_at_once(browser: TestClient, account_id: int, town: Town) -> None:
    enter(browser)
    api.operations.accounts.disable(town.pool, town.id, account_id, now=town.clock())
    assert browser.get("/t/essai/compte").status_code == 303
    browser.cookies.clear()
    assert enter(browser).status_code == 401


def test_a_password_is_changed_by_whoever_knows_the_former_one(
    browser: TestClient, account_id: int
) -> None:
    enter(browser)
    token = logins.csrf(browser, "/t/essai/compte")
    wish = {"csrf": token, "former": "pas celui-là", "password": "le vent souffle fort"}
    assert browser.post("/t/essai/compte", data=wish).status_code == 422
    answer = browser.post("/t/essai/compte", data=wish | {"former": PASSWORD})
    assert answer.status_code == 303
    assert browser.get("/t/essai/compte").status_code == 200
    assert enter(browser, "le vent souffle fort").status_code == 303


def test_a_phone_becomes_a_courier_for_the_day_and_no_longer(
    browser: TestClient, town: Town
) -> None:
    token = api.operations.logins.make_day_link(
        town.pool, town.id, town.vehicles[0], builders.DAY, now=town.clock()
    )
    path = f"/t/essai/telephone/{token}"
    assert browser.get(path).status_code == 410
    town.clock.moment = builders.NOON
    assert "Commencer la journée" in browser.get(path).text
    assert browser.get("/t/essai/compte").status_code == 303
    assert browser.post(path).headers["location"] == "/t/essai/tournees"
    assert browser.get("/t/essai/compte").status_code == 200
    town.clock.moment = builders.NOON + timedelta(hours=17)
    assert browser.get("/t/essai/compte").status_code == 303
    assert browser.get(path).status_code == 410


def test_a_new_day_link_replaces_the_one_before(browser: TestClient, town: Town) -> None:
    town.clock.moment = builders.NOON
    links = [
        api.operations.logins.make_day_link(
            town.pool, town.id, town.vehicles[0], builders.DAY, now=town.clock()
        )
        for _ in range(2)
    ]
    statuses = [browser.get(f"/t/essai/telephone/{token}").status_code for token in links]
    assert statuses == [410, 200]


def test_what_was_forgotten_is_never_told_to_strangers(
    browser: TestClient, account_id: int
) -> None:
    page = browser.get("/t/essai/mot-de-passe")
    assert "administre Colporteur" in page.text


def test_a_private_page_is_kept_by_no_cache(browser: TestClient, account_id: int) -> None:
    enter(browser)
    assert browser.get("/t/essai/compte").headers["cache-control"] == "no-store"


def test_a_town_that_is_not_there_has_no_door(browser: TestClient) -> None:
    assert browser.get("/t/nulle-part/connexion").status_code == 404
    assert browser.get("/t/ESSAI;x/connexion").status_code == 404


def test_a_login_opens_one_town_only(browser: TestClient, account_id: int, town: Town) -> None:
    with town.pool.connection() as conn:
        data.towns.add(conn, builders.a_town("voisine"))
    enter(browser)
    kept = {"Cookie": f"{cookies.NAME}={browser.cookies[cookies.NAME]}"}
    assert browser.get("/t/voisine/compte", headers=kept).status_code == 303


def test_a_link_to_a_wrong_address_opens_nothing_once_the_address_is_mended(
    browser: TestClient, account_id: int, town: Town
) -> None:
    account = api.operations.accounts.find(town.pool, town.id, account_id)
    token = api.operations.password_links.make_link(
        town.pool, town.id, account_id, "invitation", now=town.clock()
    )
    path = f"/t/essai/mot-de-passe/{token}"
    renamed = wished(account, name="Marie, fromagère")
    api.operations.accounts.change(town.pool, town.id, account_id, renamed, now=town.clock())
    assert browser.get(path).status_code == 200
    mended = wished(account, email="marie.le.goff@essai.example")
    api.operations.accounts.change(town.pool, town.id, account_id, mended, now=town.clock())
    assert browser.get(path).status_code == 410


def wished(account: NewAccount, **changes: Any) -> NewAccount:
    values = {name: getattr(account, name) for name in NewAccount.__slots__}
    return NewAccount(**values | changes)


def test_a_mailbox_is_not_filled_by_whoever_knows_its_address(
    account_id: int, town: Town, superuser: Connection[TupleRow]
) -> None:
    """A letter of a moment ago is enough; its link is not replaced by strangers either."""

    def letters() -> int:
        row = superuser.execute(
            """
            SELECT count(*)
              FROM procrastinate.procrastinate_jobs
             WHERE status = 'todo'
            """
        ).fetchone()
        assert row is not None
        return int(row[0])

    def ask() -> None:
        api.operations.password_links.ask_reset(town.pool, town.id, EMAIL, now=town.clock())

    def sent() -> str:
        superuser.execute("DELETE FROM procrastinate.procrastinate_jobs")
        return api.operations.password_links.make_link(
            town.pool, town.id, account_id, "reset", now=town.clock()
        )

    ask()
    assert letters() == 1
    sent()
    ask()
    assert letters() == 0
    town.clock.moment += timedelta(minutes=6)
    ask()
    assert letters() == 1


def test_failures_are_counted_for_a_whole_network_of_ipv6(account_id: int, town: Town) -> None:
    def fail(address: str, email: str) -> None:
        with pytest.raises(LoginRefused):
            api.operations.passwords.log_in(
                town.pool, town.id, email=email, password="x", address=address, now=town.clock()
            )

    fail("2001:db8:1:2::1", "un@essai.example")
    with scoped(town.pool, town.id) as conn:
        (kept,) = conn.execute("SELECT address FROM login_failures").fetchone() or ("",)
        for _ in range(accounts.MOST_FAILURES_FROM - 1):
            data.login_failures.add(conn, "autre@essai.example", kept, at=town.clock())
    with pytest.raises(LockedOut):
        api.operations.passwords.log_in(
            town.pool,
            town.id,
            email=EMAIL,
            password=PASSWORD,
            address="2001:db8:1:2:ffff::2",
            now=town.clock(),
        )
    fail("2001:db8:1:3::1", "deux@essai.example")


def test_a_page_behind_a_link_is_kept_by_no_cache(
    browser: TestClient, account_id: int, town: Town
) -> None:
    town.clock.moment = builders.NOON
    chosen = api.operations.password_links.make_link(
        town.pool, town.id, account_id, "invitation", now=town.clock()
    )
    phone = api.operations.logins.make_day_link(
        town.pool, town.id, town.vehicles[0], builders.DAY, now=town.clock()
    )
    for path in (f"mot-de-passe/{chosen}", f"telephone/{phone}"):
        answer = browser.get(f"/t/essai/{path}")
        assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
        assert answer.headers["referrer-policy"] == "same-origin"
