"""Opinions of orders that are coded, kept on disk until their study is finished: an interrupt loses one order."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from zipfile import BadZipFile

import numpy as np

from lit_hf.coding.opinion import Opinion
from lit_hf.runtime.cache import atomic_file, cache_root

if TYPE_CHECKING:
    from lit_hf.codes.stream import Rows
    from lit_hf.coding.order import Examples

MOST_BYTES = 1 << 28
"""Of a table: larger ones, of very many classes, are not kept."""


@dataclass(frozen=True)
class Unfinished:
    """A folder for the orders of one study, named by everything that decides their floats."""

    folder: Path

    @classmethod
    def of(cls, features: Rows, examples: Examples, told: str, cache_dir: str | Path | None = None) -> Unfinished:
        """Return the folder of these features, labels and groups; `told`: how they are coded, in which orders."""
        found = hashlib.blake2b(told.encode(), digest_size=16)
        for start in range(0, features.shape[0], 65_536):
            found.update(np.ascontiguousarray(np.asarray(features[start : start + 65_536])).tobytes())
        for array in (examples.labels, examples.groups, examples.rows):
            found.update(b"|" if array is None else np.ascontiguousarray(array).tobytes())
        return cls(cache_root(cache_dir) / "unfinished" / found.hexdigest())

    def kept(self, number: int, unit: Callable[[], Opinion]) -> Opinion:
        """Return the opinion of order `number`: as it was kept, else as `unit` makes it, which is kept then."""
        file = self.folder / f"{number}.npz"
        known = _read(file)
        if known is not None:
            return known
        made = unit()
        if made.table.nbytes <= MOST_BYTES:
            with atomic_file(file) as out:
                np.savez(out, chance=made.chance, table=made.table, position=made.position)
        return made

    def finish(self) -> None:
        """Remove what was kept."""
        shutil.rmtree(self.folder, ignore_errors=True)


def _read(file: Path) -> Opinion | None:
    """Return a kept opinion; None where there is none, or none that can be read."""
    try:
        with np.load(file, allow_pickle=False) as stored:
            return Opinion(stored["chance"], stored["table"], stored["position"])
    except (OSError, ValueError, KeyError, EOFError, BadZipFile):
        return None
