"""Pushing records into a model's repository, with the real client against the stand-in Hub in another process."""

from __future__ import annotations

from typing import Any

import pytest
from huggingface_hub import HfApi, ModelCard

from lit_hf.errors import GatedRepository
from lit_hf.hub import model
from lit_hf.hub.errors import (
    InvalidCard,
    NoWritePermission,
    OtherModel,
    RefusedByHub,
    RepositoryChanged,
    UnknownRepository,
    ValueDiffers,
)
from lit_hf.runtime.hub_errors import HubFailed, NetworkLost, NotLoggedIn, RateLimited
from lit_hf.runtime.transport import Patience
from tests.support.hub import Server
from tests.support.records import hub_record as record

CARD = "---\r\nlicense: mit  # chosen by the owner\r\ncustom: 1\r\n---\r\n# Mine\r\n"
IMPATIENT = Patience(attempts=2, first_pause=0.01, longest_pause=5)


def push(api: HfApi, *records: dict[str, Any], **options: Any) -> Any:
    """`model.push` without long pauses."""
    return model.push(api, records, patience=options.pop("patience", IMPATIENT), **options)


def read(hub: Server, repo: str, revision: str = "main") -> str:
    """The card as it is on the Hub, byte for byte."""
    path = hub.api().hf_hub_download(repo, "README.md", revision=revision)
    with open(path, encoding="utf-8", newline="") as file:
        return file.read()


def commits(hub: Server, repo: str) -> int:
    """How many commits were made since the last reset."""
    return sum(line.startswith(f"POST /api/models/{repo}/commit") for line in hub.log())


def test_owner_pushes_one_commit_and_pushing_again_none(hub: Server) -> None:
    """The card gains the entry, keeps its bytes, passes the Hub's validation; the second push changes nothing."""
    repo = hub.new(README__md=CARD)
    data = record(model=repo).data
    hub.reset()
    done = push(hub.api(), data)
    assert done.url.startswith(f"{hub.url}/{repo}/commit/")
    text = read(hub, repo)
    assert text.startswith(CARD[: CARD.index("\r\n---\r\n# Mine")])
    assert "\n" not in text.replace("\r\n", "")
    assert ModelCard(text).data.eval_results[0].metric_type == "information-transfer"
    assert push(hub.api(), data).url is None
    assert commits(hub, repo) == 1


def test_a_repository_without_a_card_gets_one(hub: Server) -> None:
    """No README.md is an empty card."""
    repo = hub.new()
    push(hub.api(), record(model=repo).data)
    assert "information-transfer" in read(hub, repo)


def test_dry_run_shows_the_diff_and_writes_nothing(hub: Server) -> None:
    """The very change that the push then makes, and no POST to the repository."""
    repo = hub.new(README__md=CARD)
    data = record(model=repo).data
    hub.reset()
    plan = push(hub.api(), data, dry_run=True).plan
    assert commits(hub, repo) == 0
    assert [change.path for change in plan.changes] == ["README.md"]
    added = [line for line in plan.diff().splitlines() if line.startswith("+") and "information-transfer" in line]
    assert added
    assert "-license" not in plan.diff()
    push(hub.api(), data)
    assert read(hub, repo).encode() == plan.changes[0].after


def test_an_organisation_that_one_may_write_to_is_own(hub: Server) -> None:
    """Ownership is what the Hub says of the account, not the name."""
    repo = hub.new(namespace="org")
    assert push(hub.api(), record(model=repo).data).url


def test_a_stranger_needs_a_pull_request_and_updates_it(hub: Server) -> None:
    """Refused without --create-pr; then one pull request, which later pushes update, and which the owner can merge."""
    repo, stranger = hub.new(README__md=CARD), hub.api("hf_stranger")
    with pytest.raises(NoWritePermission) as refused:
        push(stranger, record(model=repo).data)
    assert "--create-pr" in (refused.value.next_step or "")
    first = push(stranger, record(model=repo).data, create_pr=True)
    assert first.url == f"{hub.url}/{repo}/discussions/1"
    assert "information-transfer" not in read(hub, repo)
    second = push(stranger, record(model=repo, dataset="org/news").data, create_pr=True)
    assert second.plan.pull_request == 1
    better = push(stranger, record(model=repo, quality=0.7).data, create_pr=True)
    assert better.plan.pull_request == 1
    assert push(stranger, record(model=repo, quality=0.7).data, create_pr=True).url is None
    requests = list(hub.api().get_repo_discussions(repo))
    assert [(d.num, d.author, d.status) for d in requests] == [(1, "stranger", "open")]
    hub.api().merge_pull_request(repo, 1)
    merged = read(hub, repo)
    assert merged.count("information-transfer") == merged.count("lit-hf:begin") == 2
    assert push(stranger, record(model=repo, quality=0.7).data, create_pr=True).url is None


def test_others_pull_requests_and_closed_ones_are_not_ours(hub: Server) -> None:
    """A new request is opened beside them."""
    repo, stranger = hub.new(README__md=CARD), hub.api("hf_stranger")
    hub.api().create_commit(repo, _one_file(), commit_message=model.TITLE, create_pr=True)
    stranger.create_commit(repo, _one_file(), commit_message="Something else", create_pr=True)
    assert push(stranger, record(model=repo).data, create_pr=True).url.endswith("/discussions/3")
    stranger.change_discussion_status(repo, 3, "closed")
    assert push(stranger, record(model=repo).data, create_pr=True).url.endswith("/discussions/4")


def test_another_value_on_the_hub_is_refused(hub: Server) -> None:
    """Also by pull request; with overwrite it is replaced."""
    repo = hub.new()
    push(hub.api(), record(model=repo).data)
    for token in ("hf_owner", "hf_stranger"):
        with pytest.raises(ValueDiffers):
            push(hub.api(token), record(model=repo, quality=0.7).data, create_pr=True)
    push(hub.api(), record(model=repo, quality=0.7).data, overwrite=True)
    assert read(hub, repo).count("information-transfer") == 1


def test_a_commit_in_between_is_not_lost(hub: Server) -> None:
    """Two pushes at once: one finds a newer head, reads again, and both results are in the card."""
    from concurrent.futures import ThreadPoolExecutor

    repo = hub.new(README__md=CARD)
    hub.reset()
    hub.fault(rf"POST /api/models/{repo}/commit", hold=2, times=2)
    patience = Patience(attempts=4, first_pause=0.01)
    both = [record(model=repo, dataset=name).data for name in ("org/reviews", "org/news")]
    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(lambda data: push(hub.api(), data, patience=patience), both))
    assert all(published.url for published in done)
    assert read(hub, repo).count("information-transfer") == 2
    assert commits(hub, repo) == 3


def test_conflict_without_end_is_an_error(hub: Server) -> None:
    """412 and 409 each time: an error that says so."""
    repo = hub.new()
    hub.fault(rf"POST /api/models/{repo}/commit", status=412, times=1)
    hub.fault(rf"POST /api/models/{repo}/commit", status=409, times=1)
    with pytest.raises(RepositoryChanged, match="2 times"):
        push(hub.api(), record(model=repo).data)


def test_rate_limit_is_waited_for_or_said(hub: Server) -> None:
    """429 with a short Retry-After is obeyed; a long one is an error with the number of seconds."""
    repo = hub.new()
    hub.fault(rf"POST /api/models/{repo}/commit", status=429, headers={"Retry-After": "1"})
    assert push(hub.api(), record(model=repo).data).url
    hub.fault(rf"GET /api/models/{repo}", status=429, headers={"Retry-After": "600"})
    with pytest.raises(RateLimited) as limited:
        push(hub.api(), record(model=repo).data)
    assert limited.value.seconds == 600


@pytest.mark.parametrize("where", ["request", "response"])
@pytest.mark.parametrize("token", ["hf_owner", "hf_stranger"])
def test_a_connection_cut_once_is_healed(hub: Server, where: str, token: str) -> None:
    """Whether the commit arrived or not, after the retry it is there once, and there is one pull request at most."""
    repo = hub.new(README__md=CARD)
    hub.fault(rf"POST /api/models/{repo}/commit", cut=where)
    create_pr = token == "hf_stranger"
    done = push(hub.api(token), record(model=repo).data, create_pr=create_pr)
    assert read(hub, repo, "refs/pr/1" if create_pr else "main").count("lit-hf:begin") == 1
    assert len(list(hub.api().get_repo_discussions(repo))) == int(create_pr)
    assert done.url.startswith(f"{hub.url}/{repo}/{'discussions/1' if create_pr else 'commit/'}")


def test_a_connection_that_stays_cut_is_an_error_and_nothing_is_half_written(hub: Server) -> None:
    """Cut before it arrived: the card is as it was; the error says that a commit is never half-written."""
    repo = hub.new(README__md=CARD)
    hub.fault(rf"POST /api/models/{repo}/commit", cut="request", times=9)
    with pytest.raises(NetworkLost, match="never half-written") as lost:
        push(hub.api(), record(model=repo).data)
    assert "again" in (lost.value.next_step or "")
    assert read(hub, repo) == CARD


def test_no_server_at_all_is_a_lost_network() -> None:
    """Nothing listens there."""
    api = HfApi(endpoint="http://127.0.0.1:9", token="hf_owner")
    with pytest.raises(NetworkLost, match="nothing was written"):
        push(api, record(model="owner/model").data)


def test_what_the_hub_refuses_is_told_in_its_words(hub: Server) -> None:
    """Validation of the card (a licence that does not exist), and of the commit."""
    repo = hub.new()
    licence = {"errors": [{"message": '"license" must be one of [mit]'}], "warnings": []}
    hub.fault("POST /api/validate-yaml", status=400, body=licence)
    with pytest.raises(RefusedByHub, match='"license" must be one of'):
        push(hub.api(), record(model=repo).data)
    hub.fault(rf"POST /api/models/{repo}/commit", status=400, body={"error": "not on a full moon"})
    with pytest.raises(RefusedByHub, match="full moon"):
        push(hub.api(), record(model=repo).data)
    assert not hub.api().file_exists(repo, "README.md")


def test_accounts_that_may_not(hub: Server) -> None:
    """No token, an unknown token, a token that can only read."""
    repo = hub.new()
    data = record(model=repo).data
    for token in (None, "hf_unknown"):
        with pytest.raises(NotLoggedIn) as error:
            push(hub.api(token), data)
        assert "hf auth login" in (error.value.next_step or "")
    with pytest.raises(NoWritePermission, match="can only read"):
        push(hub.api("hf_readonly"), data)


def test_repositories_that_cannot_be_pushed_to(hub: Server) -> None:
    """Missing; private; gated (its card cannot be read, so not extended); failing; and records of two models."""
    with pytest.raises(UnknownRepository):
        push(hub.api(), record(model="owner/missing").data)
    private, gated = hub.new(), hub.new(README__md=CARD)
    hub.settings("model", private, private=True)
    hub.settings("model", gated, gated="auto")
    with pytest.raises(UnknownRepository):
        push(hub.api("hf_stranger"), record(model=private).data, create_pr=True)
    with pytest.raises(GatedRepository):
        push(hub.api("hf_stranger"), record(model=gated).data, create_pr=True)
    assert push(hub.api(), record(model=gated).data).url
    hub.fault(rf"GET /api/models/{gated}", status=500, times=2)
    with pytest.raises(HubFailed):
        push(hub.api(), record(model=gated).data)
    for wrong in (
        [record(model=private).data, record(model=gated).data],
        [record(model="/a/folder", revision=None).data],
    ):
        with pytest.raises(OtherModel):
            push(hub.api(), *wrong)


def test_eval_results_only_where_the_benchmark_is_ours(hub: Server) -> None:
    """An L_IT is never written as another benchmark's score; for a benchmark whose metric it is, in the same commit."""
    other = "name: Other\nevaluation_framework: inspect-ai\ntasks:\n- {id: t, config: default, split: train}\n"
    ours = "name: Ours\nevaluation_framework: lit-hf\ntasks:\n- {id: transfer, config: default, split: train}\n"
    for registration, written in ((other, False), (ours, True), ("a: [", False)):
        dataset = hub.new("dataset", eval__yaml=registration)
        repo = hub.new()
        hub.reset()
        push(hub.api(), record(model=repo, dataset=dataset).data)
        assert commits(hub, repo) == 1
        results = hub.api().model_info(repo, expand=["evalResults"]).eval_results
        assert [(r.dataset_id, r.task_id) for r in results or ()] == ([(dataset, "transfer")] if written else [])
        assert push(hub.api(), record(model=repo, dataset=dataset).data).url is None


def test_a_card_that_is_not_text_is_refused(hub: Server) -> None:
    """Nothing is guessed about its encoding."""
    repo = hub.new(README__md=b"---\nlicense: mit\n---\n")
    hub.fault(rf"GET /{repo}/resolve/.*/README.md", status=200, raw="ff" * 21)
    with pytest.raises(InvalidCard, match="UTF-8"):
        push(hub.api(), record(model=repo).data)


def _one_file() -> list:
    from huggingface_hub import CommitOperationAdd

    return [CommitOperationAdd("notes.md", b"hello\n")]
