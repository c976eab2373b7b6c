"""A dry run: what a job will download, embed and store, and how long it takes here, from a short measured warm-up.

work (what is to be done, what the stores hold) x warm_up (seconds measured) ─> estimate (arithmetic) ─> the plan
"""
