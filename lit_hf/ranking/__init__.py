"""Order checkpoints on one dataset: ties, races, agreement, and the scores others rank by."""
