"""The stand-in Hub, for chains that are fetched."""

from __future__ import annotations

from tests.hub.conftest import server

__all__ = ["server"]
