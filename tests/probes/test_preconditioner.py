"""The preconditioner against a dense inverse, moments against those of the whole array, cosines kept for learning."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
import torch
from torch import Tensor

from lit_hf.probes import preconditioner
from lit_hf.probes.fourier import FourierRidge
from lit_hf.probes.moments import Moments
from lit_hf.probes.preconditioner import Preconditioner
from tests.support.streams import gaussian, prefix, tensors, walk

CURVATURE = 0.25


def made(n: int, dim: int, penalties: Sequence[float], shared: bool) -> tuple[Preconditioner, Moments, Tensor]:
    inputs, labels = tensors(*gaussian(n, dim, 3))
    inputs = inputs * torch.linspace(0.5, 2, dim) + 0.3
    seen, moments = prefix(inputs, labels, n, 0), Moments(dim, torch.device("cpu"))
    moments.update(seen)
    bound = Preconditioner(torch.tensor(penalties), CURVATURE)
    bound.fit(seen, moments, moments.variance, shared=shared)
    return bound, moments, inputs


@pytest.mark.parametrize("columns", [1, 4])
@pytest.mark.parametrize("penalties", [(3.0,), (1.0, 10.0, 100.0)])
@pytest.mark.parametrize(("n", "dim", "shared"), [(20, 30, False), (20, 30, True), (90, 30, False), (90, 30, True)])
def test_it_is_the_inverse_of_the_bound(
    n: int, dim: int, shared: bool, penalties: tuple[float, ...], columns: int
) -> None:
    bound, moments, inputs = made(n, dim, penalties, shared)
    grad = torch.randn(dim, len(penalties), columns, generator=torch.Generator().manual_seed(0))
    centred = (inputs - inputs.mean(0)).double()
    found = bound.solve(grad)
    for index, penalty in enumerate(penalties):
        system = CURVATURE * centred.T @ centred + penalty * torch.diag(moments.variance.double())
        right = torch.linalg.solve(system, grad[:, index].double())
        # float32 factors of systems whose condition is below 1,000
        torch.testing.assert_close(found[:, index].double(), right, rtol=1e-3, atol=1e-5)


@pytest.mark.parametrize("count", [4, 5, 6])
def test_neighbouring_penalties_share_a_factor_at_their_geometric_mean(count: int) -> None:
    penalties = [3.0**power for power in range(count)]
    middles = [(penalties[i] * penalties[min(i + 1, count - 1)]) ** 0.5 for i in range(0, count, 2)]
    bound = made(90, 20, penalties, False)[0]
    grad = torch.randn(20, count, 2, generator=torch.Generator().manual_seed(0))
    for index in range(count):
        alone = made(90, 20, [middles[index // 2]], False)[0]
        torch.testing.assert_close(bound.solve(grad)[:, index], alone.solve(grad[:, index : index + 1])[:, 0])


def test_of_many_rows_it_sees_the_newest_and_keeps_the_exact_diagonal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preconditioner, "ROWS", 40)
    bound, moments, inputs = made(90, 20, [3.0], False)
    newest = (inputs[50:] - moments.mean).double()
    scatter = 90 / 40 * newest.T @ newest
    scatter.diagonal().copy_(90 * moments.variance.double())
    system = CURVATURE * scatter + 3.0 * torch.diag(moments.variance.double())
    grad = torch.randn(20, 1, 1, generator=torch.Generator().manual_seed(0))
    right = torch.linalg.solve(system, grad[:, 0].double())
    torch.testing.assert_close(bound.solve(grad)[:, 0].double(), right, rtol=1e-3, atol=1e-5)  # float32 factors


def test_moments_are_those_of_all_rows_whoever_asks_and_when() -> None:
    inputs, labels = tensors(*gaussian(100, 8, 2))
    lazy, eager = Moments(8, torch.device("cpu")), Moments(8, torch.device("cpu"), eager=True)
    for start, stop in ((0, 30), (30, 70), (70, 100)):
        seen = prefix(inputs, labels, stop, start)
        for moments in (lazy, lazy, eager):  # two probes that share the moments both bring the rows
            moments.update(seen)
    centred = inputs - inputs.mean(0)
    for moments in (lazy, eager):
        assert moments.n == 100
        torch.testing.assert_close(moments.mean, inputs.mean(0))
        torch.testing.assert_close(moments.variance, inputs.var(0, correction=0))
        torch.testing.assert_close(moments.scatter(seen), centred.T @ centred, rtol=1e-4, atol=1e-3)


def test_cosines_that_were_paid_are_not_computed_again(monkeypatch: pytest.MonkeyPatch) -> None:
    inputs, labels = tensors(*gaussian(300, 8, 2))
    rows = []
    plain = FourierRidge._cosines
    monkeypatch.setattr(FourierRidge, "_cosines", lambda self, x: rows.append(len(x)) or plain(self, x))
    for _ in walk(FourierRidge(8, 2, (10.0, 100.0), features=32), inputs, labels):
        pass
    assert sum(rows) == 300  # the first rows to learn from, the later ones to predict
