"""`LITEvaluator`: L_IT of a SentenceTransformer on a fixed stream, where sentence-transformers takes an evaluator."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from lit_hf.errors import MissingExtra
from lit_hf.integrations.stream import FixedStream

try:
    import sentence_transformers
except ImportError as error:
    raise MissingExtra("sentence-transformers", "sentence-transformers") from error
if hasattr(sentence_transformers, "sentence_transformer"):  # its home since version 6
    from sentence_transformers.sentence_transformer.evaluation import BaseEvaluator
else:
    from sentence_transformers.evaluation import BaseEvaluator


class LITEvaluator(BaseEvaluator):
    """Measures how much a SentenceTransformer knows of a fixed labelled stream: L_IT (frozen), in bits; more is better.

    Give it to `SentenceTransformerTrainer(evaluator=...)`, or call it on a model. It returns `lit_transfer_bits` (the
    primary metric), `lit_transfer_low`, `lit_transfer_high`, `lit_transfer_bits_per_label`, `lit_codelength_bits` and
    `lit_seconds`, each with `name_` in front when there is a name. Stream, order and twin are the same at every call.

    data, labels: texts and one label each, or a loaded dataset, or a dataset's name; none of the examples that the
    model learns from. task: as `--task` has it, where labels do not say what they are.
    write_csv: append a line to `lit_evaluation[_name]_results.csv` where the trainer gives a folder.
    """

    def __init__(
        self,
        data: Any,
        labels: Sequence[int | str] | None = None,
        *,
        task: str | None = None,
        name: str = "",
        max_examples: int = 1_000,
        orders: int = 1,
        seed: int = 0,
        max_tokens: int | None = None,
        cache_dir: str | None = None,
        write_csv: bool = True,
    ) -> None:
        super().__init__()
        self.primary_metric, self.name, self.write_csv = "lit_transfer_bits", name, write_csv
        self.stream = FixedStream(
            data, labels, task=task, max_examples=max_examples, orders=orders, seed=seed, max_tokens=max_tokens,
            cache_dir=cache_dir,
        )  # fmt: skip

    def __call__(
        self, model: Any, output_path: str | None = None, epoch: int = -1, steps: int = -1
    ) -> dict[str, float]:
        """Measure `model`; raise `UnsupportedModel` when it does more than transform, pool and normalise."""
        found = self.stream.measure(model).logs()
        if output_path is not None and self.write_csv:
            self._write(Path(output_path), {"epoch": epoch, "steps": steps, **found})
        metrics: dict[str, float] = self.prefix_name_to_metrics(found, self.name)
        self.store_metrics_in_model_card_data(model, metrics, epoch, steps)
        return metrics

    def get_config_dict(self) -> dict[str, Any]:
        """Return what decides the numbers, for the model card."""
        chosen = self.stream.settings
        return {"labels": self.stream.labels, "orders": chosen.orders, "seed": chosen.seed}

    @property
    def description(self) -> str:
        """What the model card calls it."""
        return "Information Transfer"

    def _write(self, folder: Path, row: dict[str, float]) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        file = folder / f"lit_evaluation{'_' if self.name else ''}{self.name}_results.csv"
        fresh = not file.exists()
        with file.open("a", encoding="utf-8", newline="") as handle:
            writer = csv.DictWriter(handle, list(row))
            if fresh:
                writer.writeheader()
            writer.writerow(row)
