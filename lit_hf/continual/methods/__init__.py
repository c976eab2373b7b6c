"""Methods of continual learning, one small file each, and the one list of them."""

from __future__ import annotations

from collections.abc import Callable

from lit_hf.continual.contract import Method
from lit_hf.continual.methods.ewc import Ewc
from lit_hf.continual.methods.joint import Joint
from lit_hf.continual.methods.l2 import L2
from lit_hf.continual.methods.lora import Lora
from lit_hf.continual.methods.lwf import Lwf
from lit_hf.continual.methods.naive import Naive
from lit_hf.continual.methods.replay import Replay
from lit_hf.errors import BadSetting

METHODS: dict[str, Callable[..., Method]] = {
    each.name: each for each in (Naive, Joint, Replay, Ewc, Lwf, L2, Lora)
}  # fmt: skip
DEFAULT = ("naive", "replay", "ewc=100", "ewc", "lwf", "l2", "joint")


def make_method(called: str) -> Method:
    """Return a fresh method of its name, `naive`, or with a strength, `ewc=100`; raise `BadSetting` for another."""
    name, sign, strength = called.partition("=")
    if name not in METHODS:
        raise BadSetting.one_of("methods", name, tuple(METHODS))
    if not sign:
        return METHODS[name]()
    if METHODS[name]().strength is None:
        raise BadSetting("methods", called, f"`{name}` alone: it has no strength")
    try:
        value = float(strength)
    except ValueError:
        value = -1.0
    if not 0 < value < float("inf"):
        raise BadSetting("methods", called, f"a number above 0 after `{name}=`")
    return METHODS[name](value)
