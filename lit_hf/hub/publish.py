"""A plan sent, read back from the server, and sent again when others were faster or the connection broke."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from lit_hf.errors import LitError, warn
from lit_hf.hub.errors import NoWritePermission, RepositoryChanged
from lit_hf.hub.plan import Plan, Published, head, send
from lit_hf.runtime.hub_errors import HubFailed, NetworkLost, RateLimited
from lit_hf.runtime.transport import Patience, patiently

if TYPE_CHECKING:
    from huggingface_hub import HfApi


def publish(
    api: HfApi,
    make_plan: Callable[[], Plan],
    patience: Patience | None,
    *,
    dry_run: bool,
    instead: str | None,
    before: Callable[[Plan], None] | None = None,
) -> Published:
    """Make plans and send them until the server holds what was planned; with `dry_run` make one and send nothing.

    `make_plan` reads the repository anew, so a plan without changes says that all is there: after a commit this is
    how it is read back, which finds what a server lost that does not keep to the parent of a commit. `instead`: what to
    do where the server forbids to write, None for an account that owns the repository. `before` is told of the first
    plan before it is sent.
    """
    sent: list[Published] = []

    def attempt() -> Published:
        plan = make_plan()
        if dry_run or not plan.changes:
            return Published(plan, None) if dry_run or not sent else _arrived(api, sent[-1], plan)
        if before is not None and not sent:
            before(plan)
        sent.append(Published(plan, None))
        sent[-1] = send(api, plan)
        if _lost(make_plan):
            raise RepositoryChanged(plan.address, 1)
        return sent[-1]

    try:
        return patiently(attempt, patience)
    except NoWritePermission as error:
        raise (error if instead is None else NoWritePermission(error.repo, error.reason, instead)) from error
    except LitError as error:
        _say_what_is_left(api, error, [each.plan for each in sent])
        raise


def _lost(make_plan: Callable[[], Plan]) -> bool:
    """Tell whether the server lacks what it said to have taken; a server that cannot be asked has not lost it."""
    try:
        return bool(make_plan().changes)
    except (NetworkLost, HubFailed, RateLimited) as error:
        warn(f"the commit was taken, but could not be read back: {error.short}.")
        return False


def _arrived(api: HfApi, last: Published, now: Plan) -> Published:
    """Return what was done when the answer of the server was lost: `now` has found it there."""
    if last.url is not None:
        return last
    plan, site = last.plan, f"{api.endpoint}/{last.plan.address}"
    if now.pull_request is not None:
        return Published(plan, f"{site}/discussions/{now.pull_request}")
    return Published(plan, f"{site}/commit/{now.parent}")


def _say_what_is_left(api: HfApi, error: LitError, plans: list[Plan]) -> None:
    """Add to `error` that the repository was made for this push and is empty, where that is so."""
    made = next((plan for plan in plans if plan.parent is None), None)
    if made is None:
        return
    try:
        _, files = head(api, made.repo, made.kind)
    except LitError:
        return
    if not set(files) - {".gitattributes"}:
        left = f"The repository {made.address} was made and is empty: the next push fills it, or delete it on its page."
        error.next_step = f"{error.next_step} {left}" if error.next_step else left
