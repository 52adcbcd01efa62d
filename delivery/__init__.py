"""The trade: pure rules of the service. May import routing and zones.

No database, files, HTTP, clock or global random: `now`, `seed` and data are arguments.
"""
