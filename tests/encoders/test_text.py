"""Text encoders: batching, padding and order are invisible in the features."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from lit_hf.encoders import Choices, load_encoder, wrap_encoder
from lit_hf.errors import BadSetting
from tests.support import tiny

CLOSE = {"atol": 2e-6}  # float32 sums over other batch shapes differ in the last bits


def _alone(model: torch.nn.Module, text: str, brackets: bool = True) -> torch.Tensor:
    """Hidden states of one unpadded text, [tokens, d]."""
    ids = torch.tensor([tiny.tokenizer(brackets=brackets)(text)["input_ids"]])
    with torch.inference_mode():
        return model(input_ids=ids).last_hidden_state[0]


def test_a_batch_gives_what_each_text_gives_alone(tmp_path: Path) -> None:
    folder = tiny.save(tmp_path, tiny.bert())
    inputs = tiny.texts(40)
    rows = load_encoder(str(folder), Choices(batch_tokens=100)).encode(inputs).rows
    expected = np.stack([_alone(tiny.bert(), text).mean(0).numpy() for text in inputs])
    np.testing.assert_allclose(rows, expected, **CLOSE)


def test_rows_come_back_in_input_order_and_repeat_bit_for_bit() -> None:
    encoder = wrap_encoder(tiny.bert(), tiny.tokenizer())
    inputs = tiny.texts(30)
    rows = encoder.encode(inputs).rows
    assert np.array_equal(rows, encoder.encode(inputs).rows)
    np.testing.assert_allclose(encoder.encode(inputs[::-1]).rows[::-1], rows, **CLOSE)


def test_a_decoder_pools_its_last_token_by_default(tmp_path: Path) -> None:
    folder = tiny.save(tmp_path, tiny.gpt2(), brackets=False)
    encoder = load_encoder(str(folder))
    assert encoder.info.pooling == "last"
    assert "decoder-only" in encoder.info.sources["pooling"]
    inputs = tiny.texts(20)
    expected = np.stack([_alone(tiny.gpt2(), text, brackets=False)[-1].numpy() for text in inputs])
    np.testing.assert_allclose(encoder.encode(inputs).rows, expected, **CLOSE)


@pytest.mark.parametrize("pooling", ["last", "mean"])
def test_a_tokeniser_that_pads_left_gives_the_features_of_one_that_pads_right(pooling: str) -> None:
    left, right = (
        wrap_encoder(tiny.gpt2(), tiny.tokenizer(side, False), Choices(pooling=pooling)) for side in ("left", "right")
    )
    assert np.array_equal(left.encode(tiny.texts(25)).rows, right.encode(tiny.texts(25)).rows)
    assert left.key == right.key


def test_a_pair_is_encoded_by_the_tokeniser_with_segments() -> None:
    encoder = wrap_encoder(tiny.bert(), tiny.tokenizer())
    pair = ("the film was good", "a dull story")
    encoded = tiny.tokenizer()(*pair, return_tensors="pt")
    assert set(encoded["token_type_ids"][0].tolist()) == {0, 1}
    with torch.inference_mode():
        expected = tiny.bert()(**encoded).last_hidden_state[0].mean(0)
    np.testing.assert_allclose(encoder.encode([pair]).rows[0], expected.numpy(), **CLOSE)


def test_the_prompt_stands_before_the_first_text_only() -> None:
    plain, prompted = (wrap_encoder(tiny.bert(), tiny.tokenizer(), Choices(prompt=prompt)) for prompt in ("", "very "))
    pairs = [("good film", "bad plot")]
    assert np.array_equal(prompted.encode(pairs).rows, plain.encode([("very good film", "bad plot")]).rows)
    assert prompted.key != plain.key


def test_truncated_inputs_are_counted_and_cut_at_the_limit() -> None:
    encoder = wrap_encoder(tiny.bert(), tiny.tokenizer(), Choices(max_tokens=6))
    inputs = ["the film was good", "the film was good but with no heart", "a film"]
    encoded = encoder.encode(inputs)
    assert encoded.truncated == 1
    assert np.array_equal(encoded.rows[1], encoder.encode([inputs[0], "the film was good", inputs[2]]).rows[1])


def test_each_layer_is_its_hidden_state_and_the_top_one_is_the_last() -> None:
    text = "the film was good"
    ids = torch.tensor([tiny.tokenizer()(text)["input_ids"]])
    with torch.inference_mode():
        states = tiny.bert()(input_ids=ids, output_hidden_states=True).hidden_states
    for asked, index in {"0": 0, "1": 1, "2": 2, "-1": 2, "last": 2}.items():
        encoder = wrap_encoder(tiny.bert(), tiny.tokenizer(), Choices(layer=asked))
        assert encoder.info.layer == index
        np.testing.assert_allclose(encoder.encode([text]).rows[0], states[index][0].mean(0).numpy(), **CLOSE)


def test_a_layer_beyond_the_model_is_refused() -> None:
    with pytest.raises(BadSetting, match="from 0 to 2"):
        wrap_encoder(tiny.bert(), tiny.tokenizer(), Choices(layer="3"))


def test_an_empty_text_still_has_a_row() -> None:
    encoder = wrap_encoder(tiny.gpt2(), tiny.tokenizer(brackets=False))
    assert np.isfinite(encoder.encode(["", "the film"]).rows).all()


def test_encoding_leaves_threads_and_random_state_of_the_caller_alone() -> None:
    threads, state = torch.get_num_threads(), torch.get_rng_state()
    encoder = wrap_encoder(tiny.bert(), tiny.tokenizer(), Choices(threads=1))
    encoder.encode(["the film"])
    encoder.twin(3).encode(["the film"])
    assert torch.get_num_threads() == threads
    assert torch.equal(torch.get_rng_state(), state)


@pytest.mark.parametrize("workers", [1, 2, 5])
def test_the_number_of_cores_leaves_no_trace_in_the_floats(workers: int, monkeypatch: pytest.MonkeyPatch) -> None:
    inputs, expected = tiny.texts(60), wrap_encoder(tiny.bert(), tiny.tokenizer(), Choices(batch_tokens=64))
    before = expected.encode(inputs).rows
    monkeypatch.setattr("lit_hf.runtime.units.cores", lambda: workers)
    assert np.array_equal(before, expected.encode(inputs).rows)


def test_a_loaded_model_and_its_folder_give_the_same_features(tmp_path: Path) -> None:
    folder = tiny.save(tmp_path, tiny.bert())
    inputs = tiny.texts(10)
    assert np.array_equal(
        load_encoder(str(folder)).encode(inputs).rows, wrap_encoder(tiny.bert(), tiny.tokenizer()).encode(inputs).rows
    )
