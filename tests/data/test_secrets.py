"""The households' secret is made once, whole, and never short."""

import os
import threading
from pathlib import Path

import pytest

import data.secrets
from data.secrets import HOUSEHOLD_VARIABLE, SecretTooShort, household_secret


@pytest.fixture(autouse=True)
def nothing_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(HOUSEHOLD_VARIABLE, raising=False)


def test_the_secret_is_made_once_and_kept_for_its_owner_alone(tmp_path: Path) -> None:
    secret = household_secret(tmp_path / "home")
    assert household_secret(tmp_path / "home") == secret
    assert len(secret) >= 32
    (path,) = (tmp_path / "home").iterdir()
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_process_that_ends_while_it_writes_leaves_no_empty_secret(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def power_cut(descriptor: int) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", power_cut)
        with pytest.raises(KeyboardInterrupt):
            household_secret(tmp_path)
    assert not (tmp_path / "household.secret").exists()
    assert len(household_secret(tmp_path)) >= 32


def test_eight_that_make_the_secret_at_once_have_the_same(tmp_path: Path) -> None:
    found: list[bytes] = []
    at_once = threading.Barrier(8)

    def ask() -> None:
        at_once.wait()
        found.append(household_secret(tmp_path))

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert len(set(found)) == 1


@pytest.mark.parametrize("kept", [b"", b"court", b" " * 40, b"\n"])
def test_a_kept_secret_that_could_be_guessed_is_refused(tmp_path: Path, kept: bytes) -> None:
    (tmp_path / "household.secret").write_bytes(kept)
    with pytest.raises(SecretTooShort) as refusal:
        household_secret(tmp_path)
    assert refusal.value.parameters["where"] == str(tmp_path / "household.secret")


@pytest.mark.parametrize("given", ["", "dinan", "x" * 31])
def test_a_short_secret_of_the_environment_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, given: str
) -> None:
    monkeypatch.setenv(HOUSEHOLD_VARIABLE, given)
    with pytest.raises(SecretTooShort):
        household_secret(tmp_path)


def test_a_long_secret_of_the_environment_is_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(HOUSEHOLD_VARIABLE, "x" * 32)
    assert data.secrets.household_secret(tmp_path) == b"x" * 32
    assert list(tmp_path.iterdir()) == []
