"""The command that runs background jobs in a process of their own."""

import asyncio
from contextlib import closing

from api.cli import app, open_pool


@app.command()
def worker() -> None:
    """Exécuter les travaux de fond : plans demandés, lettres, ménage."""
    import api.logs
    import api.worker
    from api.deps import system_clock
    from api.operations.towns import TownStreets
    from api.worker import Tools

    api.logs.configure()
    with open_pool() as (settings, pool), closing(TownStreets(pool, settings.home)) as streets:
        tools = Tools(settings=settings, pool=pool, streets_of=streets.of, clock=system_clock)
        asyncio.run(api.worker.work_until_told(settings.database().application_url, tools))
