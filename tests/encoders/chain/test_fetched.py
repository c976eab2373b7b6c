"""Files are fetched from a Hub as modules.json names them, whatever the folders are called."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from lit_hf.encoders import Policy, load_encoder
from lit_hf.encoders.checkpoint import wanted_files
from lit_hf.errors import NoSafetensors, UnsupportedModel
from lit_hf.runtime.hubrepo import Commit
from tests.support import chains, tiny
from tests.support.chains import body, dense, modules, table
from tests.support.hub import Server

LOOK = """
import json, sys
from lit_hf.encoders import load_encoder
from lit_hf.encoders.policy import Policy
from lit_hf.encoders.skeleton import checkpoint_size
size = checkpoint_size(sys.argv[1], Policy(False, False)).size.total
print(json.dumps([size, load_encoder(sys.argv[1]).encode(sys.argv[2:]).rows.tolist()]))
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Router of two chains, a Dense in a folder of an odd name, and exports that nobody asked for."""
    place = tmp_path_factory.mktemp("hub")
    router = modules.Router.for_query_document([table()], [body(place / "bert"), modules.Pooling(chains.WIDTH)])
    saved, _ = chains.save(place / "saved", [router, dense(chains.WIDTH, 8)])
    shutil.move(saved / "1_Dense", saved / "heads" / "small")
    listed = json.loads((saved / "modules.json").read_text())
    listed[1]["path"] = "heads/small"
    tiny.write(saved / "modules.json", listed)
    for odd in ("onnx", "heads/small/openvino"):
        (saved / odd).mkdir()
        (saved / odd / "model.safetensors").write_bytes(b"0" * 50_000)
    return saved


def test_a_chain_from_a_hub_is_that_of_its_folder(server: Server, folder: Path, tmp_path: Path) -> None:
    api, name = server.api(), "owner/odd-chain"
    api.create_repo(name)
    api.upload_folder(folder_path=folder, repo_id=name)
    command = [sys.executable, "-c", LOOK, name, *tiny.texts(4)]
    environment = server.environment(tmp_path, "hf_owner")
    result = subprocess.run(command, capture_output=True, text=True, timeout=120, env=environment)
    assert result.returncode == 0, result.stderr
    size, rows = json.loads(result.stdout.splitlines()[-1])
    np.testing.assert_allclose(rows, load_encoder(str(folder)).encode(tiny.texts(4)).rows, atol=1e-6)
    fetched = {file.relative_to(folder).as_posix() for file in folder.rglob("*") if file.is_file()}
    here = [file for file in tmp_path.rglob("snapshots/*/**/*") if file.is_file()]
    names = {file.as_posix().split("snapshots/")[1].split("/", 1)[1] for file in here}
    assert {"heads/small/model.safetensors", "modules.json", "router_config.json"} <= names <= fetched
    assert not [each for each in names if "onnx" in each or "openvino" in each]
    assert size == sum(file.stat().st_size for file in here)


def _wanted(files: list[str], *, pickles: bool = False) -> list[str]:
    return wanted_files("org/model", Commit("org/model", "0" * 40, tuple(files)), Policy(False, pickles))


def test_each_folder_has_one_set_of_weights() -> None:
    both = ["model.safetensors", "pytorch_model.bin"]
    files = [*both, *(f"2_Dense/{each}" for each in both), "3_Dense/pytorch_model.bin", "config.json", "onnx/model.bin"]
    with pytest.raises(NoSafetensors):
        _wanted(files)
    expected = {"model.safetensors", "2_Dense/model.safetensors", "3_Dense/pytorch_model.bin", "config.json"}
    assert set(_wanted(files, pickles=True)) == expected
    with pytest.raises(UnsupportedModel, match="no weights"):
        _wanted(["config.json"])
    assert _wanted(["config.json", "model.safetensors", "optimizer.pt"]) == ["config.json", "model.safetensors"]
