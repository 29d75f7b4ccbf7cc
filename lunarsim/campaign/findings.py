"""What the runs of a campaign say together: what the report prints, the figures draw and the summary holds."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from astropy import units as u
from numpy.typing import NDArray

from lunarsim.arguments import checked
from lunarsim.campaign.heldout import CrossCheck
from lunarsim.campaign.impact_sensitivities import Factor, Sensitivity, sensitivities
from lunarsim.campaign.outcome import GROUND
from lunarsim.campaign.result import CampaignResult
from lunarsim.errors import InputError
from lunarsim.mission import Site
from lunarsim.mission.clock import time_after
from lunarsim.mission.over_ground import over_ground_pa, way_from
from lunarsim.moon.orientation import ROT_ME_FROM_PA
from lunarsim.orbits import State
from lunarsim.plan import Burn
from lunarsim.statistics import CROSSRANGE, Density, Ellipse, EllipseInterval, Footprint, Quantile, Rate, quantiles

PROBABILITIES = (0.05, 0.5, 0.95)
_POSITION, _VELOCITY = ("x_m", "y_m", "z_m"), ("vx_mps", "vy_mps", "vz_mps")
_LEAST_FOR_DENSITY = 100  # impacts: contours of fewer show the kernel, not them
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


@checked
@dataclass(frozen=True, kw_only=True)
class QuantileSummary:
    """Quantiles of one column over the runs of one outcome."""

    column: str
    description: str
    unit: str
    outcome: str
    quantiles: tuple[Quantile, ...]


@checked
@dataclass(frozen=True, kw_only=True, eq=False)
class Impacts:
    """Where the runs came down, and what that is sensitive to.

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
    sensitivities : tuple of Sensitivity
        Downrange and crossrange; empty where there is none.
    without_sensitivities : str
        Why there is none.
    """

    footprint: Footprint
    ellipse: Ellipse
    interval: EllipseInterval
    heading_deg: float
    factors: Mapping[str, Factor]
    sensitivities: tuple[Sensitivity, ...]
    without_sensitivities: str = ""

    def density(self) -> Density | None:
        """Return an estimate of the density of the impacts; None where they are few, or lie on a line."""
        if len(self.footprint) < _LEAST_FOR_DENSITY:
            return None
        try:
            return self.footprint.density()
        except InputError:
            return None

    def is_near(self, site: Site, *, factor: float = 3.0) -> bool:
        """Return whether a site lies within some times the reach of the impacts, downrange and crossrange."""
        plane = self.footprint.plane
        xy_m = plane.forward(site.latitude.to_value(u.deg), site.longitude.to_value(u.deg))
        there = Footprint(plane=plane, xy_m=xy_m).downrange_crossrange(self.heading_deg)
        reach = np.abs(self.footprint.downrange_crossrange(self.heading_deg)).max(axis=0)
        return bool(np.all(np.abs(there) <= factor * reach))

    def main_factors(self, most: int) -> list[str]:
        """Return the labels of the factors to which the impacts are most sensitive, downrange or crossrange."""
        shares: dict[str, float] = defaultdict(float)
        for sensitivity in self.sensitivities:
            largest = abs(sensitivity.tornado.effects[0].swing) or 1.0
            for effect in sensitivity.tornado.effects:
                shares[effect.name] = max(shares[effect.name], abs(effect.swing) / largest)
        return sorted(shares, key=lambda label: -shares[label])[:most]


@checked
@dataclass(frozen=True, kw_only=True, eq=False)
class CampaignFindings:
    """All that a report says of a campaign.

    Attributes
    ----------
    result : CampaignResult
        The runs.
    rates : mapping of str to Rate
        By outcome.
    failures : mapping of str to int
        How many runs could not be flown, by the reason.
    quantiles : tuple of QuantileSummary
        Speed, flight-path angle and time of impacts; durations of burns, and columns of one's own, by outcome.
    impacts : Impacts or None
        None where there are too few, or they have no mean.
    without_impacts : str
        Why there is none.
    cross_check : CrossCheck or None
        The comparison with the reference driver, where it was asked for.
    """

    result: CampaignResult
    rates: Mapping[str, Rate]
    failures: Mapping[str, int]
    quantiles: tuple[QuantileSummary, ...]
    impacts: Impacts | None
    without_impacts: str = ""
    cross_check: CrossCheck | None = field(default=None)

    @classmethod
    def of(cls, result: CampaignResult, *, check: int) -> CampaignFindings:
        """Return what the runs of a campaign say; so many random ones are flown by the reference driver as well."""
        rates = result.rates()
        impacts, why = _impacts(result)
        flown = any(outcome != "failed" for outcome in rates)
        return cls(
            result=result,
            rates=rates,
            failures=result.failures(),
            quantiles=tuple(_summaries(result, [outcome for outcome in rates if outcome != "failed"])),
            impacts=impacts,
            without_impacts=why,
            cross_check=result.cross_check(check, seed=result.seed) if check and flown else None,
        )


def _column(result: CampaignResult, name: str) -> NDArray[Any]:
    """Return a column of the whole dataset, which is read once; one by one they would be read file by file."""
    values: NDArray[Any] = result.dataset[name].values
    return values


def _summaries(result: CampaignResult, outcomes: list[str]) -> list[QuantileSummary]:
    burns = sum(isinstance(phase, Burn) for phase in result.campaign.scenario.plan)
    asked = _OF_IMPACTS | (_OF_TOUCHDOWNS if result.campaign.scenario.guided else {})
    found = [_summary(result, column, description, GROUND) for column, description in asked.items()]
    for k in range(burns):
        description = f"burn {k}, duration" if burns > 1 else "burn, duration"
        found += [_summary(result, f"burn{k}_duration_s", description, outcome) for outcome in outcomes]
    for own in result.campaign.work(result.n, result.seed).own_columns:
        found += [_summary(result, own.name, own.text, outcome) for outcome in outcomes]
    return [summary for summary in found if summary is not None]


def _summary(result: CampaignResult, column: str, description: str, outcome: str) -> QuantileSummary | None:
    """Return the quantiles of a column over the runs of an outcome that have it: not all reach every burn."""
    values = _column(result, column)[result.where(outcome)]
    values = values[np.isfinite(values)]
    if values.size == 0:
        return None
    return QuantileSummary(
        column=column,
        description=description,
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
    factors, found, why = sensitivities(result, footprint.downrange_crossrange(heading_deg))
    return Impacts(
        footprint=footprint,
        ellipse=footprint.ellipse(),
        interval=footprint.ellipse_interval(),
        heading_deg=heading_deg,
        factors={factor.label: factor for factor in factors},
        sensitivities=found,
        without_sensitivities=why,
    ), ""


def _heading_deg(result: CampaignResult, footprint: Footprint) -> float:
    """Return the direction of flight at the centre of the footprint, from north through east.

    That of the mean velocity over the turning ground; a landing ends upright, and so comes from where it started, on
    the way that its start was going: after more than half a turn this is the longer way round.
    """
    chosen, start = result.where(GROUND), result.campaign.scenario.state
    mean = {name: float(_column(result, name)[chosen].mean()) for name in ("end_s", *_POSITION, *_VELOCITY)}
    end = State(
        [mean[name] for name in _POSITION] * u.m,
        [mean[name] for name in _VELOCITY] * (u.m / u.s),
        time_after(start.epoch, mean["end_s"]),
    )
    position, motion = over_ground_pa(end)
    if result.campaign.scenario.guided:
        motion = way_from(*over_ground_pa(start), position)
    towards = ROT_ME_FROM_PA @ motion
    latitude, longitude = np.radians([footprint.plane.latitude_deg, footprint.plane.longitude_deg])
    east = np.array([-np.sin(longitude), np.cos(longitude), 0.0])
    up = np.array([np.cos(latitude) * np.cos(longitude), np.cos(latitude) * np.sin(longitude), np.sin(latitude)])
    north = np.cross(up, east)
    return float(np.degrees(np.arctan2(towards @ east, towards @ north))) % 360.0
