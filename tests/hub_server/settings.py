"""A repository's settings: visibility, gating, and who was granted access."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse

from tests.hub_server import access
from tests.hub_server.errors import HubError
from tests.hub_server.state import Repo


async def change(request: Request) -> JSONResponse:
    """`PUT /settings`: `gated` ("auto", "manual" or false), `private` or `visibility`."""
    repo, body = _owned(request), await request.json()
    repo.gated = body.get("gated", repo.gated)
    repo.private = body.get("private", body.get("visibility", "private" if repo.private else "public") == "private")
    return JSONResponse({"gated": repo.gated, "private": repo.private})


async def grant(request: Request) -> JSONResponse:
    """`POST /user-access-request/grant`: let a user into a gated repository."""
    repo, body = _owned(request), await request.json()
    repo.allowed.add(body["user"])
    return JSONResponse({})


def _owned(request: Request) -> Repo:
    repo, who = access.repo(request), access.signed_in(request)
    if who.role != "write" or not who.may_write_to(repo.namespace):
        raise HubError(403, "Forbidden: you don't have the rights to change this repository's settings")
    return repo
