"""A race of checkpoints as pure functions of losses: who leaves, who comes back, when it ends, and with what risk.

rules ─> forecast (gap, drift) ─> standing (one stop) ─> hold (all stops). A verdict at a stop is a function of the
losses up to that stop only, so that a race can be replayed from stored losses by anyone. Losses are those of order 0,
float64 [groups] of each candidate, in bits per label: the sum over a group, divided by the mean number of labels of a
group (`per_label`).
"""

from lit_hf.ranking.race.forecast import Forecast, per_label
from lit_hf.ranking.race.hold import Entrants, Outcome, Row, Stop, hold, replay
from lit_hf.ranking.race.rules import Certain, Rules

__all__ = ["Certain", "Entrants", "Forecast", "Outcome", "Row", "Rules", "Stop", "hold", "per_label", "replay"]
