"""What a person at a terminal sees of long work: each step, how far it is, how long it took."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console

type Update = Callable[[str], None]


class Steps:
    """Steps of long work, told on standard error."""

    def __init__(self) -> None:
        """Tell them on standard error, in colour where it is a terminal."""
        self._console = Console(stderr=True, highlight=False)

    @contextmanager
    def step(self, text: str) -> Iterator[Update]:
        """Tell one step: while it runs, what is called with a text is shown beside it."""
        started = time.perf_counter()
        last = ""

        def update(now: str) -> None:
            nonlocal last
            last = now
            status.update(f"{text} · {now}")

        with self._console.status(text) as status:
            yield update
        took = f"{time.perf_counter() - started:.1f} s".replace(".", ",")
        detail = f" · {last}" if last else ""
        self._console.print(f"[green]✓[/green] {text}{detail} [dim]({took})[/dim]")

    def say(self, text: str) -> None:
        """Tell a line."""
        self._console.print(text)
