"""The last step of the code of numbers: the Bayes node over (marginal, probes), label by label, and its distribution
halved into decisions that an entropy coder takes.

Every part of the code is a mixture of Student's distributions, but for the urns, which also hold the bins seen before.
So is the whole, and a bin is found by yes or no: left of the middle or not; then, outwards, within 2^s bins or beyond
(the escape, with no end to how far a number may lie); then, inwards, left or right half, until one bin remains. The
probabilities along the way multiply to the bin's own.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import Counter
from collections.abc import Sequence

import numpy as np

from lit_hf.codes.forecast import Forecast
from lit_hf.codes.loop import Chunk
from lit_hf.codes.marginal import PSEUDO_MEANS, SCALES, URNS, conjugate, prior_forecast
from lit_hf.codes.numbers import Foresight
from lit_hf.proof.quantised import Symbols, integers

FARTHEST = 62  # of s: bins are int64
CENTRE = 2.0**51  # the farthest middle: bins lie within 2^50 of 0
FLAT = 1e-11  # of the mass beyond: below it float64 does not tell two halves apart, whose density is the same


class Marginal:
    """`lit_hf.codes.marginal.marginal_bits`, one label after another."""

    def __init__(self) -> None:
        self.n, self._first, self._sum, self._squares = 0, 0.0, 0.0, 0.0
        self._normal = _settled(np.zeros(len(PSEUDO_MEANS) * len(SCALES)))  # natural logarithms of weights
        self._parts = np.log([0.5, *(0.25 for _ in URNS)])
        self.seen = Counter[int]()
        self.sorted: list[int] = []
        self._waiting: list[int] = []

    def forecast(self) -> Forecast:
        """Return all distributions [K, 1]: the conjugate ones, then the prior's."""
        n, sums, squares = (np.array([float(value)]) for value in (self.n, self._sum, self._squares))
        found = [conjugate(n, self._first, sums, squares, pseudo) for pseudo in PSEUDO_MEANS] + [prior_forecast(1)]
        return Forecast(*(np.concatenate([getattr(one, name) for one in found]) for name in _FIELDS))

    def log_weights(self) -> np.ndarray:
        """Return the weights [K] with which the distributions make up Q, natural logarithms."""
        share = 1 / (self.n + 2)
        return np.concatenate([np.log1p(-share) + self._normal, np.full(len(SCALES), np.log(share / len(SCALES)))])

    def atoms(self) -> float:
        """Return what each label seen adds to the probability of its bin; all else is spread as Q."""
        return float(np.sum(np.exp(self._parts[1:]) / (self.n + np.array(URNS))))

    def log_mass(self, logs: np.ndarray, label: int) -> float:
        """Return the logarithm of the marginal's probability of `label`, for the distributions' `logs` [K] of it."""
        return float(np.logaddexp.reduce(self._parts + self._gave(logs, label)))

    def learn(self, logs: np.ndarray, label: int, *, ends: bool) -> None:
        """Take a label: weights move at once, what is counted when its group `ends`."""
        self._parts = _settled(self._parts + self._gave(logs, label))
        self._normal = _settled(self._normal + logs[: len(self._normal)])
        self._waiting.append(label)
        if ends:
            for one in self._waiting:
                self._count(one)
            self._waiting = []

    def state(self) -> np.ndarray:
        """Return the numbers that all depends on."""
        return np.array([self.n, self._first, self._sum, self._squares, *self._normal, *self._parts])

    def _gave(self, logs: np.ndarray, label: int) -> np.ndarray:
        """Return what Q and the urns gave to a label, natural logarithms [3]."""
        base = np.logaddexp.reduce(self.log_weights() + logs)
        count = self.seen[label]
        urns = [np.log((count + size * np.exp(base)) / (self.n + size)) for size in URNS]
        return np.array([base, *urns])

    def _count(self, label: int) -> None:
        self._first = float(label) if self.n == 0 else self._first
        shifted = label - self._first
        self.n, self._sum, self._squares = self.n + 1, self._sum + shifted, self._squares + shifted * shifted
        self.seen[label] += 1
        insort(self.sorted, label)


class Whole:
    """One label's distribution: Student's with weights [K], and `atom` for each label of `seen`, sorted."""

    def __init__(self, parts: Forecast, weights: np.ndarray, atom: float, seen: list[int]) -> None:
        self._parts, self._weights, self._atom, self._seen = parts, weights, atom, seen
        first = int(weights.argmax())
        self.centre = round(float(np.clip(parts.location[first, 0], -CENTRE, CENTRE)))
        self.reach = int(np.ceil(np.log2(np.clip(parts.scale[first, 0], 1.0, CENTRE))))

    def beyond(self, at: int, side: int) -> float:
        """Return the weight of Student's parts from bin `at` on, outwards: to the right for `side` 1, else to the left.

        Each tail is computed as a tail, so that small ones keep their digits.
        """
        from scipy.special import stdtr

        z = side * (self._parts.location - (at - side * 0.5)) / self._parts.scale
        return float(self._weights @ stdtr(self._parts.freedom, z)[:, 0])

    def seen(self, start: int, stop: int) -> float:
        """Return the weight of labels seen in bins [start, stop)."""
        return self._atom * (bisect_left(self._seen, stop) - bisect_left(self._seen, start))


def find_bin(whole: Whole, side: Symbols, label: int | None) -> int:
    """Code the bin `label`, or read it: decide until one bin remains."""
    far = 1 << (FARTHEST + 1)
    left, right = whole.beyond(whole.centre - 1, -1), whole.beyond(whole.centre, 1)
    weights = left + whole.seen(-far, whole.centre), right + whole.seen(whole.centre, far)
    way = 1 if _decide(side, *weights, None if label is None else label >= whole.centre) else -1
    start = whole.centre if way == 1 else whole.centre - 1
    now = None if label is None else way * (label - start)  # steps outwards
    low, power, outer = 0, whole.reach, right if way == 1 else left
    while power < FARTHEST:
        beyond = whole.beyond(start + way * (1 << power), way)
        inside = outer - beyond + _seen(whole, start, way, low, 1 << power)
        outside = beyond + _seen(whole, start, way, 1 << power, far)
        if not _decide(side, inside, outside, None if now is None else now >= 1 << power):
            break
        low, power, outer = 1 << power, power + 1, beyond
    else:
        beyond = 0.0
    return start + way * _halve(whole, side, (start, way), (low, 1 << power), (outer, beyond), now)


def _halve(
    whole: Whole, side: Symbols, ray: tuple[int, int], span: tuple[int, int], mass: tuple[float, float], now: int | None
) -> int:
    """Return the step within `span` along the `ray` (first bin, direction); `mass`: what lies beyond both its ends."""
    (start, way), (low, high), (outer, beyond) = ray, span, mass
    while high - low > 1:
        middle = (low + high) // 2
        cut = whole.beyond(start + way * middle, way)
        near, far = outer - cut, cut - beyond
        if near + far <= FLAT * outer or min(near, far) < 0:
            near = far = max(near + far, 0.0) / 2
        near, far = near + _seen(whole, start, way, low, middle), far + _seen(whole, start, way, middle, high)
        if _decide(side, near, far, None if now is None else now >= middle):
            low, outer = middle, cut
        else:
            high, beyond = middle, cut
    return low


def _seen(whole: Whole, start: int, way: int, low: int, high: int) -> float:
    """Return the weight of labels seen at steps [low, high) along a ray."""
    if way == 1:
        return whole.seen(start + low, start + high)
    return whole.seen(start - high + 1, start - low + 1)


def _decide(side: Symbols, no: float, yes: float, answer: bool | None) -> bool:
    """Code one decision with weights that need not sum to one; where both are nothing, it costs a bit."""
    total = no + yes
    chance = min(max(yes / total, 0.0), 1.0) if total > 0 else 0.5
    return bool(side.code(integers(np.array([[1 - chance, chance]])), None if answer is None else int(answer)))


class Numbers:
    """What `Sequential` is for classes."""

    def __init__(self) -> None:
        self._marginal = Marginal()
        self._top = np.log([0.5, 0.5])  # marginal, probes
        self._chunk: Chunk | None = None
        self._leaves = np.empty(0)  # natural logarithms of their weights

    def meet(self, chunks: Sequence[Chunk]) -> bytes:
        """Take the predictions of a piece; return what its digest is made of."""
        [chunk] = chunks
        found: Foresight = chunk.table
        self._chunk = chunk
        self._leaves = np.full(len(SCALES), -np.log(len(SCALES))) if found.prior else found.log_weights()
        seen = (found.leaves.location, found.leaves.scale, found.leaves.freedom, self._leaves, self._top)
        return b"".join(np.ascontiguousarray(one).astype("<f8").tobytes() for one in (*seen, self._marginal.state()))

    def code(self, side: Symbols, at: int, *, ends: bool) -> int:
        """Code the bin at position `at` on one `side`, learn it and return it; its group `ends` with it or not."""
        assert self._chunk is not None
        marginal, probes = self._marginal.forecast(), self._probes(at - self._chunk.start)
        shares = np.exp(self._top) if self._chunk.start else np.array([1.0, 0.0])  # first the marginal stands alone
        parts = Forecast(*(np.concatenate([getattr(marginal, f), getattr(probes, f)]) for f in _FIELDS))
        spread = 1 - self._marginal.atoms() * self._marginal.n
        weights = np.concatenate(
            [shares[0] * spread * np.exp(self._marginal.log_weights()), shares[1] * np.exp(self._leaves)]
        )
        whole = Whole(parts, weights, shares[0] * self._marginal.atoms(), self._marginal.sorted)
        label = find_bin(whole, side, side.known(at))
        self._learn(parts.log_mass(np.array([label]))[:, 0], label, ends=ends)
        return label

    def _probes(self, row: int) -> Forecast:
        """Return the probes' distributions [E, 1] of one row of the piece."""
        assert self._chunk is not None
        if self._chunk.table.prior:
            return prior_forecast(1)
        return Forecast(*(getattr(self._chunk.table.leaves, name)[:, row : row + 1] for name in _FIELDS))

    def _learn(self, logs: np.ndarray, label: int, *, ends: bool) -> None:
        assert self._chunk is not None
        split = len(logs) - len(self._leaves)
        if self._chunk.start:
            null = self._marginal.log_mass(logs[:split], label)
            paid = float(np.logaddexp.reduce(self._leaves + logs[split:]))
            self._top = _settled(self._top + np.array([null, paid]))
        self._marginal.learn(logs[:split], label, ends=ends)


_FIELDS = ("location", "scale", "freedom")


def _settled(logs: np.ndarray) -> np.ndarray:
    """Return logarithms of weights that sum to one."""
    return np.asarray(logs - np.logaddexp.reduce(logs))
