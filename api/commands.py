"""Everything `colporteur` can be told."""

import api.cli_bench
import api.cli_town
from api.cli import app

__all__ = ["app"]
