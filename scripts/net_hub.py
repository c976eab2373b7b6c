"""The little of a Hub that `lit-hf push` and `leaderboard` need, on 127.0.0.1, in memory, for `scripts/net.py`.

One account, `net`; its repositories are made when something is pushed to them, hashes of commits count up, and nothing
else exists, so that a run never asks the real Hub.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote, urlsplit

API = re.compile(r"/api/(models|datasets)/([^/]+/[^/]+)(?:/(revision|tree|preupload|commit|discussions)(?:/(.+))?)?")
FILE = re.compile(r"/(datasets/)?([^/]+/[^/]+)/resolve/([^/]+)/(.+)")
LARGE = (".parquet", ".npz", ".safetensors")


@dataclass
class Hub:
    """Files by repository, as `datasets/net/results`, and how often each was committed to."""

    files: dict[str, dict[str, bytes]] = field(default_factory=dict)
    commits: dict[str, int] = field(default_factory=dict)
    objects: dict[str, bytes] = field(default_factory=dict)

    def head(self, repo: str) -> str:
        """Return the hash of the last commit."""
        return hashlib.sha1(f"{repo} {self.commits.get(repo, 0)}".encode()).hexdigest()

    def describe(self, repo: str) -> dict[str, Any]:
        """Return what the Hub says about a repository."""
        siblings = [{"rfilename": path} for path in sorted(self.files[repo])]
        name = repo.split("/", 1)[1]
        return {"_id": name, "id": name, "sha": self.head(repo), "private": False, "gated": False, "siblings": siblings}

    def commit(self, repo: str, body: bytes) -> str:
        """Apply the files of a commit; return its hash."""
        for line in body.splitlines():
            operation = json.loads(line)
            key, value = operation["key"], operation["value"]
            if key == "file":
                self.files[repo][value["path"]] = base64.b64decode(value["content"])
            elif key == "lfsFile":
                self.files[repo][value["path"]] = self.objects[value["oid"]]
            elif key != "header":
                raise ValueError(f"the stand-in Hub knows no operation {key!r}")
        self.commits[repo] = self.commits.get(repo, 0) + 1
        return self.head(repo)


class Handler(BaseHTTPRequestHandler):
    """Answers the requests of huggingface_hub."""

    protocol_version = "HTTP/1.1"
    hub: Hub

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""

    def do_HEAD(self) -> None:
        self._download(body=False)

    def do_GET(self) -> None:
        path = unquote(urlsplit(self.path).path)
        found = API.fullmatch(path)
        if path == "/api/whoami-v2":
            token = {"type": "access_token", "accessToken": {"displayName": "net", "role": "write"}}
            return self._json({"type": "user", "name": "net", "fullname": "net", "orgs": [], "auth": token})
        if found is None:
            return self._download(body=True)
        repo, what = f"{found[1]}/{found[2]}", found[3]
        if repo not in self.hub.files:
            return self._missing()
        if what == "tree":
            files = self.hub.files[repo].items()
            return self._json([{"type": "file", "path": path, "oid": "0" * 40, "size": len(c)} for path, c in files])
        if what == "discussions":
            return self._json({"discussions": [], "count": 0, "start": 0, "numClosedDiscussions": 0})
        return self._json(self.hub.describe(repo))

    def do_PUT(self) -> None:
        self.hub.objects[self.path.rsplit("/", 1)[1]] = self._body()
        self._answer(200, b"", {})

    def do_POST(self) -> None:
        path, body = unquote(urlsplit(self.path).path), self._body()
        found = API.fullmatch(path)
        if path == "/api/validate-yaml":
            return self._json({"errors": [], "warnings": []})
        if path == "/api/repos/create":
            asked = json.loads(body)
            self.hub.files.setdefault(f"{asked.get('type', 'model')}s/net/{asked['name']}", {})
            return self._json({"url": f"{self._site()}/net/{asked['name']}", "name": f"net/{asked['name']}"})
        if path.endswith("/info/lfs/objects/batch"):
            upload = {"upload": {"href": "", "header": {}}}
            objects = [{"oid": each["oid"], "size": each["size"]} for each in json.loads(body)["objects"]]
            for each in objects:
                each["actions"] = {"upload": {**upload["upload"], "href": f"{self._site()}/lfs/{each['oid']}"}}
            return self._json({"transfer": "basic", "objects": objects})
        if found is None or f"{found[1]}/{found[2]}" not in self.hub.files:
            return self._missing()
        if found[3] == "preupload":
            files = [
                {"path": each["path"], "uploadMode": "lfs" if each["path"].endswith(LARGE) else "regular"}
                for each in json.loads(body)["files"]
            ]
            return self._json({"files": [{**each, "shouldIgnore": False} for each in files]})
        sha = self.hub.commit(f"{found[1]}/{found[2]}", body)
        url = f"{self._site()}/{found[1]}/{found[2]}/commit/{sha}"
        return self._json({"commitUrl": url, "commitOid": sha, "success": True})

    def _download(self, body: bool) -> None:
        found = FILE.fullmatch(unquote(urlsplit(self.path).path))
        repo = f"{'datasets' if found and found[1] else 'models'}/{found[2]}" if found else ""
        content = self.hub.files.get(repo, {}).get(found[4]) if found else None
        if content is None:
            return self._missing("EntryNotFound" if repo in self.hub.files else "RepoNotFound")
        etag = f'"{hashlib.sha256(content).hexdigest()}"'
        return self._answer(200, content, {"ETag": etag, "X-Repo-Commit": self.hub.head(repo)}, body)

    def _missing(self, code: str = "RepoNotFound") -> None:
        self._answer(404, b'{"error": "not found"}', {"X-Error-Code": code, "X-Error-Message": "not found"})

    def _json(self, value: Any) -> None:
        self._answer(200, json.dumps(value).encode(), {"Content-Type": "application/json"})

    def _answer(self, status: int, content: bytes, headers: dict[str, str], body: bool = True) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(content)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        if body and self.command != "HEAD":
            self.wfile.write(content)

    def _body(self) -> bytes:
        if "chunked" not in self.headers.get("Transfer-Encoding", ""):
            return self.rfile.read(int(self.headers.get("Content-Length", 0)))
        parts = []
        while size := int(self.rfile.readline().strip(), 16):
            parts.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(parts)

    def _site(self) -> str:
        return f"http://{self.headers['Host']}"


def serve() -> tuple[Hub, str]:
    """Start the Hub in a thread that ends with the process; return its state and its address."""
    hub = Hub()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Bound", (Handler,), {"hub": hub}))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return hub, f"http://127.0.0.1:{server.server_address[1]}"
