"""How a checkpoint wants to be used is read from its own files, with the source said."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from lit_hf.encoders import Choices, load_encoder
from lit_hf.encoders.limits import resolve_max_tokens
from lit_hf.errors import UnsupportedModel
from tests.support import tiny


def _config(positions: int | None, model_type: str = "bert") -> SimpleNamespace:
    return SimpleNamespace(max_position_embeddings=positions, model_type=model_type, pad_token_id=1)


@pytest.mark.parametrize(
    "asked, declared, tokenizer, config, expected",
    [
        (None, None, 10**30, _config(512), (512, "config.json")),
        (None, 256, 512, _config(512), (256, "declared.json")),
        (64, 256, 512, _config(512), (64, "the settings")),
        (4096, None, 512, _config(1024), (512, "tokenizer_config.json")),
        (None, None, 10**30, _config(514, "roberta"), (512, "config.json")),
        (None, None, None, _config(None), (512, "the default: the checkpoint's files name no limit")),
    ],
)
def test_the_smallest_stated_limit_holds(
    asked: int | None, declared: int | None, tokenizer: int, config: SimpleNamespace, expected: tuple[int, str]
) -> None:
    assert resolve_max_tokens(asked, declared, "declared.json", tokenizer, config) == expected


def test_a_tokeniser_without_a_limit_is_capped_by_the_positions(tmp_path: Path) -> None:
    encoder = load_encoder(str(tiny.save(tmp_path, tiny.bert())))
    assert encoder.info.max_tokens == 64
    long = " ".join(tiny.WORDS * 10)
    assert encoder.encode([long]).truncated == 1


def test_sentence_transformers_files_are_honoured(tmp_path: Path) -> None:
    folder = tiny.add_sentence_files(tiny.save(tmp_path, tiny.bert()), prompts={"query": "very "})
    encoder = load_encoder(str(folder))
    info = encoder.info
    assert (info.pooling, info.max_tokens, info.prompt) == ("cls", 12, "very ")
    assert info.sources["pooling"] == "1_Pooling/config.json"
    assert info.sources["max_tokens"] == "sentence_bert_config.json"
    assert info.sources["prompt"] == "config_sentence_transformers.json: query"
    assert np.array_equal(encoder.encode(["Good FILM"]).rows, encoder.encode(["good film"]).rows)  # do_lower_case


def test_settings_override_the_files_and_an_empty_prompt_is_none(tmp_path: Path) -> None:
    folder = tiny.add_sentence_files(tiny.save(tmp_path, tiny.bert()), prompts={"query": "very ", "document": "the "})
    assert load_encoder(str(folder), Choices(prompt="")).info.prompt == ""
    assert load_encoder(str(folder), Choices(prompt="document")).info.prompt == "the "
    assert load_encoder(str(folder), Choices(prompt="so ")).info.prompt == "so "
    assert load_encoder(str(folder), Choices(pooling="max")).info.pooling == "max"


def test_a_prompt_that_the_card_demands_is_used(tmp_path: Path) -> None:
    folder = tiny.save(tmp_path, tiny.bert())
    (folder / "README.md").write_text('# Each input text should start with "query: " or "passage: ".\n')
    info = load_encoder(str(folder)).info
    assert (info.prompt, info.sources["prompt"]) == ("query: ", "README.md")


def test_a_pooling_that_is_not_supported_is_refused_rather_than_replaced(tmp_path: Path) -> None:
    folder = tiny.add_sentence_files(tiny.save(tmp_path, tiny.bert()), mode="cls_token_and_more")
    with pytest.raises(UnsupportedModel, match="pooling"):
        load_encoder(str(folder))


def test_a_module_that_is_not_supported_is_refused_rather_than_left_out(tmp_path: Path) -> None:
    folder = tiny.add_sentence_files(tiny.save(tmp_path, tiny.bert()))
    home = "sentence_transformers.models"
    modules = [{"path": "", "type": f"{home}.Transformer"}, {"path": "2_LSTM", "type": f"{home}.LSTM"}]
    tiny.write(folder / "modules.json", modules)
    with pytest.raises(UnsupportedModel, match="LSTM"):
        load_encoder(str(folder))
