"""Discussions and pull requests."""

from __future__ import annotations

import difflib

from starlette.requests import Request
from starlette.responses import JSONResponse

from tests.hub_server import access
from tests.hub_server.errors import HubError
from tests.hub_server.state import Discussion, Repo

PAGE = 10


async def list_discussions(request: Request) -> JSONResponse:
    """A page of discussions, newest first; filters: type, status (`open`, `closed`), author."""
    repo, query = access.repo(request), request.query_params
    kinds, statuses = (
        {"pull_request": True, "discussion": False},
        {"open": {"open", "draft"}, "closed": {"closed", "merged"}},
    )
    found = [
        discussion
        for discussion in reversed(repo.discussions)
        if discussion.is_pull_request == kinds.get(query.get("type", ""), discussion.is_pull_request)
        and discussion.status in statuses.get(query.get("status", ""), {discussion.status})
        and discussion.author == query.get("author", discussion.author)
    ]
    start = int(query.get("p", 0)) * PAGE
    page = [_summary(repo, discussion) for discussion in found[start : start + PAGE]]
    return JSONResponse({"discussions": page, "count": len(found), "start": start})


async def discussion_details(request: Request) -> JSONResponse:
    """One discussion with its events and, for a pull request, its changes."""
    repo = access.repo(request)
    found = _find(repo, int(access.param(request, "num")))
    about = _summary(repo, found) | {"events": _events(repo, found)}
    if found.is_pull_request:
        about |= {"changes": {"base": "refs/heads/main"}, "filesWithConflicts": [], "diff": _diff(repo, found)}
    return JSONResponse(about)


async def merge(request: Request) -> JSONResponse:
    """Merge a pull request: its changes are applied to main, by someone who may write."""
    repo, who = access.repo(request), access.signed_in(request)
    found = _find(repo, int(access.param(request, "num")))
    if not who.may_write_to(repo.namespace):
        raise HubError(403, "Forbidden: you don't have the rights to merge")
    head, base = repo.files(found.ref), repo.files(found.base or "main")
    files = repo.files("main") | {path: blob for path, blob in head.items() if base.get(path) != blob}
    repo.refs["main"] = repo.commit(repo.refs["main"], f"{found.title} (#{found.num})", "", who.name, files)
    found.status = "merged"
    return JSONResponse({})


async def change_status(request: Request) -> JSONResponse:
    """Close or reopen."""
    repo, who = access.repo(request), access.signed_in(request)
    found = _find(repo, int(access.param(request, "num")))
    if not (who.may_write_to(repo.namespace) or who.name == found.author):
        raise HubError(403, "Forbidden")
    found.status = (await request.json())["status"]
    event = {"id": "status", "type": "status-change", "createdAt": found.created, "data": {"status": found.status}}
    return JSONResponse({"newStatus": event | {"author": {"name": who.name}}})


def _find(repo: Repo, num: int) -> Discussion:
    if not 0 < num <= len(repo.discussions):
        raise HubError(404, "Discussion not found")
    return repo.discussions[num - 1]


def _summary(repo: Repo, discussion: Discussion) -> dict:
    return {
        "num": discussion.num,
        "title": discussion.title,
        "author": {"name": discussion.author, "type": "user"},
        "createdAt": discussion.created,
        "status": discussion.status,
        "isPullRequest": discussion.is_pull_request,
        "repo": {"name": repo.id, "type": repo.kind},
    }


def _events(repo: Repo, discussion: Discussion) -> list[dict]:
    """The opening comment, then the request's commits, oldest first."""
    common = {"createdAt": discussion.created, "author": {"name": discussion.author}}
    comment = {"edited": False, "hidden": False, "latest": {"raw": discussion.description}}
    events: list[dict] = [{"id": "0", "type": "comment", **common, "data": comment}]
    sha, commits = repo.refs.get(discussion.ref), []
    while sha and sha != discussion.base:
        data = {"subject": repo.commits[sha].title, "oid": sha}
        commits.append({"id": sha, "type": "commit", **common, "data": data})
        sha = repo.commits[sha].parent
    return events + commits[::-1]


def _diff(repo: Repo, discussion: Discussion) -> str:
    before, after = repo.files(discussion.base or "main"), repo.files(discussion.ref)
    lines: list[str] = []
    for path in sorted({*before, *after}):
        old, new = (files[path].content.decode(errors="replace") if path in files else "" for files in (before, after))
        lines += difflib.unified_diff(old.splitlines(True), new.splitlines(True), f"a/{path}", f"b/{path}")
    return "".join(lines)
