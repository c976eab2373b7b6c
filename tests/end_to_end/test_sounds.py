"""Audio classification from end to end: spoken prompts by language, with whisper's encoder and with small networks."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from lit_hf.evaluation.run import evaluate
from lit_hf.records.record import Record
from tests.support import assets, media


def prompts(folder: Path, count: int) -> str:
    """A folder of prompts with a folder for each language, `count` of each, spread over the alphabet."""
    for language, files in assets.spoken_prompts().items():
        (folder / language).mkdir(parents=True)
        for number in range(count):
            shutil.copy(files[number * len(files) // count], folder / language / f"{number}.wav")
    return str(folder)


def check(record: Record) -> None:
    """What holds for every kind of task."""
    record.validate()
    control = record["baselines"]["shuffled_labels"]
    assert abs(control["transfer_bits"]) <= 5
    assert control["code_minus_class_prior_bits"] <= 2 + 1e-6  # rounding
    assert (record["dataset"]["kind"], record["dataset"]["unit"]) == ("audio-classification", "example")
    assert record["baselines"]["raw_input"]["kind"] == "mel statistics"


def test_raw_statistics_tell_tones_from_noise_and_a_network_is_measured(tmp_path: Path) -> None:
    draw = np.random.default_rng(0)
    for number in range(30):
        media.write_wav(tmp_path / "data" / "tone" / f"{number}.wav", media.tone(draw.uniform(200, 900), 0.3))
        media.write_wav(tmp_path / "data" / "noise" / f"{number}.wav", draw.uniform(-0.5, 0.5, 2_400))
    folder, cache = str(media.save(tmp_path / "model", media.wav2vec2())), str(tmp_path / "cache")
    record = evaluate(folder, str(tmp_path / "data"), orders=1, twins=1, cache_dir=cache)
    check(record)
    assert record["dataset"]["class_names"] == ["noise", "tone"]
    assert record["baselines"]["raw_input"]["bits"] < record["baselines"]["class_prior"]["bits"] / 2
    assert record["model"]["max_tokens"] == 1_500
    assert record["dataset"]["truncated"] == 0


@pytest.mark.slow
def test_whisper_tells_languages_apart_better_than_its_twin(tmp_path: Path) -> None:
    record = evaluate(str(assets.whisper_folder()), prompts(tmp_path / "data", 12), orders=1, twins=1)
    check(record)
    assert record["transfer"]["interval"][0] > 0
    assert record["dataset"]["class_names"] == ["en", "es", "fr", "it", "ru"]
    assert record["model"]["dtype"] == "float32"  # the file holds half precision
