"""Datasets: built once from whatever OpenStreetMap writes, refused where there is nothing."""

import bz2
import gzip
import threading

import numpy as np
import osmium
import pytest

from data.streets import build, engine
from delivery.errors import NoStreet, NotOsm


@pytest.fixture
def square(town):
    town.street("ABCDA")
    town.street("AC", oneway="yes")
    return town


def table_of(dataset: build.Dataset, town) -> np.ndarray:
    with engine.StreetProcesses({dataset.profile: dataset}) as streets:
        return streets.table(list(town.points.values()), profile=dataset.profile).duration_s


def as_pbf(path, target):
    with osmium.SimpleWriter(str(target)) as writer:
        for thing in osmium.FileProcessor(str(path)):
            writer.add(thing)
    return target


def test_every_suffix_of_openstreetmap_gives_the_same_table(square, tmp_path):
    plain = square.write(tmp_path / "town.osm")
    gz, bz, lying = (tmp_path / name for name in ("town.osm.gz", "town.osm.bz2", "upload.osm"))
    gz.write_bytes(gzip.compress(plain.read_bytes()))
    bz.write_bytes(bz2.compress(plain.read_bytes()))
    pbf = as_pbf(plain, tmp_path / "town.osm.pbf")
    lying.write_bytes(pbf.read_bytes())
    expected = table_of(build.build(plain, tmp_path, profile="van"), square)
    assert expected[0, 2] < expected[2, 0]
    for path in (gz, bz, pbf, lying):
        found = table_of(build.build(path, tmp_path, profile="van"), square)
        np.testing.assert_array_equal(found, expected, err_msg=path.name)


def test_both_algorithms_give_the_same_table(square, tmp_path):
    osm_file = square.write(tmp_path / "town.osm")
    first, second = (
        table_of(build.build(osm_file, tmp_path, profile="van", algorithm=name), square)
        for name in build.ALGORITHMS
    )
    np.testing.assert_array_equal(first, second)


def test_a_second_build_runs_no_tool(square, tmp_path, monkeypatch):
    osm_file = square.write(tmp_path / "town.osm")
    first = build.build(osm_file, tmp_path, profile="van")

    def refuse(*_args, **_options):
        raise AssertionError("a dataset was built twice")

    monkeypatch.setattr(build.subprocess, "run", refuse)
    copy = square.write(tmp_path / "the same town under another name.osm")
    assert build.build(copy, tmp_path, profile="van") == first


def test_another_profile_algorithm_or_town_is_another_dataset(square, tmp_path):
    osm_file = square.write(tmp_path / "town.osm")
    folders = {
        build.build(osm_file, tmp_path, profile=profile, algorithm=algorithm).folder
        for profile in build.PROFILES
        for algorithm in build.ALGORITHMS
    }
    square.street("BD")
    larger = square.write(tmp_path / "town.osm")
    folders.add(build.build(larger, tmp_path, profile="van").folder)
    assert len(folders) == 5


def test_builds_at_the_same_time_make_one_dataset(square, tmp_path):
    osm_file = square.write(tmp_path / "town.osm")
    found = []

    def ask() -> None:
        found.append(build.build(osm_file, tmp_path, profile="van"))

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4
    assert len(set(found)) == 1
    assert [path for path in (tmp_path / "streets").iterdir() if path.is_dir()] == [found[0].folder]


def test_what_an_interrupted_build_left_is_cleared_away(square, tmp_path):
    osm_file = square.write(tmp_path / "town.osm")
    folder = build.build(osm_file, tmp_path, profile="van").folder
    folder.rename(folder.with_name(f"{folder.name}-abandoned"))
    assert build.build(osm_file, tmp_path, profile="van").folder.exists()
    assert not folder.with_name(f"{folder.name}-abandoned").exists()


NOT_OSM = {
    "hello.osm": b"Bonjour, voici la carte.",
    "page.osm": b"<html><body>404</body></html>",
    "empty.osm.pbf": b"",
    "cut.osm": b"<?xml version='1.0'?><osm version='0.6'><node id='1'",
    "cut.osm.bz2": b"BZh91AY",
    "list.osm.gz": gzip.compress(b"a;b;c"),
}


@pytest.mark.parametrize("name", NOT_OSM)
def test_a_file_that_is_no_map_is_refused_with_the_reason(name, tmp_path):
    path = tmp_path / name
    path.write_bytes(NOT_OSM[name])
    with pytest.raises(NotOsm) as refused:
        build.build(path, tmp_path, profile="van")
    assert refused.value.parameters["file"] == name
    assert refused.value.parameters["reason"]
    assert not [path for path in (tmp_path / "streets").glob("*") if path.is_dir()]


@pytest.mark.parametrize("suffix", ["osm.gz", "osm.pbf"])
def test_a_download_that_broke_off_is_refused(suffix, square, tmp_path):
    for number in range(2000):
        square.corner(f"node {number}", number, number)
    plain = square.write(tmp_path / "town.osm")
    whole = tmp_path / f"whole.{suffix}"
    if suffix == "osm.pbf":
        as_pbf(plain, whole)
    else:
        whole.write_bytes(gzip.compress(plain.read_bytes()))
    cut = tmp_path / f"cut.{suffix}"
    cut.write_bytes(whole.read_bytes()[: whole.stat().st_size * 2 // 3])
    with pytest.raises(NotOsm):
        build.build(cut, tmp_path, profile="van")


def test_a_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(NotOsm) as refused:
        build.build(tmp_path / "missing.osm", tmp_path, profile="van")
    assert refused.value.parameters["reason"] == "No such file or directory"


@pytest.mark.parametrize("tags", [None, {"highway": "steps"}, {"access": "no"}], ids=str)
def test_a_town_without_a_street_for_the_profile_is_refused(tags, town, tmp_path):
    if tags:
        town.street("AB", **tags)
    with pytest.raises(NoStreet) as refused:
        build.build(town.write(tmp_path / "town.osm"), tmp_path, profile="van")
    assert refused.value.parameters == {"file": "town.osm", "profile": "van"}


def test_an_unknown_profile_is_our_own_mistake(square, tmp_path):
    with pytest.raises(ValueError, match="scooter"):
        build.build(square.write(tmp_path / "town.osm"), tmp_path, profile="scooter")
