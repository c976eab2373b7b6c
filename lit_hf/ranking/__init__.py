"""Order checkpoints on one dataset: ties, early elimination, agreement, and the scores others rank by."""
