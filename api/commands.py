"""Everything `colporteur` can be told."""

import api.cli_access
import api.cli_bench
import api.cli_town
import api.cli_worker
from api.cli import app

__all__ = ["app"]
