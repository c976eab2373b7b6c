"""What a chain cannot be: refused by name, before the work, with what to type next."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from lit_hf.encoders import Choices, Policy, load_encoder, wrap_encoder
from lit_hf.encoders.chain.names import stock_kind
from lit_hf.errors import BadSetting, NoSafetensors, UnsupportedModel
from tests.support import chains, tiny
from tests.support.chains import body, dense, layer_norm, modules, table

POOLED = chains.WIDTH


def _saved(folder: Path, *after: Any, **options: Any) -> Path:
    parts = [body(folder / "bert"), modules.Pooling(POOLED), *after]
    return chains.save(folder / "saved", parts, **options)[0]


def _edit(file: Path, change: Callable[[Any], Any]) -> None:
    file.write_text(json.dumps(change(json.loads(file.read_text()))))


@pytest.mark.parametrize(
    ("dotted", "kind"),
    [
        ("sentence_transformers.models.Pooling", "Pooling"),
        ("sentence_transformers.models.Pooling.Pooling", "Pooling"),
        ("sentence_transformers.sentence_transformer.modules.pooling.Pooling", "Pooling"),
        ("sentence_transformers.base.modules.dense.Dense", "Dense"),
        ("sentence_transformers.models.Asym", "Asym"),
        ("my_pooling.Pooling", None),
        ("models.Pooling", None),
        ("not.sentence_transformers.models.Pooling", None),
        ("sentence_transformers.models.Pooling.Dense", None),
        ("sentence_transformers.models.LSTM", None),
        ("Pooling", None),
    ],
)
def test_a_stock_module_is_known_by_its_full_name(dotted: str, kind: str | None) -> None:
    assert stock_kind(dotted) == kind


def test_every_module_of_the_installed_library_is_named_where_it_lives() -> None:
    from lit_hf.encoders.chain.names import class_name

    read = [modules.Pooling(4), dense(4, 2), layer_norm(4), modules.Normalize(), modules.Dropout(), table()]
    read.append(modules.Router({"query": [table()]}))
    assert [stock_kind(class_name(each)) for each in read] == [type(each).__name__ for each in read]


@pytest.mark.parametrize("dotted", ["my_pooling.Pooling", "sentence_transformers.models.LSTM", "x.Dense"])
def test_another_class_is_refused_by_its_full_name(tmp_path: Path, dotted: str) -> None:
    folder = _saved(tmp_path)
    _edit(folder / "modules.json", lambda old: [old[0], {**old[1], "type": dotted}])
    with pytest.raises(UnsupportedModel, match=dotted) as caught:
        load_encoder(str(folder))
    assert "--loader sentence-transformers" in str(caught.value.next_step)


def test_a_loaded_module_of_another_class_is_refused_by_its_full_name(tmp_path: Path) -> None:
    class Pooling(modules.Pooling):  # type: ignore[misc]
        """What a repository may call its own."""

    model = chains.SentenceTransformer(modules=[body(tmp_path / "bert"), Pooling(POOLED)], device="cpu")
    with pytest.raises(UnsupportedModel, match=r"test_refused\..*Pooling"):
        wrap_encoder(model)


@pytest.mark.parametrize("settings", [{"layer": "0"}, {"layer": "all"}, {"pooling": "cls"}])
@pytest.mark.parametrize("extra", ["dense", "layer norm", "truncate_dim"])
def test_what_follows_the_pooling_belongs_to_the_last_layer(
    tmp_path: Path, settings: dict[str, str], extra: str
) -> None:
    after = {"dense": [dense(POOLED, 4)], "layer norm": [layer_norm(POOLED)], "truncate_dim": []}[extra]
    folder = _saved(tmp_path, *after, truncate_dim=4 if extra == "truncate_dim" else None)
    with pytest.raises(BadSetting, match="belongs to its own pooled last layer"):
        load_encoder(str(folder), Choices(**settings))


def test_normalisation_alone_suits_all_layers(tmp_path: Path) -> None:
    folder = str(_saved(tmp_path, modules.Normalize()))
    assert load_encoder(folder, Choices(layer="all", pooling="cls")).dim == 3 * POOLED


ORDERS = {
    "two poolings": lambda start: [start, modules.Pooling(POOLED), modules.Pooling(POOLED)],
    "dense of a row before the pooling": lambda start: [start, dense(POOLED, POOLED), modules.Pooling(POOLED)],
    "dense over tokens behind the pooling": lambda start: [
        start, modules.Pooling(POOLED), dense(POOLED, 4, module_input_name="token_embeddings")
    ],
    "pooling of a table": lambda start: [table(), modules.Pooling(POOLED)],
    "two transformers": lambda start: [start, start, modules.Pooling(POOLED)],
    "a pooling alone": lambda start: [modules.Pooling(POOLED)],
}  # fmt: skip


@pytest.mark.parametrize("order", list(ORDERS))
def test_an_order_that_is_not_read_is_refused(tmp_path: Path, order: str) -> None:
    parts = ORDERS[order](body(tmp_path / "bert"))
    chains.SentenceTransformer(modules=parts, device="cpu").save(str(tmp_path / "saved"), create_model_card=False)
    with pytest.raises(UnsupportedModel, match="its modules are"):
        load_encoder(str(tmp_path / "saved"))


def test_a_dense_that_does_not_fit_is_refused_with_its_widths(tmp_path: Path) -> None:
    with pytest.raises(UnsupportedModel, match="Dense reads 8 columns, and 16 come before it"):
        load_encoder(str(_saved(tmp_path, dense(8, 4))))


@pytest.mark.parametrize(
    ("file", "change", "match"),
    [
        ("modules.json", lambda old: [*old[:1], {**old[1], "path": "../outside"}], "lies outside"),
        ("modules.json", lambda old: [*old[:1], {**old[1], "path": "/etc"}], "lies outside"),
        ("modules.json", lambda old: {"modules": old}, "no list of modules"),
        ("modules.json", lambda old: ["Transformer"], "no list of modules"),
        ("2_Dense/config.json", lambda old: {**old, "activation_function": "os.system"}, "os.system"),
        ("2_Dense/config.json", lambda old: {**old, "activation_function": "torch.nn.Linear"}, "torch.nn.Linear"),
        ("2_Dense/config.json", lambda old: {**old, "in_features": "16"}, "in_features"),
        ("2_Dense/config.json", lambda old: {**old, "bias": False}, "linear.bias"),
        ("2_Dense/config.json", lambda old: {**old, "out_features": 5}, "shape"),
        ("2_Dense/config.json", lambda old: [1], "no mapping"),
        ("1_Pooling/config.json", lambda old: {**old, "pooling_mode": "median"}, "median"),
        ("1_Pooling/config.json", lambda old: {"pooling_mode_odd_tokens": True}, "pooling_mode_odd_tokens"),
        ("sentence_bert_config.json", lambda old: {**old, "max_seq_length": "a"}, "max_seq_length"),
        ("sentence_bert_config.json", lambda old: {**old, "config_kwargs": {"num_hidden_layers": 1}}, "config_kwargs"),
        ("sentence_bert_config.json", lambda old: {**old, "transformer_task": "fill-mask"}, "fill-mask"),
        ("config_sentence_transformers.json", lambda old: {**old, "prompts": ["a"]}, "prompts"),
        ("config_sentence_transformers.json", lambda old: {**old, "prompts": {"query": ["a"]}}, "query"),
        ("config_sentence_transformers.json", lambda old: {**old, "truncate_dim": 0}, "truncate_dim"),
        ("config_sentence_transformers.json", lambda old: {**old, "model_type": "SparseEncoder"}, "SparseEncoder"),
    ],
)  # fmt: skip
def test_a_file_that_is_not_what_it_should_be_is_refused(
    tmp_path: Path, file: str, change: Callable[[Any], Any], match: str
) -> None:
    folder = _saved(tmp_path, dense(POOLED, 4))
    _edit(folder / file, change)
    with pytest.raises(UnsupportedModel, match=match):
        load_encoder(str(folder)).encode(["a film"])


@pytest.mark.parametrize("file", ["modules.json", "1_Pooling/config.json", "config_sentence_transformers.json"])
def test_a_file_that_is_not_json_is_refused(tmp_path: Path, file: str) -> None:
    folder = _saved(tmp_path)
    (folder / file).write_text("{")
    with pytest.raises(UnsupportedModel, match=f"{Path(file).name} is not JSON"):
        load_encoder(str(folder))


@pytest.mark.parametrize("content", [b"", b"no tensors", b"\xff" * 64])
def test_weights_that_are_damaged_are_refused(tmp_path: Path, content: bytes) -> None:
    folder = _saved(tmp_path, dense(POOLED, 4))
    (folder / "2_Dense" / "model.safetensors").write_bytes(content)
    with pytest.raises(UnsupportedModel, match=r"2_Dense/model.safetensors cannot be read"):
        load_encoder(str(folder)).encode(["a film"])
    static = chains.save(tmp_path / "static", [table()])[0]
    (static / "model.safetensors").write_bytes(content)
    with pytest.raises(UnsupportedModel, match=r"model.safetensors cannot be read"):
        load_encoder(str(static))


def test_pickled_weights_of_a_module_need_permission(tmp_path: Path) -> None:
    import torch
    from safetensors.torch import load_file

    folder = _saved(tmp_path, dense(POOLED, 4))
    rows = load_encoder(str(folder)).encode(tiny.texts(4)).rows
    file = folder / "2_Dense" / "model.safetensors"
    torch.save(load_file(file), file.with_name("pytorch_model.bin"))
    file.unlink()
    with pytest.raises(NoSafetensors):
        load_encoder(str(folder))
    assert (load_encoder(str(folder), policy=Policy(allow_pickle=True)).encode(tiny.texts(4)).rows == rows).all()


def test_routes_that_are_not_there_are_named(tmp_path: Path) -> None:
    router = modules.Router.for_query_document([table(1)], [table(2)])
    folder, model = chains.save(tmp_path / "saved", [router])
    for read in (partial(load_encoder, str(folder)), partial(wrap_encoder, model, None)):
        with pytest.raises(BadSetting, match="query, document"):
            read(Choices(route="passage"))
    _edit(folder / "router_config.json", lambda old: {
        **old, "parameters": {"default_route": None, "allow_empty_key": False}
    })  # fmt: skip
    with pytest.raises(BadSetting, match="names no default"):
        load_encoder(str(folder))
    assert load_encoder(str(folder), Choices(route="query")).dim == POOLED


def test_a_route_without_a_router_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadSetting, match="no Router"):
        load_encoder(str(_saved(tmp_path)), Choices(route="query"))
    with pytest.raises(BadSetting, match="no Router"):
        wrap_encoder(tiny.bert(), tiny.tokenizer(), Choices(route="query"))
