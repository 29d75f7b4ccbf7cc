"""How an expansion is trained."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Options:
    """How an expansion is trained.

    Attributes
    ----------
    order : int
        Total order of the polynomials.
    training, calibration : int
        Exact runs for each choice of the switches: to fit, and to hold the error estimate to.
    seed : int
        Of their design.
    spread : float
        How many times as wide as the campaign the training runs scatter, of what is normally distributed.
    tolerance_m : float
        Error beyond which runs are flown exactly.
    confidence : float
        How often an error is below its estimate.
    """

    order: int
    training: int
    calibration: int
    seed: int
    spread: float
    tolerance_m: float
    confidence: float

    def to_document(self) -> dict[str, float]:
        """Return them as JSON knows them: with the campaign, they say which expansion it is."""
        return dict(vars(self))
