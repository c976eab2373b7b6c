"""Identity is content: whatever changes in a file that is read, a warm cache gives what an empty one gives."""

from __future__ import annotations

import json
import os
from pathlib import Path

import numpy as np
import pytest

from lit_hf.config import Settings
from lit_hf.encoders import Choices, Policy, load_encoder
from lit_hf.encoders.content import content_of
from lit_hf.encoders.tokenizer_content import tokenizer_hash
from lit_hf.errors import LitError
from lit_hf.features import FeatureStore, embed
from lit_hf.records.record import record_id
from lit_hf.tasks import load_task
from tests.support import tiny

FILES = ("config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json", "data.csv")


def folder_of(tmp_path: Path) -> Path:
    folder = tiny.save(tmp_path / "bert", tiny.bert())
    lines = [f"{text},{text.replace('film', 'plot')},{number % 2}" for number, text in enumerate(tiny.texts(24))]
    (folder / "data.csv").write_text("\n".join(["text,text_pair,label", *lines]) + "\n")
    return folder


def result(folder: Path, cache: Path) -> tuple[bytes, list[int]] | str:
    """Features of the data and their labels, or the error that the user reads."""
    try:
        settings = Settings("m", str(folder / "data.csv"), text_pair_column="text_pair", cache_dir=str(cache))
        task, encoder = load_task(settings), load_encoder(str(folder), cache_dir=str(cache))
        rows = embed(encoder, task.inputs, task.size, store=FeatureStore.at(cache)).array()
    except LitError as error:
        return type(error).__name__
    return rows.tobytes(), task.labels.tolist()


def change(file: Path, place: int, to: int) -> None:
    """Write another byte and set both times back, as tools that copy do."""
    times, content = file.stat(), bytearray(file.read_bytes())
    content[place] = to
    file.write_bytes(bytes(content))
    os.utime(file, ns=(times.st_atime_ns, times.st_mtime_ns))


@pytest.mark.parametrize("name", FILES)
def test_a_warm_cache_gives_what_an_empty_one_gives(name: str, tmp_path: Path) -> None:
    folder, warm = folder_of(tmp_path), tmp_path / "warm"
    first, file = result(folder, warm), folder / name
    assert not isinstance(first, str)
    whole, rng, differ = file.read_bytes(), np.random.default_rng(len(name)), 0
    digits = [place for place, byte in enumerate(whole) if chr(byte).isdigit()]
    for number in range(6):
        place = int(rng.choice(digits if number % 2 and name != "model.safetensors" else len(whole)))
        change(file, place, whole[place] + 1 if chr(whole[place]) in "12345678" else whole[place] ^ 1)
        warmed = result(folder, warm)
        assert warmed == result(folder, tmp_path / f"empty {number}"), (name, place)
        differ += warmed != first
        file.write_bytes(whole)
    assert differ or name == "tokenizer_config.json"  # or the bytes said nothing of features, and nothing was tested
    assert result(folder, warm) == first


def test_shards_are_known_by_their_names_and_index(tmp_path: Path) -> None:
    folder = tiny.save(tmp_path / "bert", tiny.bert())
    tiny.bert().save_pretrained(folder, max_shard_size="8KB")
    (folder / "model.safetensors").unlink(missing_ok=True)
    before = load_encoder(str(folder)).key
    index = json.loads((folder / "model.safetensors.index.json").read_text())
    shards = sorted(set(index["weight_map"].values()))
    assert len(shards) > 1
    (folder / shards[0]).rename(folder / "x")
    (folder / shards[1]).rename(folder / shards[0])
    (folder / "x").rename(folder / shards[1])
    assert load_encoder(str(folder)).key["weights"] != before["weights"]
    index["weight_map"] = dict.fromkeys(index["weight_map"], shards[0])
    after = load_encoder(str(folder)).key["weights"]
    tiny.write(folder / "model.safetensors.index.json", index)
    assert load_encoder(str(folder)).key["weights"] != after


def test_merges_and_flags_of_a_tokeniser_written_in_python_are_its_identity(tmp_path: Path) -> None:
    from transformers import CTRLTokenizer

    def made(place: str, merges: str, **flags: object) -> CTRLTokenizer:
        folder = tmp_path / place
        folder.mkdir(exist_ok=True)
        tokens = ["<unk>", "a@@", "b@@", "a", "b", "ab", "ab@@", "ba"]
        tiny.write(folder / "vocab.json", {token: number for number, token in enumerate(tokens)})
        (folder / "merges.txt").write_text(f"#version: 0.2\n{merges}\n")
        return CTRLTokenizer(str(folder / "vocab.json"), str(folder / "merges.txt"), **flags)

    plain = made("a", "a b</w>")
    assert not plain.is_fast
    known = tokenizer_hash(plain)
    plain("abba ab")
    assert tokenizer_hash(plain) == known  # what it remembers while it works is no part of it
    assert tokenizer_hash(made("elsewhere", "a b</w>")) == known
    others = [
        made("b", "b a</w>"),
        made("c", "a b</w>", split_special_tokens=True),
        made("d", "a b</w>", unk_token="a"),
    ]
    assert len({known, *map(tokenizer_hash, others)}) == 4


def test_segment_ids_of_pairs_are_in_the_address(tmp_path: Path) -> None:
    folder = tiny.save(tmp_path / "bert", tiny.bert())
    before = load_encoder(str(folder)).key["tokeniser"]
    config = json.loads((folder / "tokenizer_config.json").read_text())
    tiny.write(folder / "tokenizer_config.json", {**config, "model_input_names": ["input_ids", "attention_mask"]})
    assert load_encoder(str(folder)).key["tokeniser"] != before


def test_code_that_runs_is_in_the_address_of_the_encoder_and_its_twins(tmp_path: Path) -> None:
    folder = tiny.save(tmp_path / "own", tiny.bert())
    config = json.loads((folder / "config.json").read_text())
    code = "from transformers import BertModel\n\n\nclass Own(BertModel):\n    pass\n"
    (folder / "modeling_own.py").write_text(code)
    tiny.write(folder / "config.json", {**config, "auto_map": {"AutoModel": "modeling_own.Own"}})
    first = load_encoder(str(folder), policy=Policy(trust_remote_code=True))
    (folder / "modeling_own.py").write_text(code.replace("pass", "x = 1"))
    second = load_encoder(str(folder), policy=Policy(trust_remote_code=True))
    assert first.key != second.key
    assert first.twin(0).key != second.twin(0).key


def test_a_folder_that_is_trained_on_gives_a_record_for_each_state(tmp_path: Path) -> None:
    folder, found = tmp_path / "out", []
    for seed in (0, 1, 0):
        encoder = load_encoder(str(tiny.save(folder, tiny.bert(seed))))
        model = {"id": str(folder), "revision": None, "content": content_of(encoder)}
        found.append(record_id(model, {"id": "d"}, "f"))
    assert found[0] == found[2] != found[1]
    threads = load_encoder(str(folder), Choices(threads=7, batch_tokens=99))
    assert content_of(threads) == content_of(load_encoder(str(folder)))


def test_names_of_the_hub_and_of_older_records_stay() -> None:
    data = {"id": "d", "config": None, "split": "train", "fingerprint": "0"}
    assert record_id({"id": "org/m", "revision": "1" * 40}, data, "f") == "7b050ade3e6c7008"  # as 0.1.0 named it
