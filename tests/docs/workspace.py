"""Where the blocks of a page run: the files that it speaks of, and a stand-in Hub with the names that it uses."""

from __future__ import annotations

import csv
import os
import sys
from pathlib import Path

import numpy as np

from tests.support import assets, tiny
from tests.support.hub import Server

ROWS = 60
MANY = 500
CARD = "---\nconfigs:\n- config_name: {name}\n  data_files: train.csv\n---\n"


def make(folder: Path) -> Path:
    """Write reviews.csv (real sentences), suite.yaml, encoders, mine.npz and digits.npz (real digits), and a `lit-hf`.

    my-model and model-a are real encoders.
    """
    texts, labels, _ = assets.rotten()
    with (folder / "reviews.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["text", "label"])
        # The file of reviews is sorted by label.
        writer.writerows((texts[row], labels[row]) for row in np.random.default_rng(0).permutation(len(texts))[:ROWS])
    (folder / "my-model").symlink_to(assets.truncated_layers(assets.l6_folder(), 2))
    (folder / "model-a").symlink_to(assets.l6_folder())
    tiny.save(folder / "model-b", tiny.bert(1))
    (folder / "suite.yaml").write_text("datasets: [reviews.csv]\nmodels: [./model-a, ./model-b]\n")
    pixels, classes = assets.digits()
    np.savez(folder / "mine.npz", features=pixels[:ROWS], labels=classes[:ROWS])
    np.savez(folder / "digits.npz", features=pixels[:MANY], labels=classes[:MANY])
    (folder / "bin").mkdir()
    for name, line in (("lit-hf", "-m lit_hf"), ("python", ""), ("torchrun", "-m torch.distributed.run")):
        script = folder / "bin" / name
        script.write_text(f'#!/bin/sh\nexec "{sys.executable}" {line} "$@"\n')
        script.chmod(0o755)
    return folder


def fill(server: Server, folder: Path) -> None:
    """Upload what the pages name: encoders of several owners, and datasets with configurations."""
    api = server.api("hf_librarian")
    models = {"google-bert/bert-base-uncased": "model-b", "org/model-c": "model-b"}
    models["sentence-transformers/all-MiniLM-L6-v2"] = "my-model"
    for name, source in models.items():
        api.create_repo(name)
        api.upload_folder(repo_id=name, folder_path=(folder / source).resolve())
    for name, config in (("nyu-mll/glue", "sst2"), ("org/name", "config")):
        api.create_repo(name, repo_type="dataset")
        for path, content in (("README.md", CARD.format(name=config).encode()), ("train.csv", _rows(folder))):
            api.upload_file(path_or_fileobj=content, path_in_repo=path, repo_id=name, repo_type="dataset")
    server.api().create_repo("owner/my-encoder")
    server.api().upload_folder(repo_id="owner/my-encoder", folder_path=folder / "model-b")


def environment(server: Server, folder: Path) -> dict[str, str]:
    """Return what a block runs with: the stand-in Hub and no other, and the commands of this interpreter."""
    path = os.pathsep.join([str(folder / "bin"), os.environ["PATH"]])
    return {**server.environment(folder / "home"), "PATH": path, "RAY_AUTH_MODE": "disabled"}


def _rows(folder: Path) -> bytes:
    return (folder / "reviews.csv").read_bytes()
