"""The feature store: content-addressed shards of a stream, memory-mapped, computed once. `embed` is the door."""

from lit_hf.features.embed import Features, embed
from lit_hf.features.shells import shards, shells
from lit_hf.features.store import FeatureStore

__all__ = ["FeatureStore", "Features", "embed", "shards", "shells"]
