"""A new user's slips: each is answered by one line and the next thing to do, with the nearest names that exist."""

from __future__ import annotations

from pathlib import Path

import pytest

from lit_hf.runtime.hubrepo import similar_repos
from tests.support import tiny
from tests.support.command_line import Lit
from tests.support.hub import Server

ROWS = [f"a film that was good in its way {number},{number % 2}" for number in range(30)]


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Path:
    """A folder with a checkpoint and files of data, to work in; no network."""
    from huggingface_hub import constants

    tiny.save(tmp_path / "my-model", tiny.bert())
    (tmp_path / "reviews.csv").write_text("\n".join(["text,label", *ROWS]))
    (tmp_path / "bare.csv").write_text("\n".join(ROWS))
    (tmp_path / "one.csv").write_text("\n".join(["text", *(row.split(",")[0] for row in ROWS)]))
    (tmp_path / "cache" / "models--org--small-encoder").mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LIT_HF_CACHE", str(tmp_path / "lit"))
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "cache"))
    capsys.readouterr()  # the bars of whoever saves a model
    return tmp_path


@pytest.mark.parametrize(
    ("words", "code", "next_step"),
    [
        ("eval ./my-modle reviews.csv", 1, "Did you mean my-model?"),
        ("eval ./my-model reviws.csv", 1, "Did you mean reviews.csv"),
        ("eval ./my-model ./data/reviews.csv", 1, "Give `org/name`"),
        ("eval ./my-model glue/sts2", 1, "glue/sst2 or"),
        ("eval ./my-model rotten_tomatos", 1, "Did you mean rotten_tomatoes"),
        ("eval org/small-encodr reviews.csv", 1, "Did you mean org/small-encoder?"),
        ("eval ./my-model bare.csv", 1, "sed -i '1i text,label' FILE"),
        ("eval ./my-model reviews.csv --label-column lable", 1, "Did you mean label?"),
        ("eval ./my-model one.csv", 1, "--label-column"),
        ("eval reviews.csv ./my-model", 2, "Try `lit-hf eval ./my-model reviews.csv`."),
        ("eval reviews.csv", 2, "Try `lit-hf eval MODEL reviews.csv`."),
        ("rank ./my-model reviews.csv", 2, "Try `lit-hf rank reviews.csv ./my-model`."),
        ("eval ./my-model", 2, "lit-hf eval ./my-model glue/sst2"),
    ],
)
def test_a_slip_leads_on(lit: Lit, desk: Path, words: str, code: int, next_step: str) -> None:
    ended, out, err = lit(*words.split())
    assert (ended, out) == (code, "")
    lines = err.splitlines()
    assert len(lines) == 2, err
    assert lines[0].startswith("Error: ")
    assert next_step in lines[1]


def test_a_first_line_that_is_an_example_is_not_printed_in_full(lit: Lit, desk: Path) -> None:
    (desk / "long.csv").write_text("\n".join(f"{'word ' * 100},{number % 2}" for number in range(30)))
    assert len(lit("eval", "./my-model", "long.csv")[2]) < 500


def test_names_like_it_are_found_on_the_hub(hub: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_ENDPOINT", hub.url)
    monkeypatch.setattr("huggingface_hub.hf_api.constants.ENDPOINT", hub.url)
    for name in ("owner/all-MiniLM-L6-v2", "owner/other-thing"):
        hub.api().create_repo(name, exist_ok=True)
    assert similar_repos("owner/all-MiniLM-L6-v3", "model") == ["owner/all-MiniLM-L6-v2"]
    assert similar_repos("all-MiniLM-L12", "model")[0] == "owner/all-MiniLM-L6-v2"
    assert similar_repos("nothing_like-it", "model") == []
