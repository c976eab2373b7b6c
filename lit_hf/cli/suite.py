"""`lit-hf eval MODEL SUITE.yaml`: one checkpoint on every dataset of a suite."""

from __future__ import annotations

import json
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

    Raises `UsageError` without a model, and `LitError` when every dataset failed.
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
        with whole_folder(output) as draft:
            (draft / "suite.json").write_text(text + "\n", encoding="utf-8")
    if found["aggregate"]["failed"] == len(found["rows"]):
        raise LitError(
            f"no dataset of {file} could be evaluated: {found['rows'][0]['error']}",
            "Evaluate one alone to see what it needs: `lit-hf eval MODEL DATASET`.",
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
