"""A selection: checkpoints on a dataset, raced, coded, compared; it composes the rooms as `evaluate` does for one.

plan ─> register ─> candidates (features that grow, a coder that stops) ─> race ─> chosen ─> records
─> lit_hf.ranking.table. Whoever does the work is a `Backend`: this process (local) or a fleet of workers.
"""
