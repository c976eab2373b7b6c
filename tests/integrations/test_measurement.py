"""The measurement that the `evaluate` library loads from a folder, without network."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import lit_hf
from tests.support.streams import gaussian

SCRIPT = """
import json, socket, sys
import evaluate, numpy as np, lit_hf

def refuse(*_):
    raise AssertionError("the network was asked for")

socket.socket.connect = refuse
rows = np.load(sys.argv[1])
measurement = evaluate.load(lit_hf.measurement_path())
found = measurement.compute(features=rows["a"], baseline_features=rows["b"], references=rows["y"], orders=2, seed=3)
listed = measurement.compute(
    features=rows["a"].tolist(), baseline_features=rows["b"].tolist(), references=rows["y"].tolist(), orders=2, seed=3
)
print(json.dumps([found, listed, measurement.inputs_description]))
"""


@pytest.fixture(scope="module")
def arrays(tmp_path_factory: pytest.TempPathFactory) -> Path:
    features, labels = gaussian(150, 8, 3, signal=3.0)
    path = tmp_path_factory.mktemp("measurement") / "arrays.npz"
    np.savez(path, a=features, b=np.random.default_rng(1).normal(size=(150, 5)).astype(np.float32), y=labels)
    return path


def test_it_loads_and_computes_offline(arrays: Path, tmp_path: Path) -> None:
    here = str(Path(lit_hf.__file__).parent.parent)
    offline = {"HF_HUB_OFFLINE": "1", "HF_EVALUATE_OFFLINE": "1", "HF_HOME": str(tmp_path), "PYTHONPATH": here}
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(arrays)],
        capture_output=True, text=True, check=False, env={**os.environ, **offline}, cwd=tmp_path,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    found, listed, described = json.loads(done.stdout.splitlines()[-1])
    rows = np.load(arrays)
    expected = lit_hf.transfer(rows["a"], rows["b"], rows["y"], orders=2, seed=3)
    assert found == listed
    assert set(found) == {"bits", "interval", "bits_per_label"}
    assert found["bits"] == pytest.approx(expected.bits, abs=1e-3)
    assert found["interval"] == pytest.approx(list(expected.interval), abs=1e-3)
    assert found["bits_per_label"] == pytest.approx(expected.bits / 150, abs=1e-5)
    assert found["bits"] > 50
    assert "baseline_features" in described


def test_the_path_is_a_folder_with_a_script_of_its_name() -> None:
    path = Path(lit_hf.measurement_path())
    assert (path / f"{path.name}.py").is_file()
