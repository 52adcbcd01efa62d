"""Streets as numbers, and rounds. Knows places, seconds, metres and loads; no orders or money.

Pure: no database, files, HTTP, clock or global random.
"""
