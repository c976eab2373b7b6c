"""What a loader may do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lit_hf.config import EncoderSettings


@dataclass(frozen=True)
class Policy:
    """What a loader may do."""

    trust_remote_code: bool = False
    allow_pickle: bool = False
    stock_code: bool = False
    """Read what names code of its own with transformers' instead."""

    @classmethod
    def of(cls, settings: EncoderSettings) -> Policy:
        """Return what `settings` allow."""
        return cls(settings.trust_remote_code, settings.allow_pickle, settings.stock_code)


SAFE = Policy()
"""Nothing that could run code of the checkpoint."""
