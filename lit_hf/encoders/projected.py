"""A tower with the projection into the space that two towers share: what a CLIP folder of the library gives."""

from __future__ import annotations

from typing import Any

from torch import Tensor, nn


class ProjectedTower(nn.Module):
    """Calls a tower and puts its pooled output through `projection`, if there is one; takes what the tower takes."""

    def __init__(self, tower: nn.Module, projection: nn.Module | None) -> None:
        super().__init__()
        self.tower = tower
        self.projection = projection if projection is not None else nn.Identity()

    def forward(
        self, input_ids: Tensor | None = None, attention_mask: Tensor | None = None,
        pixel_values: Tensor | None = None, output_hidden_states: bool = False,
    ) -> Any:  # fmt: skip
        given = {"input_ids": input_ids, "attention_mask": attention_mask, "pixel_values": pixel_values}
        named = {name: value for name, value in given.items() if value is not None}
        output = self.tower(**named, output_hidden_states=output_hidden_states, return_dict=True)
        output.pooler_output = self.projection(output.pooler_output)
        return output
