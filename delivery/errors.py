"""What the world may say no to.

A refusal carries a code and its parameters; the words a person reads are in api's catalogues.
`field` names what to mend, as the sender wrote it (`slot_id`, `parcels.0.weight_g`).
"""


class Refusal(Exception):
    """The request is understood but cannot be granted."""

    code = "refused"

    def __init__(self, *, field: str | None = None, **parameters: object) -> None:
        """Keep what the words will need."""
        super().__init__(self.code, field, parameters)
        self.field = field
        self.parameters = parameters


class NotFound(Refusal):
    """There is no such thing in this town, or it is a neighbour's."""

    code = "not_found"


class NotOsm(Refusal):
    """The file cannot be read as OpenStreetMap data. Parameters: file, reason."""

    code = "not_osm"


class NoStreet(Refusal):
    """The file holds no street a profile may use. Parameters: file, profile."""

    code = "no_street"


class TooFarFromStreet(Refusal):
    """A point lies too far from any street. Parameters: lon, lat, distance_m, most_m, profile."""

    code = "too_far_from_street"


class OutOfReach(Refusal):
    """Streets lead to the point, but none from the rest of the town. Parameters: lon, lat,
    profile."""

    code = "out_of_reach"
