"""The door to the figures: each takes one record or several and gives a matplotlib figure."""

from lit_hf.reports.plots import EACH, TOGETHER, curve, curves, ladder, layers, ranking, switching

__all__ = ["EACH", "TOGETHER", "curve", "curves", "ladder", "layers", "ranking", "switching"]
