"""Names on a Hub: resolved once to a commit, cached, and errors that say what to do."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save

from tests.support import tiny
from tests.support.hub import Server

ROWS = "text,label\n" + "\n".join(f"text {index},{index % 2}" for index in range(40))
LOOK = """
import json, sys
from lit_hf.config import Settings
from lit_hf.encoders import load_encoder
from lit_hf.encoders.trained_on import declared_datasets
from lit_hf.errors import LitError
from lit_hf.tasks import load_task

def look(kind, name):
    try:
        if kind == "model":
            encoder = load_encoder(name)
            rows = encoder.encode(["text"]).rows.tolist()
            declared = declared_datasets(name, encoder.info.revision)
            return {"revision": encoder.info.revision, "rows": rows, "declared": declared}
        task = load_task(Settings("model", name))
        return {"revision": task.dataset.revision, "pool": list(task.inputs)}
    except LitError as error:
        fields = {name: value for name, value in vars(error).items() if isinstance(value, (str, tuple))}
        return {"error": type(error).__name__, **fields}

print(json.dumps([look(*pair.split("=")) for pair in sys.argv[1:]]))
"""


@pytest.fixture(scope="module")
def model(server: Server, tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tiny.save(tmp_path_factory.mktemp("model"), tiny.bert())
    (folder / "README.md").write_text("---\ndatasets: [owner/seen]\n---\n# A tiny BERT\n")
    api, name = server.api(), "owner/tiny-bert"
    api.create_repo(name)
    api.upload_folder(folder_path=folder, repo_id=name)
    return name


def look(server: Server, home: Path, *names: str, token: str = "hf_owner", offline: bool = False) -> list[dict]:
    """What a process that speaks to this Hub finds under `kind=name`."""
    environment = {**server.environment(home, token), "HF_HUB_OFFLINE": "1" if offline else "0"}
    command = [sys.executable, "-c", LOOK, *names]
    result = subprocess.run(command, capture_output=True, text=True, timeout=120, env=environment)
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout.splitlines()[-1])


def test_names_are_pinned_used_from_the_cache_offline_and_refused_when_unknown(
    hub: Server, model: str, tmp_path: Path
) -> None:
    data = hub.new("dataset", train__csv=ROWS)
    online = look(hub, tmp_path, f"model={model}", f"dataset={data}", "model=owner/tiny-brt", "dataset=owner/nothing")
    assert online[0]["revision"] == hub.api().model_info(model).sha
    assert online[1]["revision"] == hub.api().dataset_info(data).sha
    assert len(online[1]["pool"]) == 40
    assert (online[2]["error"], online[3]["error"]) == ("UnknownModel", "UnknownDataset")
    offline = look(
        hub, tmp_path, f"model={model}", f"dataset={data}", "model=owner/new", "dataset=owner/new", offline=True
    )
    assert offline[:2] == online[:2]
    assert online[0]["declared"] == ["owner/seen"]
    assert [each["error"] for each in offline[2:]] == ["OfflineNotCached", "OfflineNotCached"]


def test_a_gated_repository_and_an_unknown_revision_are_told_apart(hub: Server, model: str, tmp_path: Path) -> None:
    gated = hub.new("dataset", train__csv=ROWS)
    hub.settings("dataset", gated, gated="manual")
    closed = hub.new("model", config__json="{}", model__safetensors=save({"w": np.zeros(1)}))
    hub.settings("model", closed, gated="manual")
    found = look(hub, tmp_path, f"dataset={gated}", f"model={closed}", f"model={model}@v9", token="hf_stranger")
    assert [each["error"] for each in found] == ["GatedRepository", "GatedRepository", "UnknownRevision"]
    assert found[0]["name"] == f"datasets/{gated}"


def test_a_repository_with_pickles_only_is_refused_before_anything_is_downloaded(hub: Server, tmp_path: Path) -> None:
    pickled = hub.new("model", config__json="{}", pytorch_model__bin=b"pickle")
    assert look(hub, tmp_path, f"model={pickled}")[0]["error"] == "NoSafetensors"
    assert not [path for path in tmp_path.rglob("*") if path.name == "pytorch_model.bin"]


def test_an_unreachable_hub_is_not_a_wrong_name(hub: Server, tmp_path: Path) -> None:
    dead = Server("http://127.0.0.1:9")
    found = look(dead, tmp_path, "model=owner/any", "dataset=owner/any")
    assert [each["error"] for each in found] == ["OfflineNotCached", "OfflineNotCached"]
    assert os.environ.get("HF_ENDPOINT") != dead.url


def test_a_checkpoint_without_a_card_declares_nothing_with_or_without_network(hub: Server, tmp_path: Path) -> None:
    folder = tiny.save(tmp_path / "model", tiny.bert())
    api, name = hub.api(), "owner/no-card"
    api.create_repo(name)
    api.upload_folder(folder_path=folder, repo_id=name)
    found = [look(hub, tmp_path / "home", f"model={name}", offline=offline)[0] for offline in (False, True)]
    assert [each["declared"] for each in found] == [None, None]
    assert found[0]["rows"] == found[1]["rows"]
