"""Errors as the Hub sends them: a status, an `X-Error-Code` that clients switch on, and a message for people."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse


class HubError(Exception):
    """An HTTP error of the Hub; `code` becomes `X-Error-Code`."""

    def __init__(self, status: int, message: str, code: str | None = None, url: str | None = None) -> None:
        super().__init__(message)
        self.status, self.message, self.code, self.url = status, message, code, url


def repo_not_found(signed_in: bool) -> HubError:
    """Missing, or private and not yours: the Hub does not say which; anonymous callers get 401."""
    return HubError(404 if signed_in else 401, "Repository not found", "RepoNotFound")


def revision_not_found(revision: str) -> HubError:
    """No such branch, tag or commit."""
    return HubError(404, f"Invalid rev id: {revision}", "RevisionNotFound")


def entry_not_found(path: str) -> HubError:
    """No such file at this revision."""
    return HubError(404, f"Entry not found: {path}", "EntryNotFound")


async def answer(_: Request, error: Exception) -> JSONResponse:
    """Render a `HubError`."""
    assert isinstance(error, HubError)
    headers = {"X-Error-Message": error.message}
    if error.code:
        headers["X-Error-Code"] = error.code
    body = {"error": error.message} | ({"url": error.url} if error.url else {})
    return JSONResponse(body, status_code=error.status, headers=headers)
