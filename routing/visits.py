"""The rows of the tables' tasks, and the visits they stand for."""

from routing.round import Visit
from routing.tables import NUMBER, SHIPMENT, Tables


def visits_of(tables: Tables) -> list[Visit]:
    """Return the visit of each task, row by row."""
    return [
        Visit(shipment=shipment, task=number)
        for shipment, number in tables.tasks[:, [SHIPMENT, NUMBER]].tolist()
    ]


def rows_of(tables: Tables) -> dict[Visit, int]:
    """Return the row of each visit's task."""
    return {visit: row for row, visit in enumerate(visits_of(tables))}
