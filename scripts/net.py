"""A net under every change: what the commands of lit-hf say and write on tiny data of each kind, as hashes.

    python scripts/net.py --json new.json               # minutes; one line an item: its name and its hash
    PYTHONPATH=OLDER_CHECKOUT python scripts/net.py --json old.json
    python scripts/net.py --compare old.json new.json   # what differs, key by key; exit code 1 if anything does

Nothing of lit-hf is used but its command line and the files that it writes, so that the same script runs on an older
and a newer commit. Compare runs of one machine. Exit code 1 also says that a command failed which should not.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import os
import platform
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import net_data
import net_hub
import net_parts
from net_compare import compare
from net_runs import Run, runs


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the net, or compare two of its results; return the exit code."""
    given = parse(arguments)
    if given.compare:
        lines, same = compare(*given.compare)
        print("\n".join(lines))
        return 0 if same else 1
    target = given.json.resolve() if given.json else None
    with working_folder(given.keep) as folder:
        items, broken = cast(folder, given.only)
    for name, value in items.items():
        print(f"{name}  {net_parts.digest(value)}")
    if target:
        write(items, target)
    for line in broken:
        print(f"failed: {line}", file=sys.stderr)
    return 1 if broken else 0


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python scripts/net.py", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--json", type=Path, metavar="FILE", help="write what was hashed, whole")
    parser.add_argument("--compare", type=Path, nargs=2, metavar=("OLD", "NEW"), help="two such files")
    parser.add_argument("--only", default="", metavar="TEXT", help="run only commands with TEXT in the name, and eval/")
    parser.add_argument("--keep", type=Path, metavar="DIR", help="an empty folder to work in, which stays")
    return parser.parse_args(arguments)


@contextlib.contextmanager
def working_folder(kept: Path | None) -> Iterator[Path]:
    """Go into an empty folder; names in commands are relative to it, so that no path of the machine is in a result."""
    before, folder = Path.cwd(), (kept or Path(tempfile.mkdtemp(prefix="net-"))).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise SystemExit(f"{folder} is not empty")
    os.chdir(folder)
    try:
        yield folder
    finally:
        os.chdir(before)
        if kept is None:
            shutil.rmtree(folder)


def cast(folder: Path, only: str) -> tuple[dict[str, Any], list[str]]:
    """Make the material, run every command; return what they gave by name, and the commands that should not fail."""
    hub = prepare(folder)
    net_data.make(folder)
    items: dict[str, Any] = {}
    broken = []
    for run in runs(folder):
        if only in run.name or run.name.startswith("eval/"):
            began = time.perf_counter()
            code, found = perform(run, folder)
            items |= {f"{run.name}: {name}": value for name, value in found.items()}
            print(f"{time.perf_counter() - began:6.1f} s  exit {code}  {run.name}", file=sys.stderr, flush=True)
            if code and not run.may_fail:
                broken.append(f"{run.name}: exit code {code}: lit-hf {run.line}: {found['said']}")
    for repo, files in hub.files.items():
        for name in sorted(files):
            items |= {f"hub/{repo}: {part}": value for part, value in net_parts.parts(name, files[name], folder)}
    items |= {f"store: {name}": value for name, value in stored(folder)}
    return items, broken


def prepare(folder: Path) -> net_hub.Hub:
    """Set an environment in which nothing outside of the folder takes part, before lit-hf is imported."""
    hub, address = net_hub.serve()
    for name in [name for name in os.environ if name.startswith(("HF_", "LIT_HF_", "TRANSFORMERS_", "RANK", "WORLD"))]:
        del os.environ[name]
    os.environ |= {
        "HF_ENDPOINT": address, "HF_HOME": str(folder / "home"), "HF_TOKEN": "hf_net", "HF_HUB_DISABLE_XET": "1",
        "HF_HUB_DISABLE_TELEMETRY": "1", "HF_HUB_DISABLE_PROGRESS_BARS": "1", "DO_NOT_TRACK": "1",
        "LIT_HF_CACHE": str(folder / "cache"), "MPLBACKEND": "Agg", "MPLCONFIGDIR": str(folder / "home"),
        "OMP_NUM_THREADS": "1", "CUDA_VISIBLE_DEVICES": "", "COLUMNS": "120", "NO_COLOR": "1", "TERM": "dumb",
    }  # fmt: skip
    return hub


def perform(run: Run, folder: Path) -> tuple[int, dict[str, Any]]:
    """Run one command in this process through the entry of `python -m lit_hf`; return its exit code and its parts."""
    from lit_hf.__main__ import main as entry

    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True) for _ in range(2))
    kept, sys.argv, code = sys.argv, ["lit-hf", *run.arguments], None
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            entry()
    except SystemExit as ended:
        code = ended.code
    finally:
        sys.argv = kept
    if not isinstance(code, int):
        raise RuntimeError(f"lit-hf {run.line} ended with the exit code {code!r}")
    printed, said = (each.buffer.getvalue().decode() for each in (out, err))  # type: ignore[attr-defined]
    found: dict[str, Any] = {"exit": code, "said": net_parts.speech(said, folder)}
    output = net_parts.shown(printed, folder)
    found["shown"] = net_parts.unordered(output) if run.arguments[0] == "ls" else output
    where = run.arguments[run.arguments.index("-o") + 1] if "-o" in run.arguments else None
    if where and (folder / where).exists():
        found |= dict(net_parts.files(folder / where, folder))
    return code, found


def stored(folder: Path) -> Iterator[tuple[str, Any]]:
    """Yield the ids of results and the addresses of features, with the hashes of their arrays."""
    for path in sorted((folder / "cache").rglob("*.np[yz]")):
        name = path.relative_to(folder / "cache").as_posix()
        if path.suffix == ".npy":
            yield name, net_parts.digest([path.read_bytes().hex()])
        else:
            yield (
                name,
                {part: net_parts.digest(value) for part, value in net_parts.parts("", path.read_bytes(), folder)},
            )
    for path in sorted((folder / "cache").rglob("key.json")):
        yield path.relative_to(folder / "cache").as_posix(), net_parts.scrub(json.loads(path.read_text()), folder)


def write(items: dict[str, Any], file: Path) -> None:
    """Write what was hashed, and with which libraries, which is not compared but told."""
    from importlib.metadata import version

    about = {name: version(name) for name in ("torch", "transformers", "numpy", "datasets")}
    about["python"] = platform.python_version()
    whole = {name: {"hash": net_parts.digest(value), "content": value} for name, value in items.items()}
    file.write_text(json.dumps({"about": about, "items": whole}, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
