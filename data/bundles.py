"""Bundles as folders: written whole or not at all."""

import tempfile
from collections.abc import Mapping
from pathlib import Path

from delivery.errors import Refusal
from delivery.evidence import FILES, BundleUnreadable


class OutTaken(Refusal):
    """The folder holds something that is no bundle and will not be overwritten. Parameters: out."""

    code = "out_taken"


def write(files: Mapping[str, bytes], out: Path) -> tuple[Path, ...]:
    """Write files beside the folder `out` and put them in its place at once; return their paths.

    What was there stays where the new files cannot take its place.

    Raises OutTaken unless `out` is new, empty or a bundle and nothing else.
    """
    out = out.resolve()
    if out.exists() and not _is_replaceable(out):
        raise OutTaken(field="out", out=str(out))
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out.parent, prefix=f".{out.name}-") as folder:
        fresh = Path(folder) / "bundle"
        fresh.mkdir()
        for name, content in files.items():
            (fresh / name).write_bytes(content)
        _put(fresh, out, replaced=Path(folder) / "replaced")
    return tuple(out / name for name in files)


def _is_replaceable(out: Path) -> bool:
    if not out.is_dir():
        return False
    found = list(out.iterdir())
    names = {path.name for path in found if path.is_file()}
    is_bundle = "manifest.json" in names <= {"manifest.json", *FILES}
    return not found or (is_bundle and len(names) == len(found))


def _put(fresh: Path, out: Path, *, replaced: Path) -> None:
    if out.exists():
        out.rename(replaced)
    try:
        fresh.rename(out)
    except OSError:
        if replaced.exists():
            replaced.rename(out)
        raise


def read(folder: Path) -> dict[str, bytes]:
    """Read the files a bundle must have; those it lacks are left out.

    Raises BundleUnreadable when a file cannot be read.
    """
    try:
        return {
            name: (folder / name).read_bytes()
            for name in ("manifest.json", *FILES)
            if (folder / name).is_file()
        }
    except OSError as error:
        raise BundleUnreadable(file=str(error.filename), reason=str(error.strerror)) from error
