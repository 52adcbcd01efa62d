"""A bundle takes the place of a bundle, of nothing else, and whole or not at all."""

from pathlib import Path

import pytest

import data.bundles
from data.bundles import OutTaken
from delivery.evidence import FILES

OLD = {name: b"old" for name in (*FILES, "manifest.json")}
NEW = {name: b"new" for name in (*FILES, "manifest.json")}


def content(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_a_bundle_replaces_a_bundle(tmp_path: Path) -> None:
    data.bundles.write(OLD, tmp_path / "etat")
    data.bundles.write(NEW, tmp_path / "etat")
    assert content(tmp_path / "etat") == NEW
    assert [path.name for path in tmp_path.iterdir()] == ["etat"]


@pytest.mark.parametrize("name", ["index.html", "lettre.odt", ".git"])
def test_a_folder_with_a_manifest_and_anything_of_somebody_elses_is_left_alone(
    tmp_path: Path, name: str
) -> None:
    (tmp_path / "manifest.json").write_text("{}")
    (tmp_path / name).write_text("du site web")
    with pytest.raises(OutTaken):
        data.bundles.write(NEW, tmp_path)
    assert (tmp_path / name).read_text() == "du site web"


def test_a_folder_with_a_folder_in_it_is_no_bundle(tmp_path: Path) -> None:
    data.bundles.write(OLD, tmp_path / "etat")
    (tmp_path / "etat" / "totals.json").unlink()
    (tmp_path / "etat" / "totals.json").mkdir()
    with pytest.raises(OutTaken):
        data.bundles.write(NEW, tmp_path / "etat")


def test_files_of_ours_without_a_manifest_are_no_bundle(tmp_path: Path) -> None:
    (tmp_path / "lines.csv").write_text("à moi")
    with pytest.raises(OutTaken):
        data.bundles.write(NEW, tmp_path)


def test_the_old_bundle_is_put_back_where_the_new_one_cannot_take_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data.bundles.write(OLD, tmp_path / "etat")
    rename = Path.rename

    def failing(self: Path, target: Path) -> Path:
        if self.name == "bundle":
            raise OSError("no room")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", failing)
    with pytest.raises(OSError, match="no room"):
        data.bundles.write(NEW, tmp_path / "etat")
    assert content(tmp_path / "etat") == OLD
