"""What the runs of a campaign say together: what the report prints, the figures draw and the summary holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from astropy import units as u
from numpy.typing import NDArray

from lunarsim.campaign import CampaignResult, HeldOut
from lunarsim.campaign.outcome import GROUND
from lunarsim.cli.campaign.effects import Factor, Moved, effects
from lunarsim.errors import InputError
from lunarsim.mission.clock import time_after
from lunarsim.moon.orientation import ROT_ME_FROM_PA, rot_me_from_icrf, rot_pa_from_icrf_with_rate
from lunarsim.plan import Burn
from lunarsim.statistics import CROSSRANGE, Ellipse, EllipseInterval, Footprint, Quantile, Rate, quantiles

PROBABILITIES = (0.05, 0.5, 0.95)
_LEAST_IMPACTS = 3  # of which a covariance can be made
_OF_IMPACTS = {
    "speed_mps": "inertial speed",
    "flight_path_deg": "flight-path angle",
    "end_s": "time after the epoch",
}
_OF_TOUCHDOWNS = {
    "descent_rate_mps": "descent rate over the ground",
    "horizontal_speed_mps": "speed along the ground",
    "tilt_deg": "tilt of the thrust axis",
    "downrange_miss_m": "downrange from the site",
    "crossrange_miss_m": f"{CROSSRANGE}, from the site",
    "propellant_left_kg": "propellant left",
}


@dataclass(frozen=True, kw_only=True)
class Spread:
    """Quantiles of one column over the runs of one outcome."""

    column: str
    words: str
    unit: str
    outcome: str
    quantiles: tuple[Quantile, ...]


@dataclass(frozen=True, kw_only=True, eq=False)
class Impacts:
    """Where the runs came down, and what moved that.

    Attributes
    ----------
    footprint : Footprint
        About the mean of the impacts.
    ellipse, interval : Ellipse, EllipseInterval
        Of 95 %, and the intervals of that of unlimited runs.
    heading_deg : float
        Mean direction of flight over the ground at impact, from north through east.
    factors : mapping of str to Factor
        The inputs that varied among the impacts, by label.
    effects : tuple of Moved
        Downrange and crossrange; empty where there is none.
    without_effects : str
        Why there is none.
    """

    footprint: Footprint
    ellipse: Ellipse
    interval: EllipseInterval
    heading_deg: float
    factors: Mapping[str, Factor]
    effects: tuple[Moved, ...]
    without_effects: str = ""


@dataclass(frozen=True, kw_only=True, eq=False)
class Findings:
    """All that a report says of a campaign.

    Attributes
    ----------
    result : CampaignResult
        The runs.
    rates : mapping of str to Rate
        By outcome.
    failures : mapping of str to int
        How many runs could not be flown, by the reason.
    spreads : tuple of Spread
        Speed, flight-path angle and time of impacts; durations of burns by outcome.
    impacts : Impacts or None
        None where there are too few, or they have no mean.
    without_impacts : str
        Why there is none.
    held_out : HeldOut or None
        The comparison with the reference driver, where it was asked for.
    """

    result: CampaignResult
    rates: Mapping[str, Rate]
    failures: Mapping[str, int]
    spreads: tuple[Spread, ...]
    impacts: Impacts | None
    without_impacts: str = ""
    held_out: HeldOut | None = field(default=None)

    @classmethod
    def of(cls, result: CampaignResult, *, check: int) -> Findings:
        """Return what the runs of a campaign say; so many random ones are flown by the reference driver as well."""
        rates = result.rates()
        impacts, why = _impacts(result)
        flown = any(outcome != "failed" for outcome in rates)
        return cls(
            result=result,
            rates=rates,
            failures=result.failures(),
            spreads=tuple(_spreads(result, [outcome for outcome in rates if outcome != "failed"])),
            impacts=impacts,
            without_impacts=why,
            held_out=result.held_out(check, seed=result.seed) if check and flown else None,
        )


def _column(result: CampaignResult, name: str) -> NDArray[Any]:
    """Return a column of the whole dataset, which is read once; one by one they would be read file by file."""
    values: NDArray[Any] = result.dataset[name].values
    return values


def _spreads(result: CampaignResult, outcomes: list[str]) -> list[Spread]:
    burns = sum(isinstance(phase, Burn) for phase in result.campaign.scenario.plan)
    asked = _OF_IMPACTS | (_OF_TOUCHDOWNS if result.campaign.scenario.guided else {})
    found = [_spread(result, column, words, GROUND) for column, words in asked.items()]
    for k in range(burns):
        words = f"burn {k}, duration" if burns > 1 else "burn, duration"
        found += [_spread(result, f"burn{k}_duration_s", words, outcome) for outcome in outcomes]
    return [spread for spread in found if spread is not None]


def _spread(result: CampaignResult, column: str, words: str, outcome: str) -> Spread | None:
    """Return the quantiles of a column over the runs of an outcome that have it: not all reach every burn."""
    values = _column(result, column)[result.where(outcome)]
    values = values[np.isfinite(values)]
    if values.size == 0:
        return None
    return Spread(
        column=column,
        words=words,
        unit=str(result.dataset[column].attrs["units"]),
        outcome=outcome,
        quantiles=quantiles(values, PROBABILITIES),
    )


def _impacts(result: CampaignResult) -> tuple[Impacts | None, str]:
    count = int(result.where(GROUND).sum())
    if count < _LEAST_IMPACTS:
        there = "no run came down" if count == 0 else f"only {count} of the runs came down"
        return None, f"{there}: a footprint takes {_LEAST_IMPACTS}"
    try:
        footprint = result.footprint(GROUND)
    except InputError as error:  # impacts all round the Moon
        return None, str(error)
    heading_deg = _heading_deg(result, footprint)
    factors, moved, why = effects(result, footprint.downrange_crossrange(heading_deg))
    return Impacts(
        footprint=footprint,
        ellipse=footprint.ellipse(),
        interval=footprint.ellipse_interval(),
        heading_deg=heading_deg,
        factors={factor.label: factor for factor in factors},
        effects=moved,
        without_effects=why,
    ), ""


def _heading_deg(result: CampaignResult, footprint: Footprint) -> float:
    """Return the direction of flight at the centre of the footprint, from north through east.

    That of the mean velocity over the turning ground; a landing ends upright, and so comes from where it started.
    """
    chosen = result.where(GROUND)
    mean = {
        name: float(_column(result, name)[chosen].mean())
        for name in ("end_s", "x_m", "y_m", "z_m", "vx_mps", "vy_mps", "vz_mps")
    }
    rot, rate = rot_pa_from_icrf_with_rate(time_after(result.campaign.scenario.state.epoch, mean["end_s"]))
    position = np.array([mean[f"{axis}_m"] for axis in "xyz"])
    velocity = np.array([mean[f"v{axis}_mps"] for axis in "xyz"])
    over_ground = ROT_ME_FROM_PA @ (rot @ velocity + rate @ position)
    if result.campaign.scenario.guided:
        start = result.campaign.scenario.state
        over_ground = ROT_ME_FROM_PA @ rot @ position - rot_me_from_icrf(start.epoch) @ start.position.to_value(u.m)
    latitude, longitude = np.radians([footprint.plane.latitude_deg, footprint.plane.longitude_deg])
    east = np.array([-np.sin(longitude), np.cos(longitude), 0.0])
    up = np.array([np.cos(latitude) * np.cos(longitude), np.cos(latitude) * np.sin(longitude), np.sin(latitude)])
    north = np.cross(up, east)
    return float(np.degrees(np.arctan2(over_ground @ east, over_ground @ north))) % 360.0
