"""`lit-hf demo`: the same job on a real encoder and real text that the `demo` extra installs; no network."""

from __future__ import annotations

import os
from typing import Any

import typer

from lit_hf.cli.eval import evaluate
from lit_hf.cli.options import Details, FormatOption, Output, settings_of, with_settings
from lit_hf.cli.output import Format
from lit_hf.cli.processes import NumProcesses, spread


@with_settings("task", "text_column", "text_pair_column", "label_column", "split", "streaming", "classes")
def command(
    given: dict[str, Any],
    context: typer.Context,
    output: Output = None,
    num_processes: NumProcesses = None,
    details: Details = False,
    format: FormatOption = Format.TABLE,
) -> None:
    """Measure all-MiniLM-L6-v2 on 2,000 Rotten Tomatoes sentences, without network."""
    # Everything is on this machine: the libraries need not ask the Hub, and may not.
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    from lit_hf.demo import MAX_EXAMPLES, find_demo

    found = find_demo(given.get("cache_dir"))
    default = {"model": found.model, "dataset": found.dataset, "max_examples": MAX_EXAMPLES}
    settings = settings_of({**default, **given}, None)
    spread(context, num_processes)
    evaluate(settings, output, format, details=details)
