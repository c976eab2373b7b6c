"""`lit-hf data`: commands about a dataset itself."""

from __future__ import annotations

import typer

from lit_hf.cli.catalogue import DATA, register

app = typer.Typer(
    help="What a dataset is and holds, before any model.",
    no_args_is_help=True,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)
register(app, DATA, "lit-hf data")
