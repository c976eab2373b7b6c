"""The stand-in Hub speaks to the real clients as the Hub does: this is what the other tests here stand on."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from huggingface_hub import CommitOperationAdd, CommitOperationDelete
from huggingface_hub.errors import (
    EntryNotFoundError,
    GatedRepoError,
    HfHubHTTPError,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)

from tests.support.hub import Server

CARD = "---\nlicense: mit\npipeline_tag: sentence-similarity\ntags: [mine]\n---\n"

LOAD = """
import json, sys
import datasets, torch
from transformers import AutoModel, AutoTokenizer
model, data, sha = sys.argv[1:]
torch.set_num_threads(1)
tokenizer = AutoTokenizer.from_pretrained(model, revision=sha)
encoder = AutoModel.from_pretrained(model, revision=sha, use_safetensors=True)
rows = datasets.load_dataset(data, split="train")
state = encoder(**tokenizer(list(rows["text"]), return_tensors="pt", padding=True)).last_hidden_state
print(json.dumps([list(state.shape), list(rows["label"])]))
"""


def save_tiny(folder: Path) -> None:
    """A one-layer BERT with a ten-word vocabulary."""
    from transformers import BertConfig, BertModel, BertTokenizerFast

    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "good", "bad", "a", "film", "very"]
    (folder / "vocab.txt").write_text("\n".join(words))
    BertTokenizerFast(str(folder / "vocab.txt")).save_pretrained(folder)
    shape = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 16}
    BertModel(BertConfig(vocab_size=len(words), **shape)).save_pretrained(folder)
    (folder / "README.md").write_text(CARD)


@pytest.fixture(scope="module")
def tiny(server: Server, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A tiny encoder that was uploaded with the real client."""
    folder = tmp_path_factory.mktemp("tiny")
    save_tiny(folder)
    server.api().create_repo("org/tiny", exist_ok=True)
    server.api().upload_folder(repo_id="org/tiny", folder_path=folder)
    return "org/tiny"


def load(hub: Server, home: Path, *arguments: str) -> subprocess.CompletedProcess:
    """Run the loading script in a process of its own."""
    command = [sys.executable, "-c", LOAD, *arguments]
    return subprocess.run(command, env=hub.environment(home), capture_output=True, text=True, timeout=120)


def test_transformers_and_datasets_load_unchanged(hub: Server, tiny: str, tmp_path: Path) -> None:
    """At a pinned revision, though main has moved on; through a rate limit and a connection cut in mid-transfer."""
    data = hub.new("dataset", train__csv="text,label\na good film,1\na bad film,0\n")
    sha = hub.api().model_info(tiny).sha
    hub.api().upload_file(path_or_fileobj=b"{}", path_in_repo="config.json", repo_id=tiny)
    hub.fault(rf"GET /{tiny}/resolve/.*/model.safetensors", cut=1000)
    hub.fault(rf"GET /{tiny}/resolve/.*/tokenizer.json", status=429, headers={"Retry-After": "0"})
    done = load(hub, tmp_path, tiny, data, str(sha))
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.splitlines()[-1]) == [[2, 5, 16], [1, 0]]
    weights = [line for line in hub.log() if line.startswith("GET") and "model.safetensors" in line]
    assert len(weights) == 2
    assert all(str(sha) in line for line in weights)


def test_listing(hub: Server, tiny: str) -> None:
    """Filters, parameter counts from the safetensors header, limits, pages."""
    api = hub.api()
    (found,) = api.list_models(filter="sentence-similarity", author="org", search="TIN", expand=["safetensors", "sha"])
    assert (found.id, found.sha) == (tiny, api.model_info(tiny).sha)
    assert found.safetensors.total > 1000
    assert not list(api.list_models(search="tiny", num_parameters="min:1M"))
    assert [
        m.id for m in api.list_models(search="tiny", num_parameters="max:1M", pipeline_tag="sentence-similarity")
    ] == [tiny]
    for _ in range(3):
        hub.new(namespace="org")
    assert len(list(api.list_models(author="org", limit=2, sort="downloads"))) == 2
    assert next(iter(api.list_models(author="org", sort="downloads"))).id == tiny


def test_missing_things_have_their_own_errors(hub: Server, tiny: str) -> None:
    """Repository (401 to the anonymous, 404 to others), revision, file."""
    for token in (None, "hf_owner"):
        with pytest.raises(RepositoryNotFoundError):
            hub.api(token).model_info("org/none")
    with pytest.raises(RepositoryNotFoundError):
        hub.api().model_info("none")
    with pytest.raises(RevisionNotFoundError):
        hub.api().model_info(tiny, revision="v9")
    with pytest.raises(EntryNotFoundError):
        hub.api().hf_hub_download(tiny, "none.txt")


def test_gated_and_private(hub: Server, tmp_path: Path) -> None:
    """A gated repository describes itself but gives no files until access is granted; a private one does not exist."""
    gated, private = hub.new(notes__md="hi"), hub.new()
    hub.settings("model", gated, gated="manual")
    hub.settings("model", private, private=True)
    stranger = hub.api("hf_stranger")
    assert stranger.model_info(gated).gated == "manual"
    for api in (stranger, hub.api(None)):
        with pytest.raises(GatedRepoError):
            api.hf_hub_download(gated, "notes.md", cache_dir=tmp_path)
        with pytest.raises(RepositoryNotFoundError):
            api.model_info(private)
    hub.api().grant_access(gated, "stranger")
    assert Path(stranger.hf_hub_download(gated, "notes.md", cache_dir=tmp_path)).read_text() == "hi"


def test_commits_are_atomic_and_checked(hub: Server) -> None:
    """A stale parent is 412; a bad operation changes nothing; strangers and read-only tokens are 403."""
    repo, api = hub.new(), hub.api()
    first = api.model_info(repo).sha
    api.create_commit(repo, [CommitOperationAdd("a.txt", b"a")], commit_message="a", parent_commit=first)
    refusals: list[tuple[int, Callable]] = [
        (412, lambda: api.create_commit(repo, _file("b"), commit_message="b", parent_commit=first)),
        (403, lambda: hub.api("hf_stranger").create_commit(repo, _file("b"), commit_message="b")),
        (403, lambda: hub.api("hf_readonly").create_commit(repo, _file("b"), commit_message="b")),
        (404, lambda: api.create_commit(repo, [*_file("b"), CommitOperationDelete("none")], commit_message="b")),
    ]
    for status, refused in refusals:
        with pytest.raises(HfHubHTTPError) as error:
            refused()
        assert error.value.response.status_code == status
    assert [f.rfilename for f in api.model_info(repo).siblings] == [".gitattributes", "a.txt"]


@pytest.mark.parametrize(
    "card, said",
    [
        ("---\nlicense: my-own\n---\n", "license"),
        ("---\nmodel-index:\n- name: x\n  results:\n  - task: {type: t}\n---\n", "dataset.type"),
        ("---\na: [\n---\n", "YAML"),
    ],
)
def test_cards_are_validated(hub: Server, card: str, said: str) -> None:
    """The client asks before it uploads, and says what the Hub said."""
    repo = hub.new()
    with pytest.raises(ValueError, match=said):
        hub.api().upload_file(path_or_fileobj=card.encode(), path_in_repo="README.md", repo_id=repo)


def test_pull_requests(hub: Server) -> None:
    """Opened by a stranger from a parent, read at their reference, extended, listed, merged."""
    repo, stranger = hub.new(a__txt="1"), hub.api("hf_stranger")
    made = stranger.create_commit(repo, _file("b"), commit_message="Add b", create_pr=True)
    assert (made.pr_num, made.pr_revision) == (1, "refs/pr/1")
    stranger.create_commit(repo, _file("c"), commit_message="Add c", revision="refs/pr/1")
    assert "c.txt" in stranger.list_repo_files(repo, revision="refs/pr/1")
    details = stranger.get_discussion_details(repo, 1)
    assert [event.type for event in details.events] == ["comment", "commit", "commit"]
    assert "+++ b/c.txt" in details.diff
    with pytest.raises(HfHubHTTPError):
        stranger.merge_pull_request(repo, 1)
    hub.api().merge_pull_request(repo, 1)
    assert {"a.txt", "b.txt", "c.txt"} <= set(hub.api().list_repo_files(repo))
    assert not list(hub.api().get_repo_discussions(repo, discussion_status="open"))


def _file(name: str) -> list[CommitOperationAdd]:
    return [CommitOperationAdd(f"{name}.txt", name.encode())]
