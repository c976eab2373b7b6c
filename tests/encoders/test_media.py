"""Encoders of images and sounds: the very states of transformers, pooled as said; nothing is padded."""

from __future__ import annotations

import weakref
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import torch
from transformers import (
    AutoImageProcessor,
    CLIPConfig,
    CLIPModel,
    Dinov2WithRegistersConfig,
    Dinov2WithRegistersModel,
    SwinConfig,
    SwinModel,
    WhisperFeatureExtractor,
)

from lit_hf.encoders import Choices, load_encoder, raw_input
from lit_hf.errors import BadSetting, UnsupportedModel
from lit_hf.features.collapse import relative_spread
from lit_hf.runtime.inputs import Image
from lit_hf.runtime.units import cores
from tests.support import assets, media, tiny

PIXELS = np.random.default_rng(0).integers(0, 256, (7, 20, 24, 3), dtype=np.uint8)
IMAGES = [media.image(each) for each in PIXELS]
SOUNDS = [media.sound(media.tone(200 + 90 * i, 0.3 + 0.2 * (i % 3), 16_000), 16_000) for i in range(5)]
TOWER = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 64}


def states_of(model: torch.nn.Module, folder: Path) -> torch.Tensor:
    processor = AutoImageProcessor.from_pretrained(folder, backend="pil")
    values = processor(list(PIXELS), input_data_format="channels_last", return_tensors="pt")
    with torch.inference_mode():
        return model(**values).last_hidden_state


def test_an_image_is_the_class_token_of_a_vit(tmp_path: Path) -> None:
    model = media.vit()
    folder = media.save(tmp_path, model)
    expected = states_of(model, folder)
    encoder = load_encoder(str(folder), medium="image")
    assert encoder.info.pooling == "cls"
    assert encoder.info.parameters == model.num_parameters()
    np.testing.assert_allclose(encoder.encode(IMAGES).rows, expected[:, 0], atol=2e-6)
    mean = load_encoder(str(folder), Choices(pooling="mean", batch_tokens=40), medium="image")
    np.testing.assert_allclose(mean.encode(IMAGES).rows, expected[:, 1:].mean(1), atol=2e-6)


def test_registers_are_no_patches(tmp_path: Path) -> None:
    config = Dinov2WithRegistersConfig(**TOWER, num_register_tokens=3, image_size=28, patch_size=7)
    model = media._seeded(Dinov2WithRegistersModel, config, 0)
    folder = media.save(tmp_path, model)
    rows = load_encoder(str(folder), Choices(pooling="mean"), medium="image").encode(IMAGES).rows
    np.testing.assert_allclose(rows, states_of(model, folder)[:, 4:].mean(1), atol=2e-6)


def test_a_tower_gives_its_own_pooled_output(tmp_path: Path) -> None:
    vision = TOWER | {"image_size": 28, "patch_size": 7}
    model = media._seeded(CLIPModel, CLIPConfig(text_config=TOWER | {"vocab_size": 99}, vision_config=vision), 0)
    folder = media.save(tmp_path, model)
    encoder = load_encoder(str(folder), medium="image")
    assert encoder.info.pooling == "pooler"
    assert encoder.info.parameters == model.vision_model.num_parameters()
    values = AutoImageProcessor.from_pretrained(folder, backend="pil")(
        list(PIXELS), input_data_format="channels_last", return_tensors="pt"
    )
    with torch.inference_mode():
        expected = model.vision_model(**values).pooler_output
    np.testing.assert_allclose(encoder.encode(IMAGES).rows, expected, atol=2e-6)
    assert encoder.twin(0).encode(IMAGES).rows.shape == (7, 32)


def test_all_layers_come_from_one_pass_where_they_are_equally_wide(tmp_path: Path) -> None:
    folder = str(media.save(tmp_path / "vit", media.vit()))
    rows = load_encoder(folder, Choices(layer="all", pooling="mean"), medium="image").encode(IMAGES).rows
    each = [
        load_encoder(folder, Choices(layer=str(i), pooling="mean"), medium="image").encode(IMAGES).rows
        for i in range(3)
    ]
    assert np.array_equal(rows, np.concatenate(each, axis=1))
    config = SwinConfig(image_size=28, patch_size=7, embed_dim=8, depths=[1, 1], num_heads=[1, 1], window_size=2)
    swin = str(media.save(tmp_path / "swin", media._seeded(SwinModel, config, 0)))
    with pytest.raises(BadSetting, match="differ in width"):
        load_encoder(swin, Choices(layer="all"), medium="image")
    assert load_encoder(swin, Choices(layer="0"), medium="image").encode(IMAGES).rows.shape == (7, 8)
    with pytest.raises(BadSetting, match="no class token"):
        load_encoder(swin, Choices(pooling="cls"), medium="image")


@pytest.mark.parametrize("wrong", [{"prompt": "a photo"}, {"max_tokens": 5}, {"layer": "7"}])
def test_settings_that_images_do_not_have_are_refused(tmp_path: Path, wrong: dict[str, object]) -> None:
    folder = str(media.save(tmp_path, media.vit()))
    with pytest.raises(BadSetting):
        load_encoder(folder, Choices(**wrong), medium="image")  # type: ignore[arg-type]


def test_a_text_encoder_reads_no_images_and_a_vision_encoder_no_sounds(tmp_path: Path) -> None:
    text = str(tiny.save(tmp_path / "text", tiny.bert()))
    with pytest.raises(UnsupportedModel):
        load_encoder(text, medium="image")
    with pytest.raises(BadSetting, match="images"):
        load_encoder(str(media.save(tmp_path / "vit", media.vit())), medium="image").encode(["a text"])


def test_a_sound_does_not_depend_on_those_beside_it(tmp_path: Path) -> None:
    model = media.wav2vec2()
    encoder = load_encoder(str(media.save(tmp_path, model)), medium="sound")
    rows = encoder.encode(SOUNDS).rows
    alone = np.concatenate([encoder.encode([each]).rows for each in SOUNDS])
    np.testing.assert_allclose(rows, alone, atol=1e-5)
    samples = SOUNDS[1].load().samples
    scaled = (samples - samples.mean()) / np.sqrt(samples.var() + 1e-7)
    with torch.inference_mode():
        expected = model(torch.from_numpy(scaled)[None]).last_hidden_state.mean(1)
    np.testing.assert_allclose(rows[1:2], expected, atol=1e-5)


def test_whisper_is_pooled_over_the_frames_that_hold_sound(tmp_path: Path) -> None:
    model = media.whisper()
    encoder = load_encoder(str(media.save(tmp_path, model)), medium="sound")
    assert (encoder.info.max_tokens, encoder.info.pooling) == (100, "mean")
    extractor = WhisperFeatureExtractor(feature_size=20, chunk_length=2)
    samples = SOUNDS[1].load().samples  # half a second: 25 of 100 frames
    values = extractor(samples, sampling_rate=16_000, return_tensors="pt").input_features
    with torch.inference_mode():
        states = model.encoder(values).last_hidden_state
    rows = encoder.encode(SOUNDS).rows
    np.testing.assert_allclose(rows[1], states[0, :25].mean(0), atol=1e-5)
    assert not np.allclose(rows[1], states[0].mean(0), atol=1e-3)


@pytest.mark.parametrize("raw", [False, True])
def test_few_decoded_images_are_alive_at_a_time(tmp_path: Path, raw: bool) -> None:
    alive, most = set[int](), [0]

    def load(number: int) -> np.ndarray:
        pixels = np.full((30, 30, 3), number, np.uint8)
        alive.add(number)
        weakref.finalize(pixels, alive.discard, number)
        most[0] = max(most[0], len(alive))
        return pixels

    inputs = [Image(f"{number:032x}", partial(load, number)) for number in range(60)]
    two_at_a_time = Choices(batch_tokens=40)
    encoder = load_encoder(str(media.save(tmp_path, media.vit())), two_at_a_time, medium="image")
    source = raw_input("image-classification") if raw else encoder
    assert source is not None
    assert source.encode(inputs).rows.shape[0] == 60
    assert 0 < most[0] <= 2 * cores() + 2


def test_long_sounds_are_cut_and_counted(tmp_path: Path) -> None:
    folder = str(media.save(tmp_path, media.wav2vec2()))
    encoder = load_encoder(folder, Choices(max_tokens=20), medium="sound")  # 0.4 s
    assert encoder.encode(SOUNDS).truncated == 3
    cut = media.sound(SOUNDS[2].load().samples[:6_400], 16_000)
    assert np.array_equal(encoder.encode([SOUNDS[2]]).rows, encoder.encode([cut]).rows)


def test_sounds_are_resampled_to_the_extractor_s_rate(tmp_path: Path) -> None:
    encoder = load_encoder(str(media.save(tmp_path, media.whisper())), medium="sound")
    low, high = (media.sound(media.tone(300, 0.5, rate), rate) for rate in (8_000, 16_000))
    a, b = encoder.encode([low]).rows, encoder.encode([high]).rows
    other = encoder.encode([media.sound(media.tone(1_500, 0.5, 16_000), 16_000)]).rows
    assert np.abs(a - b).max() < np.abs(b - other).max() / 3


@pytest.mark.parametrize("medium", ["image", "sound"])
def test_a_twin_is_the_architecture_s_and_not_the_checkpoint_s(tmp_path: Path, medium: str) -> None:
    make, inputs = (media.vit, IMAGES) if medium == "image" else (media.wav2vec2, SOUNDS)
    first, second = (load_encoder(str(media.save(tmp_path / str(s), make(s))), medium=medium) for s in (0, 1))
    assert first.key != second.key
    assert first.twin(3).key == second.twin(3).key
    twin = first.twin(3).encode(inputs).rows
    assert np.array_equal(twin, second.twin(3).encode(inputs).rows)
    assert not np.allclose(twin, first.encode(inputs).rows, atol=1e-3)
    assert not np.allclose(twin, first.twin(4).encode(inputs).rows, atol=1e-3)


@pytest.mark.parametrize("dtype", ["bfloat16", "float16"])
def test_other_types_give_nearly_the_same_and_another_address(tmp_path: Path, dtype: str) -> None:
    for medium, model, inputs in (("image", media.vit(), IMAGES), ("sound", media.whisper(), SOUNDS)):
        folder = str(media.save(tmp_path / medium, model))
        full, half = (load_encoder(folder, Choices(dtype=kind), medium=medium) for kind in ("float32", dtype))
        assert half.info.dtype == dtype
        assert full.key != half.key
        a, b = full.encode(inputs).rows, half.encode(inputs).rows
        assert 0 < np.abs(a - b).max() < 0.1


def test_a_real_image_network_spreads_and_its_random_twin_collapses() -> None:
    encoder = load_encoder(str(assets.lite0_folder()), medium="image")
    assert "49 layers" in encoder.info.sources["batch_norm"]
    pixels = assets.fashion_mnist("test")[0][:6]
    inputs = [media.image(np.repeat(each[:, :, None], 3, axis=2)) for each in pixels]
    assert relative_spread(encoder.encode(inputs).rows) > 0.3
    assert relative_spread(encoder.twin(0).encode(inputs).rows) < 1e-4


def test_spread_is_relative_to_size() -> None:
    rows = np.random.default_rng(0).standard_normal((100, 5))
    assert relative_spread(rows) == pytest.approx(1, abs=0.02)
    assert relative_spread(1e-30 * rows) == pytest.approx(relative_spread(rows))
    assert relative_spread(1e-6 * rows + 1) < 1e-5
    assert relative_spread(np.zeros((4, 2))) == 0


def test_raw_pixels_are_a_small_picture() -> None:
    encoder = raw_input("image-classification")
    assert encoder is not None
    grey = np.random.default_rng(1).integers(0, 256, (28, 28), dtype=np.uint8)
    red = np.zeros((16, 16, 3), np.uint8)
    red[:, 8:, 0] = 255
    rows = encoder.encode([media.image(np.repeat(grey[:, :, None], 3, axis=2)), media.image(red)]).rows
    np.testing.assert_allclose(rows[0, :784].reshape(28, 28), grey / 255, atol=1e-6)
    assert np.array_equal(rows[1, 784:].reshape(8, 8, 3)[:, :, 0], [[0] * 4 + [1] * 4] * 8)
    assert not rows[1, 784:].reshape(8, 8, 3)[:, :, 1:].any()


def test_mel_statistics_know_pitch_loudness_and_length() -> None:
    encoder = raw_input("audio-classification")
    assert encoder is not None
    tones = [media.tone(300), media.tone(2_000), media.tone(300, size=0.05), media.tone(300, seconds=1)]
    low, high, quiet, long = encoder.encode([media.sound(each) for each in tones]).rows
    assert low[:64].argmax() < high[:64].argmax()
    peak = int(low[:64].argmax())
    assert low[peak] - quiet[peak] == pytest.approx(2, abs=0.02)  # a tenth of the size, a hundredth of the power
    assert long[128] - low[128] == pytest.approx(np.log(2))
    assert encoder.encode([media.sound(np.zeros(3))]).rows[0, :64].tolist() == [-10] * 64
