"""Reading: trees, path information, downloads with ranges."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from tests.hub_server import access
from tests.hub_server.errors import HubError, entry_not_found
from tests.hub_server.state import Blob, Commit, Repo


async def tree(request: Request) -> JSONResponse:
    """`/tree/{revision}[/{path}]?recursive=&expand=`: files and folders below a folder."""
    repo, revision = access.repo(request), access.param(request, "revision")
    under = access.param(request, "path").strip("/") if "path" in request.path_params else ""
    recursive = request.query_params.get("recursive", "").lower() in {"1", "true"}
    entries = _listing(repo.files(revision), under, recursive)
    if under and not entries:
        raise entry_not_found(under)
    return JSONResponse([_with_commit(entry, repo, revision, request.query_params.get("expand")) for entry in entries])


async def paths_info(request: Request) -> JSONResponse:
    """`POST /paths-info/{revision}`: entries of the named paths; those that do not exist are left out."""
    repo, revision, form = access.repo(request), access.param(request, "revision"), await _form(request)
    files = repo.files(revision)
    everything = {entry["path"]: entry for entry in _listing(files, "", recursive=True)}
    found = [everything[path] for path in form["paths"] if path in everything]
    return JSONResponse([_with_commit(entry, repo, revision, form["expand"]) for entry in found])


async def resolve(request: Request) -> Response:
    """`HEAD|GET /{id}/resolve/{revision}/{path}`, with ETag, X-Repo-Commit, X-Linked-* for large files, and Range."""
    repo, path = access.readable(request), access.param(request, "path")
    sha = repo.resolve(access.param(request, "revision"))
    blob = repo.file(sha, path)
    if path == "config.json":  # the file by which the Hub counts a transformers model's downloads
        repo.downloads += 1
    headers = _headers(blob, sha)
    if request.headers.get("if-none-match") == headers["ETag"]:
        return Response(status_code=304, headers=headers)
    wanted = request.headers.get("range")
    if wanted is None or request.method == "HEAD":
        return Response(blob.content, headers=headers, media_type="application/octet-stream")
    start, end = _span(wanted, len(blob.content))
    headers["Content-Range"] = f"bytes {start}-{end - 1}/{len(blob.content)}"
    return Response(blob.content[start:end], status_code=206, headers=headers, media_type="application/octet-stream")


def _headers(blob: Blob, sha: str) -> dict[str, str]:
    headers = {"ETag": f'"{blob.etag}"', "X-Repo-Commit": sha, "Accept-Ranges": "bytes"}
    if blob.lfs:
        headers |= {"X-Linked-Size": str(len(blob.content)), "X-Linked-ETag": f'"{blob.etag}"'}
    return headers


def _span(wanted: str, size: int) -> tuple[int, int]:
    """Start and end (exclusive) of `bytes=a-b`, `bytes=a-` or `bytes=-n`; 416 outside the file."""
    match = re.fullmatch(r"bytes=(\d*)-(\d*)", wanted)
    first, last = match.groups() if match else ("", "")
    if not first:
        return max(0, size - int(last or 0)), size
    if int(first) >= size:
        raise HubError(416, f"Requested range is outside of {size} bytes")
    return int(first), min(int(last) + 1 if last else size, size)


def _listing(files: dict[str, Blob], under: str, recursive: bool) -> list[dict]:
    prefix = under + "/" if under else ""
    entries: dict[str, dict] = {}
    for path, blob in sorted(files.items()):
        if not path.startswith(prefix):
            continue
        parts = path[len(prefix) :].split("/")
        for depth in range(1, len(parts) if recursive else min(len(parts), 2)):
            folder = prefix + "/".join(parts[:depth])
            entries.setdefault(folder, {"type": "directory", "oid": "0" * 40, "size": 0, "path": folder})
        if recursive or len(parts) == 1:
            entries[path] = blob.describe(path)
    return list(entries.values())


def _with_commit(entry: dict, repo: Repo, revision: str, expand: Any) -> dict:
    """With `expand`, the last commit that touched the file."""
    if str(expand).lower() not in {"1", "true"}:
        return entry
    commit = _last_commit(repo, repo.resolve(revision), entry["path"])
    last = {"id": commit.sha, "title": commit.title, "date": commit.date}
    security = {"status": "safe", "avScan": None, "pickleImportScan": None}
    return entry | {"lastCommit": last} | ({"securityFileStatus": security} if entry["type"] == "file" else {})


def _last_commit(repo: Repo, sha: str, path: str) -> Commit:
    commit = repo.commits[sha]
    while commit.parent and repo.commits[commit.parent].files.get(path) == commit.files.get(path):
        commit = repo.commits[commit.parent]
    return commit


async def _form(request: Request) -> dict[str, Any]:
    """The Hub takes this call's body as a form or as JSON."""
    if "json" in request.headers.get("content-type", ""):
        body = await request.json()
        return {"paths": body["paths"], "expand": body.get("expand")}
    form = parse_qs((await request.body()).decode())
    return {"paths": form.get("paths", []), "expand": form.get("expand", [None])[0]}
