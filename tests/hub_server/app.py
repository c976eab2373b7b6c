"""The application: the Hub's routes over one `Hub` state."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from tests.hub_server import access, cards, commits, community, errors, files, listing, settings
from tests.hub_server.errors import HubError
from tests.hub_server.faults import Faults
from tests.hub_server.state import Hub, default_users


class EncodedPaths:
    """Route on the encoded path: a revision such as `refs%2Fpr%2F1` is one segment."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.app({**scope, "path": scope["raw_path"].decode()}, receive, send)


async def not_found(_: Request) -> Response:
    """Whatever else a client may ask for (a registry of agents, for one) does not exist here."""
    return Response("Not Found", status_code=404)


async def canonical(request: Request) -> Response:
    """A name without a namespace: no such repository lives here; nor does anything of a kind that it does not know."""
    access.kind(request)
    raise errors.repo_not_found(access.user(request) is not None)


def build(hub: Hub | None = None) -> Starlette:
    """The application over a state of its own."""
    app = Starlette(
        routes=[*_api_routes(), *_download_routes(), Route("/{rest:path}", not_found)],
        middleware=[Middleware(Faults), Middleware(EncodedPaths)],
        exception_handlers={HubError: errors.answer},
    )
    app.state.hub = hub or Hub(users=default_users())
    return app


def _api_routes() -> list[Route]:
    one, post = "/api/{kind}/{namespace}/{name}", ["POST"]
    return [
        Route("/api/whoami-v2", listing.whoami),
        Route("/api/validate-yaml", cards.validate_yaml, methods=post),
        Route("/api/repos/create", listing.create_repo, methods=post),
        Route("/lfs/{oid}", commits.lfs_put, methods=["PUT"]),
        Route("/api/{kind}", listing.list_repos),
        Route(one, listing.repo_info),
        Route("/api/{kind}/{name}", canonical),
        Route(one + "/revision/{revision}", listing.repo_info),
        Route(one + "/settings", settings.change, methods=["PUT"]),
        Route(one + "/user-access-request/grant", settings.grant, methods=post),
        Route(one + "/tree/{revision}", files.tree),
        Route(one + "/tree/{revision}/{path:path}", files.tree),
        Route(one + "/paths-info/{revision}", files.paths_info, methods=post),
        Route(one + "/preupload/{revision}", commits.preupload, methods=post),
        Route(one + "/commit/{revision}", commits.commit, methods=post),
        Route(one + "/discussions", community.list_discussions),
        Route(one + "/discussions/{num}", community.discussion_details),
        Route(one + "/discussions/{num}/merge", community.merge, methods=post),
        Route(one + "/discussions/{num}/status", community.change_status, methods=post),
    ]


def _download_routes() -> list[Route]:
    return [
        Route("/{kind}/{namespace}/{name}.git/info/lfs/objects/batch", commits.lfs_batch, methods=["POST"]),
        Route("/{namespace}/{name}.git/info/lfs/objects/batch", commits.lfs_batch, methods=["POST"]),
        Route("/{kind}/{namespace}/{name}/resolve/{revision}/{path:path}", files.resolve),
        Route("/{namespace}/{name}/resolve/{revision}/{path:path}", files.resolve),
        Route("/{name}/resolve/{revision}/{path:path}", canonical),
    ]
