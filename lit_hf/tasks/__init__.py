"""What is coded: labelled groups of inputs in one seeded permutation. `load_task` is the door; a kind is one file."""

from lit_hf.tasks.contract import DatasetInfo, Holdout, Input, Task
from lit_hf.tasks.load import load_task

__all__ = ["DatasetInfo", "Holdout", "Input", "Task", "load_task"]
