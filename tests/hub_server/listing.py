"""`/api/models`, `/api/datasets`, `/api/models/{id}`: what a repository says about itself, and searching for it."""

from __future__ import annotations

import json
import math
from urllib.parse import urlencode

import yaml
from starlette.requests import Request
from starlette.responses import JSONResponse

from tests.hub_server import access
from tests.hub_server.cards import front_matter
from tests.hub_server.errors import HubError
from tests.hub_server.state import Blob, Repo, User

ALWAYS = {"_id", "id", "modelId"}
PAGE = 1000
UNITS = {"K": 1e3, "M": 1e6, "B": 1e9, "T": 1e12}


async def list_repos(request: Request) -> JSONResponse:
    """Search by filter (all of them), author, search, pipeline_tag, gated, num_parameters; sort, limit, expand."""
    who, query, wanted = access.user(request), request.query_params, access.kind(request)
    repos = [r for (kind, _), r in access.hub(request).repos.items() if kind == wanted]
    found = [(r, describe(r, "main")) for r in repos if _visible(r, who)]
    found = [(r, about) for r, about in found if _matches(about, request)]
    found.sort(key=lambda pair: -pair[0].downloads)
    limit, start = min(int(query.get("limit", PAGE)), PAGE), int(query.get("cursor", 0))
    page = [_expanded(about, query.getlist("expand"), "full" in query) for _, about in found[start : start + limit]]
    return JSONResponse(page, headers=_next_link(request, start + limit, len(found)))


async def repo_info(request: Request) -> JSONResponse:
    """One repository at a revision (main unless told otherwise); gated ones describe themselves to anyone."""
    repo = access.repo(request)
    revision = access.param(request, "revision") if "revision" in request.path_params else "main"
    about = describe(repo, revision, blobs="blobs" in request.query_params)
    return JSONResponse(_expanded(about, request.query_params.getlist("expand"), full=True))


async def create_repo(request: Request) -> JSONResponse:
    """Make a repository in one's own namespace or an organisation that one may write to; 409 when it exists."""
    who, body = access.signed_in(request), await request.json()
    namespace = body.get("organization") or who.name
    if who.role != "write" or not who.may_write_to(namespace):
        raise HubError(403, f'You don\'t have the rights to create a repo under the namespace "{namespace}"')
    name, kind = f"{namespace}/{body['name']}", body.get("type") or "model"
    private = body.get("visibility") == "private" or bool(body.get("private"))
    url = f"{request.base_url}{'datasets/' if kind == 'dataset' else ''}{name}"
    if (kind, name) in access.hub(request).repos:
        raise HubError(409, f"You already created this {kind} repo: {name}", url=url)
    access.hub(request).create(kind, name, who.name, private)
    return JSONResponse({"url": url, "name": name, "id": name})


async def whoami(request: Request) -> JSONResponse:
    """The account of the token."""
    who = access.signed_in(request)
    orgs = [{"type": "org", "name": name, "fullname": name, "roleInOrg": role} for name, role in who.orgs.items()]
    token = {"displayName": "test", "role": who.role}
    auth = {"type": "access_token", "accessToken": token}
    return JSONResponse({"type": "user", "name": who.name, "fullname": who.name, "orgs": orgs, "auth": auth})


def describe(repo: Repo, revision: str, blobs: bool = False) -> dict:
    """Everything that can be asked for with `expand`."""
    sha = repo.resolve(revision)
    files = repo.commits[sha].files
    card = front_matter(files.get("README.md"))
    config = json.loads(files["config.json"].content) if "config.json" in files else None
    about = {
        "_id": repo.id,
        "id": repo.id,
        "author": repo.namespace,
        "sha": sha,
        "private": repo.private,
        "gated": repo.gated,
        "disabled": False,
        "downloads": repo.downloads,
        "likes": 0,
        "createdAt": repo.created,
        "lastModified": repo.commits[sha].date,
        "tags": _tags(card),
        "cardData": card or None,
        "siblings": [_sibling(path, blob, blobs) for path, blob in files.items()],
        **({"evalResults": _eval_results(files)} if any(p.startswith(".eval_results/") for p in files) else {}),
    }
    if repo.kind == "model":
        about |= {
            "modelId": repo.id,
            "pipeline_tag": card.get("pipeline_tag"),
            "library_name": card.get("library_name") or ("transformers" if config else None),
            "config": config and {k: config[k] for k in ("architectures", "model_type") if k in config},
            "safetensors": _safetensors(files.get("model.safetensors")),
        }
    return about


def _visible(repo: Repo, who: User | None) -> bool:
    return not repo.private or bool(who and who.may_write_to(repo.namespace))


def _matches(about: dict, request: Request) -> bool:
    query = request.query_params
    known = {*about["tags"], about.get("pipeline_tag"), about.get("library_name")}
    total = (about.get("safetensors") or {}).get("total")
    return (
        all(part in known for wanted in query.getlist("filter") for part in wanted.split(","))
        and ("author" not in query or about["author"] == query["author"])
        and ("search" not in query or query["search"].lower() in about["id"].lower())
        and ("pipeline_tag" not in query or about.get("pipeline_tag") == query["pipeline_tag"])
        and ("gated" not in query or bool(about["gated"]) == (query["gated"].lower() == "true"))
        and ("num_parameters" not in query or (total is not None and _within(total, query["num_parameters"])))
    )


def _within(total: int, bounds: str) -> bool:
    """Whether a parameter count lies in `min:6M,max:1B` (either may be missing)."""
    limits = dict(part.split(":") for part in bounds.split(","))
    low, high = (_count(limits.get(key, default)) for key, default in (("min", "0"), ("max", "inf")))
    return low <= total <= high


def _count(text: str) -> float:
    if text == "inf":
        return math.inf
    return float(text[:-1]) * UNITS[text[-1].upper()] if text[-1].upper() in UNITS else float(text)


def _expanded(about: dict, expand: list[str], full: bool) -> dict:
    """With `expand` only the named fields; without it the default ones (lists of repositories carry no files)."""
    if expand:
        return {key: value for key, value in about.items() if key in ALWAYS or key in expand}
    if full:
        return about
    return {k: v for k, v in about.items() if k not in {"siblings", "config", "safetensors", "cardData", "evalResults"}}


def _next_link(request: Request, following: int, total: int) -> dict[str, str]:
    if following >= total:
        return {}
    query = [(k, v) for k, v in request.query_params.multi_items() if k != "cursor"]
    url = f"{str(request.url).split('?')[0]}?{urlencode([*query, ('cursor', following)])}"
    return {"Link": f'<{url}>; rel="next"'}


def _tags(card: dict) -> list[str]:
    tags = list(card.get("tags") or [])
    for key in ("language", "license", "datasets"):
        values = card.get(key) or []
        prefix = {"license": "license:", "datasets": "dataset:"}.get(key, "")
        tags += [prefix + str(value) for value in ([values] if isinstance(values, str) else values)]
    return tags


def _sibling(path: str, blob: Blob, blobs: bool) -> dict:
    entry = {"rfilename": path}
    return entry | {"size": len(blob.content), "blobId": blob.oid} if blobs else entry


def _eval_results(files: dict[str, Blob]) -> list[dict]:
    """Entries of `.eval_results/*.yaml`, as the model page shows them."""
    found = []
    for path, blob in files.items():
        if path.startswith(".eval_results/"):
            found += [{"filename": path, "data": entry} for entry in yaml.safe_load(blob.content)]
    return found


def _safetensors(blob: Blob | None) -> dict | None:
    """Parameter counts by type, read from the file's header."""
    if blob is None:
        return None
    size = int.from_bytes(blob.content[:8], "little")
    header = json.loads(blob.content[8 : 8 + size])
    counts: dict[str, int] = {}
    for name, tensor in header.items():
        if name != "__metadata__":
            counts[tensor["dtype"]] = counts.get(tensor["dtype"], 0) + math.prod(tensor["shape"])
    return {"parameters": counts, "total": sum(counts.values())}
