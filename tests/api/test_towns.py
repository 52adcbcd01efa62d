"""A town is brought in from its file, again when its streets change, or not at all."""

import hashlib
import threading
from pathlib import Path

import pytest
from psycopg import Connection
from psycopg.rows import TupleRow

import api.operations.towns
import data.database
import data.slots
import data.towns
from api.operations.towns import TimezoneUnknown, TownNameUnfit, TownStreets, import_town
from data.database import Pool
from data.towns import SlugTaken, Town
from delivery.errors import NotOsm
from tests import builders


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "essai.osm"
    file.write_text(builders.streets_xml())
    return file


def towns(pool: Pool) -> list[tuple[str, str]]:
    with pool.connection() as conn:
        return [(town.name, town.timezone) for town in data.towns.listed(conn)]


@pytest.mark.parametrize("timezone", ["Europe/Brest", "", "Europe", "../etc/passwd", "/etc/passwd"])
def test_a_time_zone_nobody_knows_is_refused_before_anything_is_written(
    pool: Pool, tmp_path: Path, file: Path, timezone: str
) -> None:
    with pytest.raises(TimezoneUnknown):
        import_town(pool, tmp_path / "home", file, name="Essai", timezone=timezone)
    assert not (tmp_path / "home").exists()
    assert towns(pool) == []


@pytest.mark.parametrize("name", ["", "--", "Αθήνα", "!"])
def test_a_name_no_web_address_can_be_made_of_is_refused(
    pool: Pool, tmp_path: Path, file: Path, name: str
) -> None:
    with pytest.raises(TownNameUnfit):
        import_town(pool, tmp_path / "home", file, name=name)
    assert not (tmp_path / "home").exists()


def test_a_file_that_cannot_be_used_is_not_kept(pool: Pool, tmp_path: Path) -> None:
    letter = tmp_path / "lettre.osm"
    letter.write_text("Madame la maire,")
    with pytest.raises(NotOsm):
        import_town(pool, tmp_path / "home", letter, name="Essai")
    assert not list((tmp_path / "home").rglob("town*"))


@pytest.mark.parametrize("name", ["essai.partial", "essai", "essai.v2.osm.pbf"])
def test_a_file_is_kept_under_the_name_of_its_content(
    pool: Pool, test_home: Path, file: Path, name: str
) -> None:
    given = file.rename(file.with_name(name))
    town = import_town(pool, test_home, given, name="Essai").town
    kept = api.operations.towns.kept_file(test_home, town)
    assert kept.name == "town.osm"
    assert kept.read_bytes() == given.read_bytes()
    assert town.osm_sha256 == hashlib.sha256(given.read_bytes()).hexdigest()
    assert not list((test_home / "towns").glob(".partial-*"))


def test_a_town_imported_again_keeps_its_number_and_takes_the_new_streets(
    pool: Pool, test_home: Path, file: Path
) -> None:
    before = import_town(pool, test_home, file, name="Saint-Essai").town
    file.write_text(file.read_text().replace("rue 1", "rue Neuve"))
    after = import_town(pool, test_home, file, name="SAINT-ESSAI").town
    assert (after.id, after.name) == (before.id, "Saint-Essai")
    assert after.osm_sha256 != before.osm_sha256


def test_a_towns_clock_is_set_anew_only_while_it_has_no_slot(
    pool: Pool, test_home: Path, file: Path
) -> None:
    import_town(pool, test_home, file, name="Essai", timezone="Europe/Paris")
    town = import_town(pool, test_home, file, name="Essai", timezone="America/Cayenne").town
    assert town.timezone == "America/Cayenne"
    with data.database.scoped(pool, town.id) as conn:
        data.slots.publish(conn, [builders.a_slot()])
    import_town(pool, test_home, file, name="Essai", timezone="Indian/Reunion")
    assert towns(pool) == [("Essai", "America/Cayenne")]


def test_a_town_whose_web_address_another_has_is_refused(
    pool: Pool, test_home: Path, tmp_path: Path, file: Path
) -> None:
    import_town(pool, test_home, file, name="Saint-Essai")
    with pytest.raises(SlugTaken) as refusal:
        import_town(pool, tmp_path / "home", file, name="Saint Essai")
    assert refusal.value.parameters == {"name": "Saint-Essai", "slug": "saint-essai"}
    assert towns(pool) == [("Saint-Essai", "Europe/Paris")]
    assert not (tmp_path / "home").exists()


# The street processes of several towns


class Streets:
    """Stands for street processes: says whether they were ended."""

    def __init__(self) -> None:
        self.ended = threading.Event()

    def close(self) -> None:
        self.ended.set()


@pytest.fixture
def neighbour_id(pool: Pool) -> int:
    with pool.connection() as conn:
        town = data.towns.add(conn, builders.a_town("voisine"))
        with conn.transaction():
            data.database.scope(conn, town.id)
            data.towns.renew(conn, osm_sha256="1" * 64, timezone=town.timezone)
    return town.id


def test_a_town_does_not_wait_while_its_neighbours_streets_are_built(
    pool: Pool, town_id: int, neighbour_id: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    built = threading.Event()

    def open_streets(home: Path, town: Town) -> Streets:
        assert town.id != neighbour_id or built.wait(10)
        return Streets()

    monkeypatch.setattr(api.operations.towns, "open_streets", open_streets)
    streets = TownStreets(pool, tmp_path)
    slow = threading.Thread(target=streets.of, args=[neighbour_id])
    slow.start()
    try:
        assert streets.of(town_id) is streets.of(town_id)
        assert slow.is_alive()
    finally:
        built.set()
        slow.join()
        streets.close()


def test_streets_that_two_ask_for_at_once_are_opened_once(
    pool: Pool, town_id: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    opened: list[Streets] = []
    at_once = threading.Barrier(4)

    def open_streets(home: Path, town: Town) -> Streets:
        opened.append(Streets())
        return opened[-1]

    def ask() -> None:
        at_once.wait()
        streets.of(town_id)

    monkeypatch.setattr(api.operations.towns, "open_streets", open_streets)
    streets = TownStreets(pool, tmp_path)
    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    streets.close()
    assert len(opened) == 1
    assert opened[0].ended.is_set()


def test_streets_that_were_replaced_end_unless_another_town_uses_them(
    pool: Pool,
    town_id: int,
    superuser: Connection[TupleRow],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    def open_streets(home: Path, town: Town) -> Streets:
        return Streets()

    def import_anew(slug: str, letter: str) -> None:
        superuser.execute("UPDATE towns SET osm_sha256 = %s WHERE slug = %s", [letter * 64, slug])

    monkeypatch.setattr(api.operations.towns, "open_streets", open_streets)
    with pool.connection() as conn:
        twin_id = data.towns.add(conn, builders.a_town("jumelle")).id
    streets = TownStreets(pool, tmp_path, linger_s=0)
    shared = streets.of(town_id)
    assert streets.of(twin_id) is shared
    assert isinstance(shared, Streets)
    import_anew("essai", "2")
    newer = streets.of(town_id)
    assert newer is not shared
    assert not shared.ended.wait(0.2)
    import_anew("jumelle", "2")
    assert streets.of(twin_id) is newer
    assert shared.ended.wait(5)
    streets.close()


def test_streets_that_were_replaced_still_answer_for_a_while(
    pool: Pool,
    town_id: int,
    superuser: Connection[TupleRow],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    opened: list[Streets] = []

    def open_streets(home: Path, town: Town) -> Streets:
        opened.append(Streets())
        return opened[-1]

    monkeypatch.setattr(api.operations.towns, "open_streets", open_streets)
    of_towns = TownStreets(pool, tmp_path)
    of_towns.of(town_id)
    superuser.execute("UPDATE towns SET osm_sha256 = repeat('2', 64)")
    of_towns.of(town_id)
    assert [each.ended.is_set() for each in opened] == [False, False]
    of_towns.close()
    assert [each.ended.is_set() for each in opened] == [True, True]
