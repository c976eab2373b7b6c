"""Networks of two media, of two encoders, of latents: what is read of them, or why nothing is."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from transformers import AutoImageProcessor, TapasConfig, TapasModel

from lit_hf.encoders import Choices, load_encoder, wrap_encoder
from lit_hf.errors import BadSetting, UnsupportedModel
from tests.support import media, tiny, towers

INPUTS = tiny.texts(12)
CLOSE = {"atol": 3e-6}  # float32 sums over other batch shapes differ in the last bits
PIXELS = np.random.default_rng(0).integers(0, 256, (5, 20, 24, 3), dtype=np.uint8)
IMAGES = [media.image(each) for each in PIXELS]


def _ids(text: str) -> torch.Tensor:
    return torch.tensor([tiny.tokenizer()(text)["input_ids"]])


def _filled(text: str, width: int) -> torch.Tensor:
    ids = _ids(text)[0].tolist()
    return torch.tensor([ids + [0] * (width - len(ids))])


def _values(folder: Path) -> torch.Tensor:
    processor = AutoImageProcessor.from_pretrained(folder, backend="pil")
    return processor(list(PIXELS), input_data_format="channels_last", return_tensors="pt")["pixel_values"]


def _check_twin(encoder: Any, inputs: list[Any]) -> None:
    """A twin repeats, differs from another one, and has the encoder's width."""
    rows = [encoder.twin(seed).encode(inputs).rows for seed in (0, 0, 1)]
    assert rows[0].shape == encoder.encode(inputs).rows.shape
    np.testing.assert_array_equal(rows[0], rows[1])
    assert not np.allclose(rows[0], rows[2])
    assert not np.allclose(rows[0], encoder.encode(inputs).rows)


def test_clip_reads_texts_by_its_text_tower(tmp_path: Path) -> None:
    encoder, model = load_encoder(str(towers.save(tmp_path, towers.clip))), towers.clip()
    with torch.inference_mode():
        expected = torch.cat([model.text_model(input_ids=_ids(text)).pooler_output for text in INPUTS])
    assert (encoder.info.pooling, encoder.info.architecture, encoder.dim) == ("pooler", "CLIPModel", 16)
    assert encoder.info.parameters == model.text_model.num_parameters()
    np.testing.assert_allclose(encoder.encode(INPUTS).rows, expected, **CLOSE)
    np.testing.assert_allclose(wrap_encoder(model, tiny.tokenizer()).encode(INPUTS).rows, expected, **CLOSE)
    _check_twin(encoder, INPUTS)


def test_clip_reads_images_by_its_vision_tower(tmp_path: Path) -> None:
    folder, model = towers.save(tmp_path, towers.clip), towers.clip()
    encoder = load_encoder(str(folder), medium="image")
    with torch.inference_mode():
        expected = model.vision_model(pixel_values=_values(folder)).pooler_output
    np.testing.assert_allclose(encoder.encode(IMAGES).rows, expected, **CLOSE)
    _check_twin(encoder, IMAGES)


def test_siglip_is_given_texts_as_it_was_trained_filled_up_and_without_a_mask(tmp_path: Path) -> None:
    folder, model = towers.save(tmp_path, towers.siglip), towers.siglip()
    encoder = load_encoder(str(folder))
    with torch.inference_mode():
        expected = torch.cat([model.text_model(input_ids=_filled(text, 40)).pooler_output for text in INPUTS])
        seen = model.vision_model(pixel_values=_values(folder)).pooler_output
    assert (encoder.info.pooling, encoder.dim) == ("pooler", 14)
    np.testing.assert_allclose(encoder.encode(INPUTS).rows, expected, **CLOSE)
    np.testing.assert_allclose(load_encoder(str(folder), medium="image").encode(IMAGES).rows, seen, **CLOSE)
    _check_twin(encoder, INPUTS)


@pytest.mark.parametrize("kind", ["DPRQuestionEncoder", "DPRContextEncoder"])
@pytest.mark.parametrize("projection", [0, 6])
def test_dpr_gives_its_pooled_output(tmp_path: Path, kind: str, projection: int) -> None:
    make = partial(towers.dpr, kind, projection)
    encoder, model = load_encoder(str(towers.save(tmp_path, make))), make()
    with torch.inference_mode():
        expected = torch.cat([model(input_ids=_ids(text)).pooler_output for text in INPUTS])
    assert (encoder.info.architecture, encoder.dim) == (kind, projection or 16)
    np.testing.assert_allclose(encoder.encode(INPUTS).rows, expected, **CLOSE)
    np.testing.assert_allclose(wrap_encoder(model, tiny.tokenizer()).encode(INPUTS).rows, expected, **CLOSE)
    _check_twin(encoder, INPUTS)


def test_funnel_gives_each_token_its_state_back(tmp_path: Path) -> None:
    encoder, model = load_encoder(str(towers.save(tmp_path, towers.funnel))), towers.funnel()
    with torch.inference_mode():
        expected = torch.cat([model(input_ids=_ids(text)).last_hidden_state.mean(1) for text in INPUTS])
    alone = np.concatenate([encoder.encode([text]).rows for text in INPUTS])
    np.testing.assert_allclose(alone, expected, **CLOSE)
    _check_twin(encoder, INPUTS)


def test_a_language_model_that_also_sees_reads_texts(tmp_path: Path) -> None:
    encoder, model = load_encoder(str(towers.save(tmp_path, towers.llava))), towers.llava()
    with torch.inference_mode():
        expected = torch.cat([model(input_ids=_ids(text)).last_hidden_state.mean(1) for text in INPUTS])
    np.testing.assert_allclose(encoder.encode(INPUTS).rows, expected, **CLOSE)


@pytest.mark.parametrize("make", [towers.clip, towers.siglip])
def test_layers_below_the_last_of_a_tower_are_pooled_by_the_mean(tmp_path: Path, make: Any) -> None:
    folder = str(towers.save(tmp_path, make))
    for layer, dim in (("0", 16), ("all", 48)):
        encoder = load_encoder(folder, Choices(layer=layer))
        assert (encoder.info.pooling, encoder.encode(INPUTS).rows.shape) == ("mean", (12, dim))


@pytest.mark.parametrize("written", ["CLIPModel", "Transformer"])
def test_a_clip_folder_of_the_library_is_read_after_the_projection(tmp_path: Path, written: str) -> None:
    model, home = towers.clip(), "sentence_transformers.models"
    folder = towers.save(tmp_path / "0_CLIPModel", towers.clip)
    tiny.write(tmp_path / "modules.json", [{"path": "0_CLIPModel", "type": f"{home}.{written}"}])
    if written == "Transformer":
        ways = {"text": "get_text_features", "image": "get_image_features"}
        config = {medium: {"method": way, "method_output_name": "pooler_output"} for medium, way in ways.items()}
        said = {"modality_config": config, "module_output_name": "sentence_embedding"}
        tiny.write(folder / "sentence_bert_config.json", said)
    texts, images = load_encoder(str(tmp_path)), load_encoder(str(tmp_path), medium="image")
    with torch.inference_mode():
        said_ = torch.cat([model.get_text_features(input_ids=_ids(text)).pooler_output for text in INPUTS])
        seen = model.get_image_features(pixel_values=_values(folder)).pooler_output
    np.testing.assert_allclose(texts.encode(INPUTS).rows, said_, **CLOSE)
    np.testing.assert_allclose(images.encode(IMAGES).rows, seen, **CLOSE)
    assert texts.dim == images.dim == 10
    for encoder, inputs in ((texts, INPUTS), (images, IMAGES)):
        assert encoder.info.pooling == "pooler, projected"
        _check_twin(encoder, list(inputs))


REFUSED = {
    "an image network": (towers.vit, "this checkpoint reads images"),
    "a sound network": (towers.wav2vec2, "this checkpoint reads sounds"),
    "latents": (towers.perceiver, "no tokens"),
    "a reader": (partial(towers.dpr, "DPRReader"), "it is a DPRReader, which marks spans"),
    "two halves of two networks": (towers.encoder_decoder, "no body for the type 'encoder-decoder'"),
    "two streams": (towers.lxmert, "no one stream of features"),
    "fewer states than tokens": (partial(towers.funnel, "FunnelBaseModel"), "no one stream of states of tokens"),
    "landmarks": (towers.nystromformer, "reads texts of exactly"),
    "reversible layers": (towers.reformer, "two streams of states"),
    "texts with images": (towers.vilt, "its network fails on 1 texts of .* pixel_values"),
}


def tapas() -> TapasModel:
    """A network of tables, which looks at its numbers: only a text that is read shows that it fails."""
    sizes = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 32}
    return TapasModel(TapasConfig(vocab_size=120, max_position_embeddings=64, **sizes))


@pytest.mark.parametrize("what", list(REFUSED))
def test_what_reads_no_texts_is_refused_before_the_weights_are_read(tmp_path: Path, what: str) -> None:
    make, match = REFUSED[what]
    folder = towers.save(tmp_path, make)
    (folder / "model.safetensors").write_bytes(b"unread")
    with pytest.raises(UnsupportedModel, match=match):
        load_encoder(str(folder))


def test_what_fails_on_texts_alone_is_refused_with_the_reason(tmp_path: Path) -> None:
    encoder = load_encoder(str(towers.save(tmp_path, tapas)))
    with pytest.raises(UnsupportedModel, match="its network fails on 12 texts of"):
        encoder.encode(INPUTS)


@pytest.mark.parametrize("make", [tiny.bert, tiny.gpt2])
def test_a_network_of_texts_is_refused_for_images(tmp_path: Path, make: Any) -> None:
    with pytest.raises(UnsupportedModel, match="reads texts"):
        load_encoder(str(towers.save(tmp_path, make)), medium="image")


@pytest.mark.parametrize("brackets", [True, False])
def test_a_tokeniser_larger_than_the_table_is_refused_with_both_numbers(tmp_path: Path, brackets: bool) -> None:
    model = tiny.bert() if brackets else tiny.gpt2()
    tokenizer = tiny.tokenizer(brackets=brackets)
    tokenizer.add_tokens([f"added{number}" for number in range(40)])
    model.save_pretrained(tmp_path)
    tokenizer.save_pretrained(tmp_path)
    largest = max(tokenizer.get_vocab().values())
    for read in (lambda: load_encoder(str(tmp_path)), lambda: wrap_encoder(model, tokenizer)):
        with pytest.raises(UnsupportedModel, match=f"up to number {largest}, .* rows 0 to 119") as caught:
            read()
        assert str(largest + 1) in str(caught.value.next_step)


def test_a_row_for_every_token_is_enough(tmp_path: Path) -> None:
    tokenizer = tiny.tokenizer()
    tokenizer.add_tokens([f"added{number}" for number in range(120 - len(tokenizer))])
    tiny.bert().save_pretrained(tmp_path)
    tokenizer.save_pretrained(tmp_path)
    assert max(tokenizer.get_vocab().values()) == 119
    assert np.isfinite(load_encoder(str(tmp_path)).encode(["added3 film"]).rows).all()


def test_a_pooling_that_a_tower_does_not_have_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadSetting, match="pooling"):
        load_encoder(str(towers.save(tmp_path, towers.clip)), Choices(pooling="pooler"))
