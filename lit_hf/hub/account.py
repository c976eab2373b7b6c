"""Who pushes, and where they may write."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lit_hf.hub.connection import speaking
from lit_hf.hub.errors import NoWritePermission
from lit_hf.runtime.hub_errors import NotLoggedIn

if TYPE_CHECKING:
    from huggingface_hub import HfApi

READING_ROLES = {"read", "no_access"}
"""Roles that are known not to write; of any other, which a Hub may give a name of its own, the Hub is asked."""


@dataclass(frozen=True)
class Account:
    """A user and the namespaces in which repositories are theirs to write to."""

    name: str
    namespaces: frozenset[str]

    def owns(self, repo: str) -> bool:
        """Whether a repository is the user's own or of an organisation in which the user may write."""
        return repo.split("/")[0] in self.namespaces


def account(api: HfApi) -> Account:
    """The account of the token in use. Raises `NotLoggedIn`, and `NoWritePermission` for a token that can only read."""
    if api.token is False:
        raise NotLoggedIn
    with speaking("your account"):
        found = api.whoami(cache=True)
    name = found.get("name")
    if not isinstance(name, str) or found.get("type", "user") != "user":
        raise NotLoggedIn("the token is not a user's")
    token = (found.get("auth") or {}).get("accessToken") or {}
    if token.get("role") in READING_ROLES:
        raise NoWritePermission(
            "the Hub", "this token can only read", "Make a token with write access, then `hf auth login`."
        )
    orgs = [org["name"] for org in found.get("orgs") or () if org.get("roleInOrg") not in READING_ROLES]
    return Account(name, frozenset({name, *orgs}))
