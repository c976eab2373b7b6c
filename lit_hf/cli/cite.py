"""`lit-hf cite`: what to cite for a number."""

from __future__ import annotations

from typing import Annotated

import typer

from lit_hf._version import __version__
from lit_hf.cli.output import Sink
from lit_hf.cli.stored import CacheDir

METHOD = """@misc{zhang2020information,
  title         = {Measuring Information Transfer in Neural Networks},
  author        = {Xiao Zhang and Xingjian Li and Dejing Dou and Ji Wu},
  year          = {2020},
  eprint        = {2009.07624},
  archivePrefix = {arXiv},
  primaryClass  = {cs.LG}
}"""
Result = Annotated[
    str | None, typer.Argument(metavar="[RECORD]", help="An id of `lit-hf ls`, or a folder: adds what it measured.")
]


def command(record: Result = None, cache_dir: CacheDir = None) -> None:
    """Print BibTeX of the method and of this program; with a record, also the versions that made its number."""
    sink = Sink()
    found = None
    if record is not None:
        from lit_hf.records.store import ResultsStore

        found = ResultsStore.at(cache_dir).find(record)
    made = __version__ if found is None else found.data.get("environment", {}).get("lit_hf", __version__)
    sink.text("\n\n".join([METHOD, software(made), *([] if found is None else [_measured(found)])]))


def software(version: str) -> str:
    """Return the BibTeX entry of the program at `version`."""
    return "\n".join(
        [
            "@software{lit_hf,", "  title   = {lit-hf: information transfer of pretrained encoders, in bits},",
            f"  version = {{{version}}}", "}",
        ]
    )  # fmt: skip


def _measured(record: object) -> str:
    from lit_hf.records.record import Record

    assert isinstance(record, Record)
    model, data, coder = record["model"], record["dataset"], record["coder"]
    named = f"{model['id']}@{model['revision']}" if model["revision"] else model["id"]
    return "\n".join(
        [
            f"% Record {record['id']}: {named} on {data['id']} ({data['split']}), {data['examples']} examples,",
            f"% fingerprint {data['fingerprint']}, coder version {coder['version']}, bank {coder['bank']}.",
        ]
    )
