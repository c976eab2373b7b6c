"""What a chain is made of is in its address; its twin has no part of the checkpoint's weights."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from datasets import Dataset
from safetensors.numpy import load_file, save_file

from lit_hf.encoders import load_encoder, wrap_encoder
from lit_hf.encoders.objects import evaluating, live_encoder
from lit_hf.evaluation.run import evaluate
from lit_hf.reports.phrases import sources_line
from tests.support import chains, tiny
from tests.support.chains import body, dense, layer_norm, modules, table

INPUTS = tiny.texts(12)
W = chains.WIDTH


def _chain(folder: Path, start: str, **options: Any) -> tuple[Path, Any]:
    first = [table()] if start == "static" else [body(folder / "bert"), modules.Pooling(W)]
    return chains.save(folder / "saved", [*first, dense(W, 8), layer_norm(8)], **options)


def _change(file: Path) -> None:
    tensors = load_file(file)
    name = sorted(tensors)[0]
    tensors[name] = tensors[name] + np.float32(0.25)
    save_file(tensors, file)


@pytest.mark.parametrize("start", ["network", "static"])
def test_weights_behind_the_pooling_are_in_the_address(tmp_path: Path, start: str) -> None:
    folder, model = _chain(tmp_path, start)
    keys = [load_encoder(str(folder)).key]
    for file in sorted(folder.glob("?_*/model.safetensors")):
        _change(file)
        keys.append(load_encoder(str(folder)).key)
    assert len(keys) >= 3
    assert len({each["weights"] for each in keys}) == len(keys)
    before = wrap_encoder(model).key
    next(each for each in model if type(each).__name__ == "Dense").linear.weight.data += 0.25
    assert wrap_encoder(model).key != before


def test_what_is_behind_the_pooling_is_in_the_address(tmp_path: Path) -> None:
    parts = {
        "plain": [], "tanh": [dense(W, W)], "residual": [dense(W, W, use_residual=True)], "norm": [layer_norm(W)],
    }  # fmt: skip
    keys = []
    for name, after in parts.items():
        first = [body(tmp_path / name), modules.Pooling(W)]
        keys.append(load_encoder(str(chains.save(tmp_path / f"{name} saved", [*first, *after])[0])).twin(0).key)
    first = [body(tmp_path / "cut"), modules.Pooling(W)]
    keys.append(load_encoder(str(chains.save(tmp_path / "cut saved", first, truncate_dim=4)[0])).twin(0).key)
    first = [body(tmp_path / "out"), modules.Pooling(W, include_prompt=False)]
    options: dict[str, Any] = {"prompts": {"p": "the "}, "default_prompt_name": "p"}
    keys.append(load_encoder(str(chains.save(tmp_path / "out saved", first, **options)[0])).twin(0).key)
    assert len({str(sorted(each.items(), key=str)) for each in keys}) == len(keys)


@pytest.mark.parametrize("start", ["network", "static"])
def test_a_twin_draws_every_module_anew(tmp_path: Path, start: str) -> None:
    folder, model = _chain(tmp_path, start)
    encoder = load_encoder(str(folder))
    twin = encoder.twin(3)
    rows = twin.encode(INPUTS).rows
    assert rows.shape == (len(INPUTS), 8)
    np.testing.assert_array_equal(rows, wrap_encoder(model).twin(3).encode(INPUTS).rows)
    assert not np.allclose(rows, encoder.twin(4).encode(INPUTS).rows)
    head = twin._head  # type: ignore[attr-defined]
    mine = encoder._make_head()  # type: ignore[attr-defined]
    dense_, norm = head.after
    assert not np.allclose(dense_.linear.weight.detach(), mine.after[0].linear.weight.detach())
    assert not np.allclose(dense_.linear.weight.detach(), encoder.twin(4)._head.after[0].linear.weight.detach())  # type: ignore[attr-defined]
    assert (norm.norm.weight == 1).all()
    assert (norm.norm.bias == 0).all()
    assert not (mine.after[1].norm.weight == 1).all()


def test_a_cut_that_cuts_nothing_changes_no_address(tmp_path: Path) -> None:
    plain = chains.save(tmp_path / "a", [body(tmp_path / "x"), modules.Pooling(W)])[0]
    wide = chains.save(tmp_path / "b", [body(tmp_path / "y"), modules.Pooling(W)], truncate_dim=W)[0]
    assert load_encoder(str(plain)).key == load_encoder(str(wide)).key


def test_a_plain_checkpoint_has_the_address_that_it_always_had(tmp_path: Path) -> None:
    names = {
        "kind", "version", "weights", "config", "tokeniser", "prompt", "lower_case", "max_tokens", "layers", "pooling",
        "normalize", "dtype", "batch_tokens", "threads", "device", "engine",
    }  # fmt: skip
    folder = tiny.add_sentence_files(tiny.save(tmp_path / "bert", tiny.bert()))
    key = load_encoder(str(folder)).key
    assert set(key) == names
    assert (key["pooling"], key["normalize"], key["max_tokens"]) == ("cls", True, 12)
    static = load_encoder(str(chains.save(tmp_path / "static", [table()])[0])).key
    assert set(static) == {"kind", "version", "weights", "prompt", "tokeniser", "max_tokens", "unknown", "normalize",
                           "engine"}  # fmt: skip


def test_a_chain_is_followed_while_it_learns(tmp_path: Path) -> None:
    _, model = _chain(tmp_path, "network")
    with evaluating(model):
        rows = live_encoder(model).encode(INPUTS).rows
    chains.assert_close(rows, model.encode(INPUTS))
    model.train()
    with evaluating(model):
        np.testing.assert_array_equal(rows, live_encoder(model).encode(INPUTS).rows)
    assert model[2].linear.weight.requires_grad


def test_what_the_files_say_besides_is_in_the_sources(tmp_path: Path) -> None:
    folder, model = _chain(tmp_path, "network", similarity_fn_name="dot", truncate_dim=3)
    for encoder in (load_encoder(str(folder)), wrap_encoder(model)):
        assert encoder.info.sources["modules"] == "Dense, LayerNorm"
        assert encoder.info.sources["similarity"].startswith("dot, ignored: it compares two embeddings")
        assert encoder.dim == encoder.info.dim == 3


def test_the_route_and_the_modules_are_said_in_the_report(tmp_path: Path) -> None:
    router = modules.Router.for_query_document([table(1)], [table(2), dense(W, 4)])
    folder, _ = chains.save(tmp_path / "saved", [router])
    data = Dataset.from_dict({"text": tiny.texts(40), "label": [index % 2 for index in range(40)]})
    record = evaluate(str(folder), data, orders=1, twins=1, max_examples=40, route="document")
    record.validate()
    said = sources_line(record["model"])
    assert said is not None
    assert "route: document, set by you" in said
    assert "modules: Dense" in said
