"""`lit-hf eval MODEL SUITE.yaml`: one checkpoint on every dataset of a suite."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from lit_hf.cli.output import Format, Sink
from lit_hf.cli.progress import make_progress
from lit_hf.errors import LitError, UsageError
from lit_hf.runtime.cache import require_writable, whole_folder
from lit_hf.runtime.launcher import is_main_process
from lit_hf.suites.suite import Suite


def evaluate_suite(model: str | None, file: str, given: dict[str, Any], output: Path | None, format: Format) -> None:
    """Evaluate `model` on the datasets of `file`, print a table over them, and write `suite.json` to `output`.

    Raises `UsageError` without a model, and `LitError` when a dataset failed, after all else is printed and written.
    """
    if model is None:
        raise UsageError("eval needs a model for the suite.", f"Try `lit-hf eval MODEL {file}`.")
    plan = Suite.read(file).of_model(model, {key: value for key, value in given.items() if key != "dataset"})
    if output is not None and is_main_process():
        require_writable(output)
    sink = Sink(quiet=format is Format.QUIET)
    progress = make_progress(sink.speech_console, quiet=sink.quiet)
    # Heavy: torch and transformers are first imported in here.
    from lit_hf.records.record import plain
    from lit_hf.suites.evaluate_suite import evaluate_suite

    found = plain(evaluate_suite(plan, file, progress))
    text = json.dumps(found, indent=2, ensure_ascii=False, allow_nan=False)
    _tell(found, text, format, sink)
    if output is not None and is_main_process():
        _write(found, text, output, plan[0].cache_dir)
        sink.say(f"Wrote {output}.")
    _require_all(found, file)


def _write(found: dict[str, Any], text: str, output: Path, cache_dir: str | None) -> None:
    """Write the table, and the record of each dataset into a folder of its own."""
    from lit_hf.records.store import ResultsStore

    store = ResultsStore.at(cache_dir)
    with whole_folder(output) as draft:
        (draft / "suite.json").write_text(text + "\n", encoding="utf-8")
        for number, row in enumerate(found["rows"]):
            record = None if row["error"] else store.get(row["record"])
            if record is not None:
                record.save(draft / folder_name(number, row["dataset"]))


def folder_name(number: int, dataset: str) -> str:
    """Return the folder of the dataset at this place of a suite: two that are spelled alike keep apart."""
    spelled = re.sub(r"[^A-Za-z0-9._-]+", "-", Path(dataset).name if Path(dataset).suffix else dataset).strip("-.")
    return f"{number + 1:02d}-{spelled or 'dataset'}"


def _require_all(found: dict[str, Any], file: str) -> None:
    """Raise `LitError` where a dataset failed, so that a script can tell; what was measured is printed and written."""
    failed = [row for row in found["rows"] if row["error"]]
    if failed:
        count = "no dataset" if len(failed) == len(found["rows"]) else f"{len(failed)} of {len(found['rows'])} datasets"
        verb = "could" if count == "no dataset" else "could not"
        reasons = "; ".join(f"{row['dataset']}: {row['error']}" for row in failed[:3])
        raise LitError(
            f"{count} of {file} {verb} be evaluated: {reasons}{'; ...' if len(failed) > 3 else ''}",
            f"Evaluate one alone to see what it needs: `lit-hf eval MODEL {failed[0]['dataset']}`.",
        )


def _tell(found: dict[str, Any], text: str, format: Format, sink: Sink) -> None:
    if format is Format.JSON:
        return sink.text(text)
    if format is Format.QUIET:
        bits = found["aggregate"]["transfer_bits"]
        return sink.text("nan" if bits is None else repr(bits))
    from lit_hf.reports.suite import report

    for part in report(found):
        sink.show(part)
    return None
