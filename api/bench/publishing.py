"""Plans of public instances as plain text, in the form their keepers ask for."""

from datetime import date
from pathlib import Path

from api.bench.instances import Instance
from routing.solution import Solution


def plan_text(instance: Instance, solution: Solution, *, day: date) -> str:
    """Write a plan: a line a round, with the instance's own numbers of its nodes, depot left out.

    Both families' keepers take this form (github.com/cssartori/pdptw-instances, solutions; SINTEF
    TOP, Li and Lim's benchmark).
    """
    heading = {
        "Instance name": instance.name,
        "Authors": "Colporteur",
        "Date": day.isoformat(),
        "Reference": "Colporteur, ruin and recreate with recombination of rounds",
    }
    lines = [f"{name:<13} : {value}" for name, value in heading.items()]
    routes = [
        [
            instance.problem.shipments[visit.shipment].tasks[visit.task].place
            for visit in each.visits
        ]
        for each in solution.rounds
    ]
    lines += ["Solution", *_routes(routes)]
    return "\n".join(lines) + "\n"


def _routes(routes: list[list[int]]) -> list[str]:
    driven = [route for route in routes if route]
    return [f"Route {n} : {' '.join(map(str, route))}" for n, route in enumerate(driven, start=1)]


def keep_plan(folder: Path, instance: Instance, solution: Solution, *, day: date) -> Path:
    """Write a plan into a folder, named after what it comes to: `bar-n100-4.12_1150.txt`."""
    folder.mkdir(parents=True, exist_ok=True)
    what = f"{instance.vehicles(solution)}_{instance.cost(solution):.10g}"
    path = folder / f"{instance.name}.{what}.txt"
    path.write_text(plan_text(instance, solution, day=day), "utf-8")
    return path
