"""naive: learn each task when it comes, and do nothing else."""

from __future__ import annotations

from lit_hf.continual.contract import Method


class Naive(Method):
    """Finetuning: the floor that a method has to beat."""

    name = "naive"
