"""The other process of `lit-hf verify`: gives labels back from features, groups and the file, and can see nothing else.

    python -m lit_hf.proof.decoder FOLDER DEVICE

FOLDER holds `features.npy` [R, d], `groups.npy` [N], `rows.npy` [N] (the row of each label) and `labels.bin`; the
labels are written to `decoded.npy`. Their bits, or what goes wrong (the fields of `BadBitstream`), are printed as one
JSON object.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np

from lit_hf.errors import BadBitstream

_CODE = (".py", ".pyc", ".so", ".pyd", ".dll", ".dylib")
_SYSTEM = ("/proc/", "/sys/", "/dev/")


def main(folder: Path, device: str) -> int:
    """Decode; return the exit code."""
    from lit_hf.proof.file import decode_order

    confine(folder)
    groups, rows = np.load(folder / "groups.npy"), np.load(folder / "rows.npy")
    features = np.load(folder / "features.npy", mmap_mode="r")
    try:
        data = (folder / "labels.bin").read_bytes()
        labels, bits = decode_order(features, data, groups, device=device, rows=rows)
    except BadBitstream as error:
        print(json.dumps({"reason": error.reason, "increment": error.increment, "span": error.span}))
        return 1
    np.save(folder / "decoded.npy", labels)
    print(json.dumps({"bits": bits}))
    return 0


def confine(folder: Path) -> None:
    """From here on, let this process open files of `folder` and program code alone, and reach no network."""
    inside = str(folder.resolve())

    def watch(event: str, arguments: tuple[Any, ...]) -> None:
        if event == "open" and not _allowed(arguments[0], inside):
            raise PermissionError(f"the decoder may not open {arguments[0]}")
        if event in ("socket.connect", "subprocess.Popen", "os.system"):
            raise PermissionError(f"the decoder may not use {event}")

    sys.addaudithook(watch)


def _allowed(path: Any, inside: str) -> bool:
    if not isinstance(path, str | bytes):  # a descriptor that is open already
        return True
    name = str(Path(path.decode() if isinstance(path, bytes) else path).resolve())
    program = name.endswith(_CODE) or ".dist-info/" in name  # code, and the versions of what is installed
    return program or name.startswith((f"{inside}/", *_SYSTEM))


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2]))
