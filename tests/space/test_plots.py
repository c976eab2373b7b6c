"""What a Space shows of figures: none where there is nothing to draw, not an empty frame."""

from __future__ import annotations

import pytest

from tests.support.pages import full

gradio = pytest.importorskip("gradio")


def test_a_board_of_one_checkpoint_has_no_frame_for_curves_that_it_lacks() -> None:
    from lit_hf.ranking.board import boards
    from lit_hf.space.app import Source, _board, _checkpoint
    from lit_hf.space.board import Found, members

    source, record = Source("owner/results"), full("org/only")
    assert [plot.visible for plot in _board(source, None)[2:4]] == [False, False]
    source.found = Found("owner/results", "a" * 40, {"only": boards([record])[0]}, {record["id"]: record}, 0)
    ranking, curves = _board(source, "only")[2:4]
    assert (ranking.visible, curves.visible) == (True, False)
    assert [plot.visible for plot in _checkpoint(source, "only", None)] == [False] * 3
    name = next(iter(members(source.found.boards["only"])))
    assert all(plot.visible for plot in _checkpoint(source, "only", name))
