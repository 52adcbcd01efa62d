"""What one vehicle does: its visits in order."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One task in a round's order: `task` is its index in `Shipment.tasks`."""

    shipment: int
    task: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """What one vehicle does: its visits in order. A vehicle without a round stays at home.

    Of a vehicle under way it lists the visits still to come; without any it only drives back.
    """

    vehicle: int
    visits: tuple[Visit, ...]
