"""The client that asks the application in the test's own process."""

import warnings

with warnings.catch_warnings():
    # Starlette would rather have httpx2, which nothing else of ours needs yet.
    warnings.simplefilter("ignore")
    from fastapi.testclient import TestClient

__all__ = ["TestClient"]
