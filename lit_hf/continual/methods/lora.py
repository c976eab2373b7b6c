"""lora: each task learns an adapter of low rank of its own, which is merged into the weights when the task ends.

Hu et al. (2021), "LoRA: Low-Rank Adaptation of Large Language Models"; through PEFT, on all linear layers. The head
learns as ever. For text encoders.
"""

from __future__ import annotations

from typing import Any

from lit_hf.continual.contract import Learner, Method, Pool
from lit_hf.continual.networks import TextNetwork
from lit_hf.errors import BadSetting, MissingExtra
from lit_hf.runtime.seeding import forked

RATE = 10.0
"""Adapters learn so many times as fast as weights."""


class Lora(Method):
    """`strength` is the rank."""

    name = "lora"
    alike_at_first = False

    def __init__(self, strength: float = 8) -> None:
        self.strength = strength

    def before_task(self, learner: Learner) -> Pool:
        """Put a fresh adapter around the body, whose own weights stand still."""
        network: Any = learner.network
        if not isinstance(network, TextNetwork):
            raise BadSetting("methods", self.name, "left out for a perceptron: adapters are for text encoders")
        try:
            import peft
        except ImportError as error:
            raise MissingExtra("peft", "peft") from error
        rank = int(self.strength or 0)
        config = peft.LoraConfig(r=rank, lora_alpha=2 * rank, target_modules="all-linear", lora_dropout=0.0)
        with forked(int(learner.random.integers(2**31))):
            network.body = peft.get_peft_model(network.body, config)
        network.rate = TextNetwork.rate * RATE
        network.head_rate = TextNetwork.head_rate / RATE
        return super().before_task(learner)

    def after_task(self, learner: Learner) -> None:
        """Merge the adapter."""
        network: Any = learner.network
        network.body = network.body.merge_and_unload()
        network.body.requires_grad_(True)
