"""`lit-hf space`: the files of a Gradio Space that shows a results dataset."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from lit_hf.cli.output import Sink

Folder = Annotated[Path, typer.Argument(metavar="OUTPUT", help="Write the Space's files into this folder.")]
Results = Annotated[
    str, typer.Option("--results", metavar="NAMESPACE/RESULTS", help="The results dataset that the Space shows.")
]


def command(output: Folder, results: Results) -> None:
    """Write a Gradio Space that shows a results dataset as leaderboard and curves."""
    from lit_hf.space.folder import write_space

    sink = Sink()
    for path in write_space(output, results):
        sink.text(str(path))
    sink.say(f"Try it: pip install -r {output}/requirements.txt && python {output}/app.py")
    sink.say(f"Publish it: hf upload NAMESPACE/NAME {output} --repo-type space")
