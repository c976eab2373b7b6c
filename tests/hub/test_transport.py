"""One table of transport errors, for reading and for writing: waited for, said, and told apart."""

from __future__ import annotations

import subprocess
import sys
import warnings
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx2
import pytest
from huggingface_hub import constants

from lit_hf.errors import LitWarning, OfflineNotCached, UnknownDataset, UnknownModel
from lit_hf.hub import model as model_push
from lit_hf.hub import results
from lit_hf.hub.errors import NoWritePermission
from lit_hf.hub.models import Query, list_checkpoints, names
from lit_hf.hub.publish import Published
from lit_hf.runtime import transport
from lit_hf.runtime.hub_errors import Forbidden, HubFailed, NetworkLost, NotAHub, NotLoggedIn, RateLimited
from lit_hf.runtime.hubrepo import download, resolve_commit, size_of
from lit_hf.runtime.transport import READING, Patience
from lit_hf.tasks.loading import open_source
from tests.support.hub import Server
from tests.support.records import hub_record as record

HTML = {"raw": b"<html>Please log in to the network</html>".hex(), "headers": {"Content-Type": "text/html"}}
IMPATIENT = Patience(attempts=2, first_pause=0.01, longest_pause=5)


@pytest.fixture
def here(hub: Server, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Server:
    """This process speaks to the stand-in as its owner, with caches of its own, and waits for nothing."""
    import datasets

    monkeypatch.setattr(constants, "ENDPOINT", hub.url)
    monkeypatch.setattr(datasets.config, "HF_ENDPOINT", hub.url)  # read when the library was first imported
    monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", hub.url + "/{repo_id}/resolve/{revision}/{filename}")
    monkeypatch.setenv("HF_ENDPOINT", hub.url)
    monkeypatch.setenv("HF_TOKEN", "hf_owner")
    monkeypatch.setenv("LIT_HF_CACHE", str(tmp_path / "lit-hf"))
    monkeypatch.setattr(transport.time, "sleep", lambda _seconds: None)
    return hub


def unknown(name: str) -> UnknownModel:
    return UnknownModel(name)


def read(repo: str) -> bytes:
    """Resolve and download `a.json` of a model."""
    commit = resolve_commit(repo, None, "model", unknown)
    return (download(commit, ["a.json"], "model", unknown) / "a.json").read_bytes()


ASKED = r"GET /api/models/{repo}(\?|$|/revision)"
SENT = r"GET /{repo}/resolve/"


@pytest.mark.parametrize("where", [ASKED, SENT, r"GET /api/models/{repo}/tree"])
@pytest.mark.parametrize(
    "fault", [{"status": 500}, {"status": 503}, {"cut": "request"}, {"status": 429, "headers": {"Retry-After": "0"}}]
)
def test_what_passes_is_waited_for_with_a_word(here: Server, where: str, fault: dict[str, Any]) -> None:
    repo = here.new(a__json='{"x": 1}')
    here.fault(where.format(repo=repo), times=1, **fault)
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        assert read(repo) == b'{"x": 1}'
    words = [str(each.message) for each in said if issubclass(each.category, LitWarning)]
    # The client itself goes on after a cut download and a limited rate, and says so in its own words.
    assert all("trying again in" in each and repo in each for each in words)
    assert words or "resolve" in where or "tree" in where


@pytest.mark.parametrize(
    ("where", "fault", "error", "said"),
    [
        (ASKED, {"status": 500}, HubFailed, "500 injected"),
        (ASKED, {"status": 503}, HubFailed, "503 injected"),
        (ASKED, {"cut": "request"}, NetworkLost, "lost the connection to the Hub while reading"),
        (ASKED, {"status": 200, **HTML}, NotAHub, "is no Hub"),
        (ASKED, {"status": 200, "body": []}, NotAHub, "is no Hub"),
        (ASKED, {"status": 403}, Forbidden, r"does not let this account read .* \(403: injected\)"),
        (ASKED, {"status": 429, "headers": {"Retry-After": "600"}}, RateLimited, "limits the rate"),
        (r"(GET|HEAD) /{repo}/resolve/", {"status": 503}, HubFailed, "503"),
        (r"(GET|HEAD) /{repo}/resolve/", {"status": 200, **HTML}, NotAHub, "is no Hub"),
        (SENT, {"status": 500}, HubFailed, "500"),
        (SENT, {"status": 200, **HTML}, NetworkLost, "lost the connection"),
        (r"GET /api/models/{repo}/tree", {"status": 500}, HubFailed, "500"),
    ],
)
def test_what_does_not_pass_ends_with_its_own_error(
    here: Server, where: str, fault: dict[str, Any], error: type[Exception], said: str
) -> None:
    repo = here.new(a__json='{"x": 1}')
    here.fault(where.format(repo=repo), times=999, **fault)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", LitWarning)
        with pytest.raises(error, match=said) as raised:
            read(repo)
    assert repo in str(raised.value)
    assert getattr(raised.value, "next_step", None)


def test_the_tries_are_bounded(here: Server) -> None:
    repo = here.new()
    here.reset()
    here.fault(f"GET /api/models/{repo}", status=503, times=999)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", LitWarning)
        with pytest.raises(HubFailed):
            resolve_commit(repo, None, "model", unknown)
    assert len(here.log()) == READING.attempts


def test_a_size_that_cannot_be_asked_for_is_an_error_of_ours(here: Server) -> None:
    repo = here.new(a__json="{}")
    commit = resolve_commit(repo, None, "model", unknown)
    here.fault(f"GET /api/models/{repo}", status=500, times=999)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", LitWarning)
        with pytest.raises(HubFailed):
            size_of(commit, [], "model")


def test_a_token_that_the_hub_does_not_know_is_named(here: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    repo = here.new()
    monkeypatch.setenv("HF_TOKEN", "hf_expired")
    with pytest.raises(NotLoggedIn, match=r"does not accept this token .*\(401\).*expired") as raised:
        resolve_commit(repo, None, "model", unknown)
    assert "hf auth login" in (raised.value.next_step or "")


def test_a_private_dataset_without_a_token_hints_at_the_login(here: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    repo = here.new("dataset", train__csv="text,label\na,0\n")
    here.settings("dataset", repo, private=True)
    monkeypatch.delenv("HF_TOKEN")
    with pytest.raises(UnknownDataset) as raised:
        open_source(repo)
    assert "hf auth login" in (raised.value.next_step or "")


def test_offline_mode_says_so_and_a_dead_hub_says_why(here: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    with pytest.raises(OfflineNotCached, match="HF_HUB_OFFLINE") as offline:
        resolve_commit("owner/any", None, "model", unknown)
    assert "Unset HF_HUB_OFFLINE" in (offline.value.next_step or "")
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    monkeypatch.setattr(constants, "ENDPOINT", "http://127.0.0.1:9")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", LitWarning)
        with pytest.raises(OfflineNotCached, match="refused") as dead:
            resolve_commit("owner/any", None, "model", unknown)
    assert "HF_HUB_OFFLINE" not in str(dead.value) + str(dead.value.next_step)


@pytest.mark.parametrize("fault", [{"status": 503}, {"cut": "request"}])
def test_what_the_cache_holds_is_used_with_a_word(here: Server, fault: dict[str, Any]) -> None:
    repo = here.new(a__json='{"x": 1}')
    assert read(repo) == b'{"x": 1}'
    here.fault(f"/{repo}", times=999, **fault)
    with pytest.warns(LitWarning, match="which the cache holds"):
        assert read(repo) == b'{"x": 1}'


@pytest.mark.parametrize(
    ("fault", "error"),
    [({"status": 500}, HubFailed), ({"cut": "request"}, NetworkLost), ({"status": 403}, Forbidden)],
)
def test_a_dataset_whose_files_do_not_come(here: Server, fault: dict[str, Any], error: type[Exception]) -> None:
    repo = here.new("dataset", train__csv="text,label\na,0\nb,1\n")
    here.fault(rf"{'GET ' if 'cut' in fault else ''}.*/{repo}/resolve/", times=9999, **fault)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", LitWarning)
        with pytest.raises(error, match=repo):
            open_source(repo)


def test_a_server_without_sizes_can_be_ranked_from(here: Server, models_without_sizes: list[dict[str, Any]]) -> None:
    here.fault(r"GET /api/models\?", status=200, body=models_without_sizes, times=2)
    listed = list_checkpoints(here.api(), Query())
    assert names(listed) == ["owner/a@" + "a" * 40, "owner/b@" + "b" * 40]
    bounded = list_checkpoints(here.api(), Query(max_params=1000))
    assert names(bounded) == []
    assert all("--max-params needs one" in (each.skipped or "") for each in bounded)


@pytest.fixture
def models_without_sizes() -> list[dict[str, Any]]:
    return [{"_id": name, "id": f"owner/{name}", "modelId": f"owner/{name}", "sha": name * 40} for name in "ab"]


def push(hub: Server, data: Any, **options: Any) -> Published:
    return model_push.push(hub.api(options.pop("token", "hf_owner")), [data], patience=IMPATIENT, **options)


def test_a_commit_that_the_server_loses_is_sent_again(here: Server) -> None:
    """A server that says yes and keeps nothing once; and one that never keeps anything is an error."""
    repo = here.new()
    yes = {"success": True, "commitOid": "0" * 40, "commitUrl": f"{here.url}/{repo}/commit/{'0' * 40}"}
    here.fault(rf"POST /api/models/{repo}/commit", status=200, body=yes)
    assert push(here, record(model=repo).data).url != yes["commitUrl"]
    assert here.api().file_exists(repo, "README.md")
    other = here.new()
    here.fault(rf"POST /api/models/{other}/commit", status=200, body=yes, times=9)
    with pytest.raises(Exception, match="changed 2 times"):
        push(here, record(model=other).data)


def test_a_server_that_ignores_the_parent_loses_neither_of_two_pushes(here: Server) -> None:
    """Both planned on one head, both taken: the second overwrites the first's card, which the first finds out."""
    repo = here.new()
    httpx2.post(f"{here.url}/_control/parents", json={"repo": repo}).raise_for_status()
    here.fault(rf"POST /api/models/{repo}/commit", hold=2, times=2)
    wanted = [record(model=repo, dataset=name).data for name in ("org/one", "org/two")]
    patience = Patience(attempts=6, first_pause=0.05)
    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(lambda data: model_push.push(here.api(), [data], patience=patience), wanted))
    assert all(each.url for each in done)
    path = here.api().hf_hub_download(repo, "README.md")
    assert all(name in Path(path).read_text() for name in ("org/one", "org/two"))


def test_a_first_push_that_fails_says_that_the_repository_is_empty(here: Server) -> None:
    repo = "owner/first-push"
    here.fault(rf"POST /api/datasets/{repo}/commit", status=500, times=9)
    with pytest.raises(HubFailed) as raised:
        results.push(here.api(), [record()], repo, patience=IMPATIENT)
    assert f"datasets/{repo} was made and is empty" in (raised.value.next_step or "")
    here.reset()
    assert results.push(here.api(), [record()], repo, patience=IMPATIENT).url


def test_only_roles_that_are_known_to_read_are_refused_unasked(here: Server) -> None:
    """A role of another name is left to the server, which knows."""
    repo = here.new(namespace="org")
    account = {"type": "user", "name": "owner", "orgs": [{"name": "org", "roleInOrg": "curator"}]}
    here.fault("GET /api/whoami-v2", status=200, body={**account, "auth": {"accessToken": {"role": "fineGrained"}}})
    api = here.api("hf_owner")
    assert model_push.push(api, [record(model=repo).data], patience=IMPATIENT).url
    here.reset()
    with pytest.raises(NoWritePermission) as refused:
        push(here, record(model=here.new()).data, token="hf_stranger")
    assert "--create-pr" in (refused.value.next_step or "")
    assert any("/preupload/" in line or "/commit/" in line for line in here.log())


@pytest.mark.parametrize("kind", ["agent-harnesses", "telemetry/x", "spaces/owner/x"])
def test_kinds_that_the_stand_in_does_not_know_are_404(hub: Server, kind: str) -> None:
    assert httpx2.get(f"{hub.url}/api/{kind}").status_code == 404


def test_the_line_of_the_documentation_works_with_the_pinned_client(hub: Server, tmp_path: Path) -> None:
    """With telemetry as the client ships it: the variables of docs/publish.md and no others."""
    repo = hub.new(a__json="{}")
    look = f"from huggingface_hub import HfApi; print(HfApi().model_info({repo!r}).sha)"
    environment = {**hub.environment(tmp_path), "CLAUDECODE": "1"}
    environment.pop("HF_HUB_DISABLE_TELEMETRY", None)
    done = subprocess.run([sys.executable, "-c", look], env=environment, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.strip()) == 40


def test_a_rankings_row_says_what_broke(hub: Server, tmp_path: Path) -> None:
    """One checkpoint whose weights never come: the others are ranked, and its row has the reason in one line."""
    import json

    from tests.support.field import make_models, write_data

    folders = make_models(tmp_path / "models")
    good, broken = hub.new(), hub.new()
    for repo in (good, broken):
        hub.api().upload_folder(repo_id=repo, folder_path=folders["good"])
    hub.fault(rf"GET /{broken}/resolve/.*safetensors", status=500, times=9999)
    words = ["rank", write_data(tmp_path / "data.csv", 120), good, broken, "--max-examples", "60", "--orders", "1"]
    line = [sys.executable, "-m", "lit_hf", *words, "--no-rivals", "--device", "cpu", "--format", "json"]
    done = subprocess.run(line, env=hub.environment(tmp_path / "home"), capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    rows = {row["model"]["id"]: row for row in json.loads(done.stdout)["ranking"]}
    assert "500" in rows[broken]["error"]
    assert rows[good]["error"] is None
    assert "trying again" in done.stderr
    assert "This is a bug" not in done.stderr + done.stdout
