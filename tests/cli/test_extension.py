"""`hf lit ...`: the files in extension/, installed by huggingface_hub itself and run by the real `hf` command."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from lit_hf import __version__

FOLDER = Path(__file__).parents[2] / "extension"
SCRIPTS = Path(sys.executable).parent


def github(method: str, url: str, **_: object) -> SimpleNamespace:
    """Answer as GitHub would for a repository with the files of extension/."""
    if url.endswith("/info/refs"):
        return SimpleNamespace(text=f"00a0{'a' * 40} HEAD\x00")
    content = (FOLDER / url.rsplit("/", 1)[-1]).read_bytes()
    return SimpleNamespace(content=content, text=content.decode(), json=lambda: json.loads(content))


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    extensions = pytest.importorskip("huggingface_hub.cli.extensions")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr(extensions, "_github_request", github)
    owner, name, short = extensions._normalize_repo_id("someone/hf-lit")
    manifest = extensions._install_extension(owner=owner, repo_name=name, short_name=short)
    assert (manifest.type, manifest.short_name) == ("binary", "lit")
    assert "lit-hf" in (manifest.description or "")
    return tmp_path


def hf(home: Path, *words: str, path: str | None = None) -> subprocess.CompletedProcess[str]:
    """Run the installed `hf`; without network, for an unknown command would be asked for on GitHub."""
    search = os.pathsep.join([str(SCRIPTS), os.environ["PATH"]]) if path is None else path
    root = str(FOLDER.parent)
    env = {**os.environ, "HOME": str(home), "HF_HUB_DISABLE_UPDATE_CHECK": "1", "PATH": search, "PYTHONPATH": root}
    return subprocess.run([SCRIPTS / "hf", *words], env=env, capture_output=True, text=True, check=False)


@pytest.mark.skipif(not (SCRIPTS / "hf").exists(), reason="the hf command is not installed")
def test_hf_runs_it_with_its_arguments_streams_and_exit_code(home: Path) -> None:
    done = hf(home, "lit", "--version")
    assert (done.returncode, done.stdout) == (0, f"lit-hf {__version__}\n")
    wrong = hf(home, "lit", "eval", "--oders", "3")
    assert wrong.returncode == 2
    assert "--orders" in wrong.stderr
    assert "lit" in hf(home, "--help").stdout


@pytest.mark.skipif(not (SCRIPTS / "hf").exists(), reason="the hf command is not installed")
def test_where_lit_hf_is_missing_it_says_so(home: Path, tmp_path: Path) -> None:
    bare = tmp_path / "bin"
    bare.mkdir()
    (bare / "sh").symlink_to("/bin/sh")
    done = hf(home, "lit", "--version", path=str(bare))
    assert done.returncode == 1
    assert "not installed" in done.stderr
    assert done.stdout == ""
