"""Who is asking, which repository they mean, and what they may do with it."""

from __future__ import annotations

from urllib.parse import unquote

from starlette.requests import Request

from tests.hub_server.errors import HubError, repo_not_found
from tests.hub_server.state import Hub, Repo, User

KINDS = {"models": "model", "datasets": "dataset"}


def hub(request: Request) -> Hub:
    """The site's state."""
    return request.app.state.hub


def user(request: Request) -> User | None:
    """The account of the bearer token, None without a token; an unknown token is 401."""
    header = request.headers.get("authorization", "")
    if not header:
        return None
    found = hub(request).users.get(header.removeprefix("Bearer ").strip())
    if found is None:
        raise HubError(401, "Invalid credentials in Authorization header")
    return found


def signed_in(request: Request) -> User:
    """The account, or 401."""
    found = user(request)
    if found is None:
        raise HubError(401, "Invalid username or password.")
    return found


def param(request: Request, name: str) -> str:
    """A path parameter. Routing works on the encoded path, because revisions such as `refs/pr/1` contain slashes."""
    return unquote(request.path_params[name])


def kind(request: Request) -> str:
    """model or dataset, from `/api/models/…`, `/api/datasets/…`, `/datasets/…` or a bare `/namespace/…`."""
    named = request.path_params.get("kind", "models")
    if named not in KINDS:
        raise HubError(404, "Not Found")
    return KINDS[named]


def repo(request: Request) -> Repo:
    """The repository of the path, if the caller may know that it exists."""
    name = f"{param(request, 'namespace')}/{param(request, 'name')}"
    found, who = hub(request).repos.get((kind(request), name)), user(request)
    if found is None or (found.private and not (who and who.may_write_to(found.namespace))):
        raise repo_not_found(who is not None)
    return found


def readable(request: Request) -> Repo:
    """The repository, if the caller may download from it: gated ones only with access granted."""
    found, who = repo(request), user(request)
    if not found.gated or (who and (who.name in found.allowed or who.may_write_to(found.namespace))):
        return found
    if who is None:
        raise HubError(
            401,
            f"Access to {found.kind} {found.id} is restricted. You must have access to it and be authenticated"
            " to access it. Please log in.",
            "GatedRepo",
        )
    raise HubError(
        403,
        f"Access to {found.kind} {found.id} is restricted and you are not in the authorized list. Ask for access.",
        "GatedRepo",
    )


def may_commit(who: User, found: Repo, revision: str, create_pr: bool) -> None:
    """Raise 403 unless this account and token may commit there: owners anywhere, anyone by a pull request of theirs."""
    if who.role != "write":
        raise HubError(403, "Forbidden: you must use a write token to upload to a repository.")
    own_pr = any(d.is_pull_request and d.ref == revision and d.author == who.name for d in found.discussions)
    if not (who.may_write_to(found.namespace) or create_pr or own_pr):
        raise HubError(
            403,
            "Forbidden: you don't have the rights to commit to this repository. Pass `create_pr=1` as a query"
            " parameter to create a Pull Request",
        )
