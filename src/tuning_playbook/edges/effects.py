"""An additive quadratic of every hyperparameter, its coefficients shrunk as the study asks for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

_SLOPE, _CURVATURE, _CHOICE = 0, 1, 2
# Means and standard deviations of the logarithms of the variances, in units of the scores'.
_PRIOR_MEANS = np.array([-3.0, -3.5, -3.0, -0.5])
_PRIOR_DEVIATIONS = np.array([1.5, 1.5, 1.5, 0.8])


@dataclass(frozen=True, slots=True, eq=False)
class AdditiveEffects:
    """What each hyperparameter does to the scores, the others held where they are.

    Args:
        columns: key -> its columns in the design.
        design: shape (n, m), centred basis functions at the configurations.
        coefficients: shape (m,), posterior means.
        covariance: shape (m, m), posterior.
        noise: posterior mode of the residual variance.
        residuals: shape (n,), scores less the fit.
    """

    columns: Mapping[str, tuple[int, ...]]
    design: FloatArray
    coefficients: FloatArray
    covariance: FloatArray
    noise: float
    residuals: FloatArray

    def at(self, key: str, units: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Effect at ``units`` less its mean over the range, and its standard deviation.

        Args:
            key: a numeric hyperparameter that was fitted.
            units: shape (k,), positions in the range, 0 to 1.

        Returns:
            Two arrays of shape (k,), in standard deviations of the scores; positive is better.
        """
        columns = list(self.columns[key])
        basis = quadratic_basis(units)[:, : len(columns)]
        covariance = self.covariance[np.ix_(columns, columns)]
        variance = np.einsum("ij,jk,ik->i", basis, covariance, basis)
        return basis @ self.coefficients[columns], np.sqrt(np.maximum(variance, 0.0))

    def without_others(self, key: str) -> FloatArray:
        """Scores less the fitted effects of all other hyperparameters, shape (n,)."""
        columns = list(self.columns[key])
        return self.residuals + self.design[:, columns] @ self.coefficients[columns]


def quadratic_basis(units: FloatArray) -> FloatArray:
    """Orthonormal polynomials of degree 1 and 2 over [0, 1], shape (k, 2).

    Example:
        >>> quadratic_basis(np.array([1.0])).round(3).tolist()
        [[1.732, 2.236]]
    """
    z = np.asarray(units, dtype=np.float64) - 0.5
    return np.column_stack([np.sqrt(12.0) * z, np.sqrt(180.0) * (z**2 - 1 / 12)])


def additive_effects(
    scores: FloatArray, numeric: Mapping[str, FloatArray], choices: Sequence[FloatArray] = ()
) -> AdditiveEffects:
    """Fit score = sum_j (b1_j phi1(u_j) + b2_j phi2(u_j)) + choices + noise by empirical Bayes.

    b1 ~ N(0, t1), b2 ~ N(0, t2), noise ~ N(0, s): one t1 and one t2 for all hyperparameters, so
    that many irrelevant ones shrink each other. This takes the place of a correction for the number
    of edges. The logarithms of the variances have normal priors and are set to their posterior
    mode; the algebra is that of 2 d x 2 d matrices.

    Args:
        scores: shape (n,), mean 0, variance 1.
        numeric: key -> shape (n,), positions in the range from 0 to 1; NaN where a configuration
            does not have it. Each has at least two levels.
        choices: columns of shape (n,) of 0 and 1 for categorical values, shrunk in a group of their
            own.
    """
    design: list[FloatArray] = []
    groups: list[int] = []
    columns: dict[str, tuple[int, ...]] = {}
    for key, units in numeric.items():
        there = np.isfinite(units)
        basis = quadratic_basis(np.where(there, units, 0.5))
        degree = 2 if len(np.unique(units[there])) > 2 else 1
        columns[key] = tuple(range(len(design), len(design) + degree))
        for power in range(degree):
            column = basis[:, power]
            design.append(np.where(there, column - column[there].mean(), 0.0))
            groups.append(_SLOPE if power == 0 else _CURVATURE)
    for choice in choices:
        design.append((choice - choice.mean()) / max(float(np.std(choice)), 1e-9))
        groups.append(_CHOICE)
    matrix = np.column_stack(design)
    fit = _Evidence(
        matrix.T @ matrix, matrix.T @ scores, float(scores @ scores), len(scores), np.array(groups)
    )
    mode = fit.mode()
    mean, covariance = fit.posterior(mode)
    return AdditiveEffects(
        columns=columns,
        design=matrix,
        coefficients=mean,
        covariance=covariance,
        noise=float(np.exp(mode[-1])),
        residuals=scores - matrix @ mean,
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Evidence:
    """Posterior of the variances' logarithms, by the sums that it depends on."""

    gram: FloatArray
    projected: FloatArray
    squares: float
    count: int
    groups: NDArray[np.int64]

    def posterior(self, logs: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Mean and covariance of the coefficients given the variances."""
        noise = np.exp(logs[-1])
        covariance = np.linalg.inv(self.gram / noise + np.diag(np.exp(-logs[self.groups])))
        return covariance @ self.projected / noise, covariance

    def gradient(self, logs: FloatArray) -> FloatArray:
        """Derivative of the log posterior, shape (4,)."""
        mean, covariance = self.posterior(logs)
        own = np.diag(covariance) * np.exp(-logs[self.groups])
        gains = mean**2 * np.exp(-logs[self.groups]) + own - 1
        found = np.zeros(4)
        found[:3] = 0.5 * np.bincount(self.groups, weights=gains, minlength=3)
        residual = self.squares - 2 * mean @ self.projected + mean @ self.gram @ mean
        found[3] = 0.5 * (residual / np.exp(logs[-1]) + np.sum(1 - own) - self.count)
        return np.asarray(found - (logs - _PRIOR_MEANS) / _PRIOR_DEVIATIONS**2)

    def mode(self) -> FloatArray:
        """The posterior mode: Newton steps of at most 1, on a Hessian kept negative definite."""
        logs = _PRIOR_MEANS.copy()
        for _ in range(40):
            slope = self.gradient(logs)
            hessian = np.column_stack(
                [(self.gradient(logs + step) - slope) / 1e-4 for step in 1e-4 * np.eye(4)]
            )
            values, vectors = np.linalg.eigh((hessian + hessian.T) / 2)
            step = vectors @ ((vectors.T @ slope) / np.maximum(np.abs(values), 0.1))
            logs = logs + np.clip(step, -1.0, 1.0)
            if np.max(np.abs(step)) < 1e-5:
                break
        return logs
