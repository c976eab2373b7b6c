"""One contest: checkpoints on a dataset, raced, coded, compared; it composes the rooms as `evaluate` does for one.

plan ─> entrant (features that grow, a coder that stops) ─> race ─> finals ─> entries ─> lit_hf.ranking.table
"""
