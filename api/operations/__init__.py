"""Use cases: each loads, lets the core decide, and saves, in one transaction of its own."""
