"""Travel times over a day's places, asked of the streets of every profile at once."""

from concurrent.futures import ThreadPoolExecutor

from delivery.errors import OutOfReach, TooFarFromStreet
from delivery.planning import Draft
from routing.matrix import TravelMatrix
from routing.streets import Streets


def tables(streets: Streets, draft: Draft) -> dict[str, TravelMatrix]:
    """Return travel over the draft's places by profile, each profile's streets asked at once.

    Raises TooFarFromStreet, OutOfReach where the hub itself cannot be reached.
    """
    with ThreadPoolExecutor(max_workers=max(1, len(draft.profiles))) as askers:
        found = askers.map(lambda profile: _table(streets, draft, profile), draft.profiles)
        return dict(zip(draft.profiles, found, strict=True))


def _table(streets: Streets, draft: Draft, profile: str) -> TravelMatrix:
    """Return travel over the draft's places; those the profile cannot reach lie a day away.

    Raises TooFarFromStreet, OutOfReach where the hub itself cannot be reached.
    """
    reached = list(range(len(draft.points)))
    while True:
        try:
            table = streets.table([draft.points[i] for i in reached], profile=profile)
        except (TooFarFromStreet, OutOfReach) as refusal:
            index = refusal.parameters["index"]
            assert isinstance(index, int)
            if reached[index] == 0:
                raise
            del reached[index]
        else:
            return table.among(reached, size=len(draft.points))
