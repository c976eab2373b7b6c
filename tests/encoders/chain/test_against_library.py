"""Every kind of chain gives what sentence-transformers gives, from a folder and from a loaded object."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from lit_hf.encoders import Choices, load_encoder, wrap_encoder
from tests.support import assets, chains, tiny
from tests.support.chains import assert_close, body, dense, layer_norm, modules, table

INPUTS = [*tiny.texts(24), "", "a film"]
POOLINGS = list(modules.Pooling.POOLING_MODES)


def _pooled(mode: Any, *after: Any, **options: Any) -> Callable[[Path], list[Any]]:
    return lambda folder: [body(folder), modules.Pooling(chains.WIDTH, mode, **options), *after]


W = chains.WIDTH
CHAINS: dict[str, Callable[[Path], list[Any]]] = {
    **{f"pooling {mode}": _pooled(mode) for mode in POOLINGS},
    "two poolings": _pooled(("max", "mean")),
    "all poolings": _pooled(tuple(POOLINGS)),
    "poolings, normalised": _pooled(("mean", "cls"), modules.Normalize()),
    "dense": _pooled("mean", dense(W, 8)),
    "dense, wider": _pooled("cls", dense(W, 40, torch.nn.Identity()), modules.Normalize()),
    "dense of two poolings": _pooled(("mean", "max"), dense(2 * W, 5)),
    "dense without bias": _pooled("mean", dense(W, 8, bias=False)),
    "dense with residual": _pooled("mean", dense(W, W, torch.nn.ReLU(), use_residual=True)),
    "dense with a projected residual": _pooled("mean", dense(W, 6, torch.nn.GELU(), use_residual=True)),
    "dense with an activation that has weights": _pooled("mean", dense(W, 6, torch.nn.PReLU())),
    "two dense": _pooled("mean", dense(W, 32), dense(32, 8, torch.nn.Identity()), modules.Normalize()),
    "layer norm": _pooled("mean", layer_norm(W)),
    "normalised, then dense": _pooled("mean", modules.Normalize(), dense(W, 8)),
    "dropout": _pooled("mean", modules.Dropout(0.5), dense(W, 8), layer_norm(8), modules.Normalize()),
    "dense over tokens": lambda folder: [
        body(folder), dense(W, 12, module_input_name="token_embeddings"), modules.Pooling(12, "mean")
    ],
    "tokens of length 1": lambda folder: [
        body(folder), modules.Normalize("token_embeddings"), modules.Pooling(W, "max"), modules.Normalize()
    ],
    "static": lambda folder: [table()],
    "static, normalised": lambda folder: [table(), modules.Normalize()],
    "static, dense": lambda folder: [table(), dense(W, 8), layer_norm(8)],
    "router": lambda folder: [modules.Router.for_query_document([table()], [body(folder), modules.Pooling(W)])],
    "router, then dense": lambda folder: [
        modules.Router.for_query_document([table()], [body(folder), modules.Pooling(W)]), dense(W, 8)
    ],
    "router of static tables": lambda folder: [
        modules.Router.for_query_document([table(1)], [table(2), dense(W, 4)]), modules.Normalize()
    ],
    "router behind the pooling": lambda folder: [
        body(folder), modules.Pooling(W), modules.Router({"query": [dense(W, 8)], "passage": [layer_norm(W)]})
    ],
}  # fmt: skip


@pytest.mark.parametrize("truncate_dim", [None, 3])
@pytest.mark.parametrize("chain", list(CHAINS))
def test_a_chain_gives_what_the_library_gives(tmp_path: Path, chain: str, truncate_dim: int | None) -> None:
    folder, model = chains.save(tmp_path / "saved", CHAINS[chain](tmp_path / "bert"), truncate_dim=truncate_dim)
    expected, named, loaded = model.encode(INPUTS), load_encoder(str(folder)), wrap_encoder(model)
    assert named.dim == loaded.dim == expected.shape[1]
    found = named.encode(INPUTS).rows
    assert_close(found, expected)
    np.testing.assert_array_equal(found, loaded.encode(INPUTS).rows)


@pytest.mark.parametrize("chain", ["dense", "all poolings", "static, dense", "dense over tokens", "router, then dense"])
def test_prompts_stand_before_the_text(tmp_path: Path, chain: str) -> None:
    prompts = {"query": "the film was ", "document": "a plot "}
    parts = CHAINS[chain](tmp_path / "bert")
    folder, model = chains.save(tmp_path / "saved", parts, prompts=prompts, default_prompt_name="query")
    assert_close(load_encoder(str(folder)).encode(INPUTS).rows, model.encode(INPUTS))
    found = load_encoder(str(folder), Choices(prompt="document")).encode(INPUTS).rows
    assert_close(found, model.encode(INPUTS, prompt_name="document"))
    assert_close(load_encoder(str(folder), Choices(prompt="")).encode(INPUTS).rows, model.encode(INPUTS, prompt=""))
    assert load_encoder(str(folder)).info.sources["prompt"] == "config_sentence_transformers.json: query"


@pytest.mark.parametrize("mode", [*POOLINGS, tuple(POOLINGS)])
def test_tokens_of_the_prompt_can_be_left_out_of_the_pooling(tmp_path: Path, mode: Any) -> None:
    parts = _pooled(mode, include_prompt=False)(tmp_path / "bert")
    folder, model = chains.save(tmp_path / "saved", parts, prompts={"p": "the film "}, default_prompt_name="p")
    encoder = load_encoder(str(folder))
    assert "3 tokens" in encoder.info.sources["pooled"]  # [CLS] the film
    assert_close(encoder.encode(INPUTS).rows, model.encode(INPUTS))
    assert_close(load_encoder(str(folder), Choices(prompt="")).encode(INPUTS).rows, model.encode(INPUTS, prompt=""))
    np.testing.assert_array_equal(encoder.encode(INPUTS).rows, wrap_encoder(model).encode(INPUTS).rows)


PROMPTS = ({"query": "the film ", "document": ""}, {"query": "the film ", "passage": "a plot "})


@pytest.mark.parametrize("prompts", PROMPTS)
@pytest.mark.parametrize("route", ["query", "document"])
@pytest.mark.parametrize("chain", ["router", "router of static tables"])
def test_a_route_is_what_the_library_takes_for_it(
    tmp_path: Path, chain: str, route: str, prompts: dict[str, str]
) -> None:
    parts = CHAINS[chain](tmp_path / "bert")
    options: dict[str, Any] = {"prompts": prompts, "default_prompt_name": "query"}
    folder, model = chains.save(tmp_path / "saved", parts, **options)
    tiny.write(folder / "config_sentence_transformers.json", {**options, "model_type": "SentenceTransformer"})
    model = chains.SentenceTransformer(str(folder), device="cpu", local_files_only=True)
    expected = {"query": model.encode_query, "document": model.encode_document}[route](INPUTS)
    encoder = load_encoder(str(folder), Choices(route=route))
    assert_close(encoder.encode(INPUTS).rows, expected)
    loaded = wrap_encoder(model, choices=Choices(route=route))
    np.testing.assert_array_equal(encoder.encode(INPUTS).rows, loaded.encode(INPUTS).rows)
    assert encoder.info.sources["route"] == f"{route}, the settings"


def test_a_route_of_another_name_has_the_default_prompt(tmp_path: Path) -> None:
    router = modules.Router({"passage": [table(1)], "title": [table(2)]})
    options: dict[str, Any] = {"prompts": {"query": "the film ", "title": "a "}, "default_prompt_name": "query"}
    folder, model = chains.save(tmp_path / "saved", [router], **options)
    expected = model.encode(INPUTS, task="title")
    assert_close(load_encoder(str(folder), Choices(route="title")).encode(INPUTS).rows, expected)
    assert_close(wrap_encoder(model, choices=Choices(route="title")).encode(INPUTS).rows, expected)


def test_the_default_route_is_said(tmp_path: Path) -> None:
    folder, _ = chains.save(tmp_path / "saved", CHAINS["router"](tmp_path / "bert"))
    assert load_encoder(str(folder)).info.sources["route"].startswith("document, ")


@pytest.mark.parametrize("truncate_dim", [None, 100])
def test_a_real_encoder_with_a_dense_gives_what_the_library_gives(tmp_path: Path, truncate_dim: int | None) -> None:
    first = modules.Transformer(str(assets.l6_folder()))
    parts = [first, modules.Pooling(384, ("cls", "mean")), dense(768, 256), layer_norm(256), modules.Normalize()]
    folder, model = chains.save(tmp_path / "saved", parts, truncate_dim=truncate_dim)
    texts = [text[:300] for text in assets.rotten()[0][:20]]
    assert_close(load_encoder(str(folder)).encode(texts).rows, model.encode(texts))


def test_the_real_encoder_as_it_is(tmp_path: Path) -> None:
    texts = assets.rotten()[0][:20]
    model = chains.SentenceTransformer(str(assets.l6_folder()), device="cpu", local_files_only=True)
    assert_close(load_encoder(str(assets.l6_folder())).encode(texts).rows, model.encode(texts))
