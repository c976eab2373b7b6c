"""Factorisations that do not fail on degenerate features: constant, copied or very unequal ones."""

from __future__ import annotations

import torch
from torch import Tensor


def eigen(matrix: Tensor) -> tuple[Tensor, Tensor]:
    """Return eigenvalues [r], ascending and at least 0, and eigenvectors [r, r] of a positive semi-definite matrix."""
    try:
        values, vectors = torch.linalg.eigh(matrix)
    except RuntimeError:  # torch.linalg.LinAlgError, which torch does not export to type checkers
        exact = matrix.double()
        values, vectors = torch.linalg.eigh(
            exact + 1e-9 * exact.diagonal().mean() * torch.eye(len(exact), device=exact.device)
        )
    return values.to(matrix.dtype).clamp_(min=0.0), vectors.to(matrix.dtype)


def factor(systems: Tensor) -> Tensor:
    """Return Cholesky factors [..., d, d] of symmetric `systems` that are definite but for float32 rounding.

    Where features are constant, copies of each other or of very different size, rounding leaves eigenvalues below
    zero: then a multiple of the identity is added that grows from 1e-6 of the largest entry until every system has a
    factor.
    """
    found, broken = torch.linalg.cholesky_ex(systems)
    share = 1e-6
    while bool(broken.any()) and share < 10:
        lift = share * systems.abs().amax((-2, -1), keepdim=True).clamp(min=1e-12)
        found, broken = torch.linalg.cholesky_ex(systems + lift * torch.eye(systems.shape[-1], device=systems.device))
        share *= 10
    return found


def thin_product(rows: Tensor, weights: Tensor) -> Tensor:
    """Return `rows` [n, d] times `weights` [d, m]; with few columns, each is laid out as a row first.

    MKL is two to four times faster that way on 3 to 8 columns, and equally fast from 16 on.
    """
    if weights.shape[1] < 16:
        return torch.nn.functional.linear(rows, weights.T.contiguous())
    return rows @ weights
