"""The application of a Space: a leaderboard, the curves of its checkpoints, and one checkpoint from near."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from typing import TYPE_CHECKING, Any

import gradio as gr

from lit_hf.errors import LacksPart, LitError
from lit_hf.records.record import Record
from lit_hf.reports import plots
from lit_hf.space import board as say
from lit_hf.space.board import Found

if TYPE_CHECKING:
    from matplotlib.figure import Figure

KEY = (
    "Bits with 95 % intervals; fewer is better for the codelength, more for L_IT. = cannot be told from the best. "
    "Ranks are what paired tests of all pairs leave open; different data, samples or coders are never mixed."
)


class Source:
    """The results dataset, read when the application starts and when somebody asks for it."""

    def __init__(self, repo: str) -> None:
        self.repo = repo
        self.found: Found | None = None
        self.error: str | None = None

    def read(self) -> None:
        """Read what is there now; what was read before stays when that fails."""
        try:
            self.found, self.error = say.read(self.repo), None
        except LitError as error:
            self.error = f"{error.message} {error.next_step or ''}".strip()


def build(repo: str) -> gr.Blocks:
    """Return the application for the results dataset `repo`."""
    source = Source(repo)
    source.read()
    with gr.Blocks(title=f"{repo} · lit-hf", analytics_enabled=False) as demo:
        gr.HTML(f"<h1>{escape(repo)}</h1><p>How many bits of labelled data each pretrained encoder saves.</p>")
        state = gr.HTML(elem_id="state")
        with gr.Row():
            chosen = gr.Dropdown(label="Dataset", choices=[], scale=5, elem_id="dataset")
            again = gr.Button("Reload", scale=1, elem_id="again")
        headline = gr.HTML(elem_id="headline")
        rows = gr.Dataframe(
            headers=list(say.HEADERS), interactive=False, wrap=True, elem_id="ranks", label="Leaderboard"
        )
        gr.HTML(f"<p>{escape(KEY)}</p>")
        with gr.Row():
            ranking = gr.Plot(label="Ranks and codelengths", show_label=False, elem_id="ranking")
            curves = gr.Plot(label="What the next label costs", show_label=False, elem_id="curves")
        checkpoint = gr.Dropdown(label="One checkpoint", choices=[], elem_id="checkpoint")
        with gr.Row():
            one = [gr.Plot(label=label, show_label=False, elem_id=name) for name, label in _ONE.items()]
        whole = [headline, rows, ranking, curves, checkpoint]

        def show(name: str | None) -> tuple[Any, ...]:
            return _board(source, name)

        chosen.change(show, chosen, whole)
        checkpoint.change(lambda name, data: _checkpoint(source, data, name), [checkpoint, chosen], one)
        # What was read may be new while the choice stays: then it does not change.
        again.click(lambda: _again(source), None, [state, chosen]).then(show, chosen, whole)
        demo.load(lambda: _state(source), None, [state, chosen])
    return demo


_ONE = {"curve": "Bits per label", "ladder": "Ladder", "switching": "Which readout carries the code"}


def _again(source: Source) -> tuple[Any, ...]:
    source.read()
    return _state(source)


def _state(source: Source) -> tuple[Any, ...]:
    """Return what was read, and the choice of boards, the first of which is shown."""
    if source.found is None:
        return _note(source.error or "Nothing was read."), gr.Dropdown(choices=[], value=None)
    names = list(source.found.boards)
    words = source.error or say.source(source.found) + ("" if names else ": none of them can be ranked")
    return _note(words), gr.Dropdown(choices=names, value=names[0] if names else None)


def _board(source: Source, name: str | None) -> tuple[Any, ...]:
    """Return the parts that show one board."""
    if source.found is None or name not in source.found.boards:
        return _note(""), [], _shown(None), _shown(None), gr.Dropdown(choices=[], value=None)
    board = source.found.boards[name]
    members = say.members(board)
    records = [source.found.records[id] for id in members.values()]
    return (
        f"<h3>{escape(say.about(board))}</h3>",
        say.table(board, source.found),
        _shown(_drawn(lambda: plots.ranking(records))),
        _shown(_drawn(lambda: plots.curves(records[:_LINES])) if len(records) > 1 else None),
        gr.Dropdown(choices=list(members), value=next(iter(members))),
    )


_LINES = 7
"""More curves than colours would be told apart by dashes alone."""


def _checkpoint(source: Source, board: str | None, name: str | None) -> tuple[gr.Plot, ...]:
    """Return the figures of one checkpoint; what its record lacks is not shown."""
    if source.found is None or board not in source.found.boards:
        return (_shown(None),) * len(_ONE)
    id = say.members(source.found.boards[board]).get(name or "")
    if id is None:
        return (_shown(None),) * len(_ONE)
    record: Record = source.found.records[id]
    return tuple(_shown(_drawn(lambda draw=plots.EACH[kind]: draw(record))) for kind in _ONE)  # type: ignore[misc]


def _shown(figure: Figure | None) -> gr.Plot:
    """Return a plot with its figure, or none at all: an empty frame says nothing."""
    return gr.Plot(value=figure, visible=figure is not None)


def _drawn(draw: Callable[[], Figure]) -> Figure | None:
    try:
        return draw()
    except LacksPart:
        return None


def _note(text: str) -> str:
    return f"<p>{escape(text)}</p>"
