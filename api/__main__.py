"""`python -m api` is the command `colporteur`."""

from api.commands import app

app()
