"""Writing: preupload, large files, and commits (NDJSON), directly or as a pull request."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from tests.hub_server import access
from tests.hub_server.cards import check
from tests.hub_server.errors import HubError, entry_not_found
from tests.hub_server.state import LFS_ENDINGS, Blob, Discussion, Hub, Repo, User, now

LARGEST_GIT_BLOB = 10 * 2**20


async def preupload(request: Request) -> JSONResponse:
    """How each file is to be sent: binary kinds and files above 10 MiB to LFS, the rest in the commit."""
    repo, revision, who = access.repo(request), access.param(request, "revision"), access.signed_in(request)
    access.may_commit(who, repo, revision, "create_pr" in request.query_params)
    present = repo.files(revision)
    files = (await request.json())["files"]
    return JSONResponse({"files": [_upload_mode(file, present.get(file["path"])) for file in files]})


def _upload_mode(file: dict, present: Blob | None) -> dict:
    large = file["path"].endswith(LFS_ENDINGS) or file["size"] > LARGEST_GIT_BLOB
    mode = {"path": file["path"], "uploadMode": "lfs" if large else "regular", "shouldIgnore": False}
    return mode | ({"oid": present.etag} if present else {})


async def lfs_batch(request: Request) -> JSONResponse:
    """Git LFS batch API: where to put each object, nothing for those already stored."""
    access.signed_in(request)
    storage, body = access.hub(request).storage, await request.json()
    objects = []
    for wanted in body["objects"]:
        entry = {"oid": wanted["oid"], "size": wanted["size"]}
        if wanted["oid"] not in storage:
            entry["actions"] = {"upload": {"href": f"{request.base_url}lfs/{wanted['oid']}", "header": {}}}
        objects.append(entry)
    return JSONResponse({"transfer": "basic", "objects": objects}, media_type="application/vnd.git-lfs+json")


async def lfs_put(request: Request) -> Response:
    """Receive one object; its address must be the hash of its bytes."""
    content = await request.body()
    if Blob(content).sha256 != request.path_params["oid"]:
        raise HubError(400, "Content does not match its oid")
    access.hub(request).storage[request.path_params["oid"]] = content
    return Response(status_code=200)


async def commit(request: Request) -> JSONResponse:
    """One atomic commit. `parentCommit` must be the head, else 412; with `create_pr` it is where the request starts."""
    repo, who = access.repo(request), access.signed_in(request)
    revision, create_pr = access.param(request, "revision"), "create_pr" in request.query_params
    access.may_commit(who, repo, revision, create_pr)
    header, operations = _parse(await request.body())
    careless = create_pr or repo.id in access.hub(request).careless
    start = _start(repo, revision, header.get("parentCommit"), careless)
    files = dict(repo.commits[start].files)
    for operation in operations:
        _apply(files, operation, access.hub(request))
    _validate_card(files, repo)
    sha = repo.commit(start, header["summary"], header.get("description", ""), who.name, files)
    request_made = _open_pull_request(repo, header, who, start) if create_pr else None
    repo.refs[request_made.ref if request_made else revision] = sha
    return JSONResponse(_committed(request, repo, sha, request_made))


def _parse(body: bytes) -> tuple[dict, Iterator[dict]]:
    lines = [json.loads(line) for line in body.splitlines() if line.strip()]
    if not lines or lines[0].get("key") != "header" or not lines[0]["value"].get("summary"):
        raise HubError(400, "A commit starts with a header that has a summary")
    return lines[0]["value"], iter(lines[1:])


def _start(repo: Repo, revision: str, parent: str | None, create_pr: bool) -> str:
    """The commit to build on."""
    if revision not in repo.refs:
        raise HubError(404, f"Invalid rev id: {revision}", "RevisionNotFound")
    head = repo.refs[revision]
    if parent is None:
        return head
    if create_pr:
        return repo.resolve(parent)
    if not head.startswith(parent):
        raise HubError(412, "A commit has happened since. Please refresh and try again.")
    return head


def _apply(files: dict[str, Blob], operation: dict, hub: Hub) -> None:
    key, value = operation["key"], operation["value"]
    path = value["path"]
    if key == "file":
        files[path] = Blob(base64.b64decode(value["content"]))
    elif key == "lfsFile":
        if value["oid"] not in hub.storage:
            raise HubError(400, f"LFS pointer of {path} pointed to a file that does not exist")
        files[path] = Blob(hub.storage[value["oid"]], lfs=True)
    elif key == "deletedFile":
        if files.pop(path, None) is None:
            raise entry_not_found(path)
    elif key == "deletedFolder":
        for inside in [name for name in files if name.startswith(path.rstrip("/") + "/")]:
            del files[inside]
    else:
        raise HubError(400, f"Unknown operation {key}")


def _validate_card(files: dict[str, Blob], repo: Repo) -> None:
    if "README.md" in files:
        errors, _ = check(files["README.md"].content.decode("utf-8-sig"), repo.kind)
        if errors:
            raise HubError(400, "Invalid metadata in README.md: " + "; ".join(errors))


def _open_pull_request(repo: Repo, header: dict, who: User, base: str) -> Discussion:
    made = Discussion(
        num=len(repo.discussions) + 1,
        title=header["summary"],
        description=header.get("description", ""),
        author=who.name,
        is_pull_request=True,
        created=now(),
        base=base,
    )
    repo.discussions.append(made)
    return made


def _committed(request: Request, repo: Repo, sha: str, made: Discussion | None) -> dict:
    page = f"{request.base_url}{'datasets/' if repo.kind == 'dataset' else ''}{repo.id}"
    answer = {"success": True, "commitOid": sha, "commitUrl": f"{page}/commit/{sha}", "hookOutput": ""}
    return answer | ({"pullRequestUrl": f"{page}/discussions/{made.num}"} if made else {})
