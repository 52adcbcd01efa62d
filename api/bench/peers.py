"""The engines a town would otherwise pick, asked the same benchmark questions.

They are read from public benchmarks only: one pickup a shipment, vehicles all alike, one travel
matrix, no set-up. Each runs on one thread within its budget, and its answer comes back as rounds,
to be judged by the same referee. Nothing here is imported by the product.
"""

import importlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from api.bench import peer_ortools, peer_pyvrp, peer_vroom
from api.bench.answers import Setting


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """An engine: its package, and the settings it was found to do best with, the best first."""

    module: str
    package: str
    settings: Mapping[str, Setting]
    knows_seed: bool = False


#: By the names `colporteur bench rounds --peers` takes.
PEERS: dict[str, Peer] = {
    "vroom": Peer(module="vroom", package="pyvroom", settings={"exploration_5": peer_vroom.rounds}),
    "pyvrp": Peer(
        module="pyvrp",
        package="pyvrp",
        settings={
            "fewest_vehicles": peer_pyvrp.fewest_vehicles,
            "dear_vehicles": peer_pyvrp.dear_vehicles,
            "cheap_vehicles": peer_pyvrp.cheap_vehicles,
        },
        knows_seed=True,
    ),
    "ortools": Peer(
        module="ortools.constraint_solver.pywrapcp",
        package="ortools",
        settings={
            strategy.lower(): peer_ortools.first_by(strategy)
            for strategy in (
                "PARALLEL_CHEAPEST_INSERTION",
                "SAVINGS",
                "LOCAL_CHEAPEST_COST_INSERTION",
                "PATH_CHEAPEST_ARC",
            )
        },
    ),
}


def chosen(names: Sequence[str]) -> dict[str, Peer]:
    """Return peers by their names.

    Raises
    ------
    ValueError
        There is no such peer.
    ModuleNotFoundError
        A peer is not installed; says what to install.
    """
    peers = {name: PEERS[name] for name in names if name in PEERS}
    if unknown := [name for name in names if name not in PEERS]:
        raise ValueError(f"no such peer: {', '.join(unknown)}; there are {', '.join(PEERS)}")
    for peer in peers.values():
        try:
            importlib.import_module(peer.module)
        except ModuleNotFoundError as error:
            text = f"{peer.package} is not installed: pip install 'colporteur[peers]'"
            raise ModuleNotFoundError(text, name=error.name) from error
    return peers
