"""The results store: every finished record, in the cache, under its id."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from lit_hf.config.names import exists
from lit_hf.errors import LitError, NotARecord, RecordChanged, warn
from lit_hf.records.record import Record
from lit_hf.runtime.cache import cache_root, whole_folder


class UnknownResult(LitError):
    """No stored result has this id, and no folder or file has this name."""

    def __init__(self, name: str, found: int = 0) -> None:
        reason = f"{found} stored results have ids that begin with it" if found else "neither a folder nor a stored id"
        super().__init__(f"no result {name!r}: {reason}.", "List what is stored with `lit-hf ls`.")
        self.name = name


@dataclass(frozen=True)
class ResultsStore:
    """Results under `root`, a folder each, named by the id; a folder appears whole or not at all."""

    root: Path

    @classmethod
    def at(cls, cache_dir: str | Path | None = None) -> ResultsStore:
        """Return the store in the cache of lit-hf."""
        return cls(cache_root(cache_dir) / "results")

    def keep(self, record: Record) -> Path:
        """Store `record`, in the place of an older one of its id; return its folder."""
        target = self.root / record["id"]
        with whole_folder(target) as draft:
            record.save(draft)
        return target

    def try_to_keep(self, record: Record) -> None:
        """Store `record`; where that fails, say so: a finished result must not be lost with the store."""
        try:
            self.keep(record)
        except OSError as error:
            warn(f"the result is not in the store, {self.root}: {error.strerror or error}.")

    def get(self, id: str) -> Record | None:
        """Return the result of this id, or None when there is none that can be read."""
        try:
            return Record.load(self.root / id)
        except (NotARecord, RecordChanged):
            return None

    def holds(self, record: Record) -> bool:
        """Tell whether this very result is stored: no other of its id, made at another time."""
        try:
            return Record.load(self.root / record["id"], arrays=False)["created"] == record["created"]
        except NotARecord:
            return False

    def find(self, name: str) -> Record:
        """Return the result in a folder or file `name`, else of the id, or the one id that begins with it."""
        return Record.load(self.place(name))

    def place(self, name: str) -> Path:
        """Return where the result is that `find` returns: the folder or file itself, or the folder in the store."""
        return Path(name) if exists(name) else self.root / self._id(name)

    def stored(self, id: str) -> Record:
        """Return the stored result of this id, or the one id that begins with it, whatever folders there are."""
        return Record.load(self.root / self._id(id), arrays=False)

    def size(self, id: str) -> int:
        """Return how many bytes the files of a stored result take."""
        return sum(file.stat().st_size for file in (self.root / id).rglob("*") if file.is_file())

    def remove(self, id: str) -> None:
        """Remove a stored result; a reader sees it whole or not at all."""
        doomed = self.root / f".{id}.removed"
        (self.root / id).rename(doomed)
        shutil.rmtree(doomed)

    def _id(self, name: str) -> str:
        ids = [folder.name for folder in self._folders() if folder.name.startswith(name)] if name else []
        if len(ids) != 1 and name not in ids:
            raise UnknownResult(name, len(ids))
        return name if name in ids else ids[0]

    def all(self) -> list[Record]:
        """Return every result that can be read, newest first; their arrays are not loaded."""
        found = []
        for folder in self._folders():
            try:
                found.append(Record.load(folder, arrays=False))
            except NotARecord:
                continue
        return sorted(found, key=lambda record: str(record["created"]), reverse=True)

    def _folders(self) -> Iterator[Path]:
        if self.root.is_dir():
            yield from (folder for folder in sorted(self.root.iterdir()) if not folder.name.startswith("."))
