"""Any chain of stock modules that can be drawn: what the library gives, and a twin of its own."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lit_hf.encoders import load_encoder, wrap_encoder
from tests.support import chains, tiny
from tests.support.chains import assert_close, body, dense, layer_norm, modules, table

ACTIVATIONS = [torch.nn.Tanh, torch.nn.ReLU, torch.nn.GELU, torch.nn.Identity, torch.nn.Sigmoid]
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["dense", "norm", "unit", "dropout"]), st.integers(2, 24), st.sampled_from(ACTIVATIONS),
        st.booleans(), st.booleans(),
    ),
    max_size=4,
)  # fmt: skip
MODES = st.lists(st.sampled_from(modules.Pooling.POOLING_MODES), min_size=1, max_size=3, unique=True)


def _after(width: int, steps: list[tuple[str, int, Any, bool, bool]]) -> list[Any]:
    """Modules that follow one another from rows of `width` on."""
    found = []
    for kind, size, activation, bias, residual in steps:
        if kind == "dense":
            found.append(dense(width, size, activation(), bias=bias, use_residual=residual))
            width = size
        else:
            plain = {"unit": modules.Normalize, "dropout": modules.Dropout}
            found.append(layer_norm(width) if kind == "norm" else plain[kind]())
    return found


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    start=st.sampled_from(["bert", "static", "both"]), modes=MODES, steps=STEPS, include=st.booleans(),
    prompt=st.sampled_from(["", "the film ", "very very good "]), cut=st.one_of(st.none(), st.integers(1, 20)),
    texts=st.lists(st.lists(st.sampled_from([*tiny.WORDS, "x1", "☃"]), max_size=30).map(" ".join), min_size=1,
                   max_size=6),
)  # fmt: skip
def test_a_random_chain_gives_what_the_library_gives(
    start: str, modes: list[str], steps: list[Any], include: bool, prompt: str, cut: int | None, texts: list[str]
) -> None:
    with TemporaryDirectory() as name:
        folder = Path(name)
        one = [body(folder / "bert"), modules.Pooling(chains.WIDTH, modes, include_prompt=include)]
        width = chains.WIDTH * len(modes)
        if start == "static":
            one, width = [table()], chains.WIDTH
        if start == "both":
            one = [modules.Router.for_query_document([table()], one)]
        saved, model = chains.save(
            folder / "saved", [*one, *_after(width, steps)], prompts={"p": prompt}, default_prompt_name="p",
            truncate_dim=cut,
        )  # fmt: skip
        expected = model.encode(texts)
        encoder = load_encoder(str(saved))
        found = encoder.encode(texts).rows
        if np.abs(expected).max() > 0:  # a rectifier may leave nothing
            assert_close(found, expected)
        np.testing.assert_array_equal(found, wrap_encoder(model).encode(texts).rows)
        twins = [encoder.twin(seed).encode(texts).rows for seed in (0, 0)]
        assert twins[0].shape == found.shape
        np.testing.assert_array_equal(*twins)
