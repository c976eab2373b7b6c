"""What the stand-in Hub remembers: users, repositories, commits, pull requests. All of it in memory."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import UTC, datetime

from tests.hub_server.errors import entry_not_found, revision_not_found

POINTER = "version https://git-lfs.github.com/spec/v1\noid sha256:{oid}\nsize {size}\n"


LIBRARY = ("google-bert", "nyu-mll", "org", "sentence-transformers")
"""Namespaces that documentation takes models and datasets from."""


@dataclass(frozen=True)
class User:
    """An account with one token; `role` is the token's ("write" or "read"), `orgs` its roles in organisations."""

    name: str
    token: str
    role: str = "write"
    orgs: dict[str, str] = field(default_factory=dict)

    def may_write_to(self, namespace: str) -> bool:
        """Whether the account (not the token) has write access to repositories of a namespace."""
        return namespace == self.name or self.orgs.get(namespace) in {"admin", "write"}


@dataclass(frozen=True)
class Blob:
    """A file's bytes, and whether the Hub keeps it as a git blob or in large file storage."""

    content: bytes
    lfs: bool = False

    @property
    def sha256(self) -> str:
        """Address in large file storage."""
        return hashlib.sha256(self.content).hexdigest()

    @property
    def oid(self) -> str:
        """Git's object id: of the content, or of the pointer file when the content is in large file storage."""
        body = POINTER.format(oid=self.sha256, size=len(self.content)).encode() if self.lfs else self.content
        return hashlib.sha1(b"blob %d\0" % len(body) + body).hexdigest()

    @property
    def etag(self) -> str:
        """What a download is recognised by: sha256 for large files, the git object id for the others."""
        return self.sha256 if self.lfs else self.oid

    def describe(self, path: str) -> dict:
        """The entry of `/tree` and `/paths-info`."""
        entry: dict = {"type": "file", "oid": self.oid, "size": len(self.content), "path": path}
        if self.lfs:
            pointer_size = len(POINTER.format(oid=self.sha256, size=len(self.content)))
            entry["lfs"] = {"oid": self.sha256, "size": len(self.content), "pointerSize": pointer_size}
        return entry


@dataclass(frozen=True)
class Commit:
    """One commit: the whole tree (path to blob) and where it came from."""

    parent: str | None
    title: str
    description: str
    author: str
    date: str
    files: dict[str, Blob]

    @property
    def sha(self) -> str:
        """40 hexadecimal digits over everything in the commit."""
        tree = "".join(f"{path}\0{blob.oid}\n" for path, blob in sorted(self.files.items()))
        return hashlib.sha1(f"{self.parent}\n{self.title}\n{self.author}\n{self.date}\n{tree}".encode()).hexdigest()


@dataclass
class Discussion:
    """A discussion or pull request; `base` is the commit that a pull request started from."""

    num: int
    title: str
    description: str
    author: str
    is_pull_request: bool
    created: str
    status: str = "open"
    base: str | None = None

    @property
    def ref(self) -> str:
        """The git reference of a pull request."""
        return f"refs/pr/{self.num}"


@dataclass
class Repo:
    """A model or dataset repository."""

    kind: str
    id: str
    private: bool = False
    gated: str | bool = False
    allowed: set[str] = field(default_factory=set)
    downloads: int = 0
    created: str = field(default_factory=lambda: now())
    commits: dict[str, Commit] = field(default_factory=dict)
    refs: dict[str, str] = field(default_factory=dict)
    discussions: list[Discussion] = field(default_factory=list)

    @property
    def namespace(self) -> str:
        """User or organisation that owns it."""
        return self.id.split("/")[0]

    def resolve(self, revision: str) -> str:
        """Commit id of a branch, tag, pull request reference, full or abbreviated (7 digits or more) id."""
        if revision in self.refs:
            return self.refs[revision]
        found = [sha for sha in self.commits if len(revision) >= 7 and sha.startswith(revision)]
        if len(found) != 1:
            raise revision_not_found(revision)
        return found[0]

    def files(self, revision: str) -> dict[str, Blob]:
        """The tree at a revision."""
        return self.commits[self.resolve(revision)].files

    def file(self, revision: str, path: str) -> Blob:
        """One file at a revision."""
        try:
            return self.files(revision)[path]
        except KeyError:
            raise entry_not_found(path) from None

    def commit(self, parent: str | None, title: str, description: str, author: str, files: dict[str, Blob]) -> str:
        """Store a commit without moving any reference; returns its id."""
        commit = Commit(parent, title, description, author, now(), files)
        self.commits[commit.sha] = commit
        return commit.sha


@dataclass
class Hub:
    """The whole site."""

    users: dict[str, User] = field(default_factory=dict)
    repos: dict[tuple[str, str], Repo] = field(default_factory=dict)
    storage: dict[str, bytes] = field(default_factory=dict)
    careless: set[str] = field(default_factory=set)
    """Repositories whose commits are taken whatever their parent is, as some servers do."""

    def create(self, kind: str, name: str, author: str, private: bool = False) -> Repo:
        """A new repository with the first commit that the Hub makes itself."""
        repo = Repo(kind, name, private=private)
        first = repo.commit(None, "initial commit", "", author, {".gitattributes": Blob(GITATTRIBUTES)})
        repo.refs["main"] = first
        self.repos[kind, name] = repo
        return repo


GITATTRIBUTES = b"".join(
    b"*.%s filter=lfs diff=lfs merge=lfs -text\n" % ending
    for ending in (b"arrow", b"bin", b"npz", b"onnx", b"parquet", b"pt", b"safetensors", b"zip")
)
LFS_ENDINGS = tuple("." + line.split(" ")[0][2:] for line in GITATTRIBUTES.decode().splitlines())


def now() -> str:
    """This instant as the Hub writes it; microseconds keep equal commits apart."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def default_users() -> dict[str, User]:
    """An owner (of `owner/` and, as admin, of `org/`), a stranger, and the owner's read-only token."""
    users = [
        User("owner", "hf_owner", orgs={"org": "admin"}),
        User("stranger", "hf_stranger"),
        # Whoever fills this Hub with what the documentation names.
        User("librarian", "hf_librarian", orgs=dict.fromkeys(LIBRARY, "write")),
        User("owner", "hf_readonly", role="read", orgs={"org": "admin"}),
    ]
    return {user.token: user for user in users}
