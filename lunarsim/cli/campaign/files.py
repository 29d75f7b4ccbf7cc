"""The figures and the summary of a campaign."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
from astropy import units as u
from matplotlib.axes import Axes

from lunarsim import plots
from lunarsim.campaign.outcome import GROUND
from lunarsim.cli.campaign.effects import Moved
from lunarsim.cli.campaign.findings import Findings, Impacts, Spread
from lunarsim.cli.figures import figure_writer, json_writer
from lunarsim.errors import InputError
from lunarsim.io import campaign_summary as parts
from lunarsim.io.output import Write
from lunarsim.mission import Site

_LONG = 5.0  # times as long as wide: drawn to scale, a footprint is then a line
_LEAST_FOR_DENSITY = 100  # impacts: contours of fewer show the kernel, not them
_NEAR = 3.0  # times as far as the farthest impact: beyond this a site is not drawn

_FIGURES = (
    "outcomes.png",
    "footprint.png",
    "speed.png",
    "touchdown.png",
    "tornado_downrange.png",
    "tornado_crossrange.png",
)
_OF_TOUCHDOWNS = ("descent_rate_mps", "horizontal_speed_mps", "propellant_left_kg")


def summary(findings: Findings, performance: dict[str, Any]) -> dict[str, Any]:
    """Return the findings as JSON can hold them."""
    impacts, scenario = findings.impacts, findings.result.campaign.scenario
    made = parts.campaign_summary(findings.result)
    made["quantiles"] = [
        {
            "column": spread.column,
            "unit": spread.unit,
            "outcome": spread.outcome,
            "quantiles": [parts.quantile_summary(quantile) for quantile in spread.quantiles],
        }
        for spread in findings.spreads
    ]
    made["footprint"] = made["effects"] = None
    if impacts is not None:
        made["footprint"] = {
            **parts.footprint_summary(impacts.footprint, impacts.ellipse, impacts.interval, scenario),
            "heading_deg": impacts.heading_deg,
        }
        inputs = {label: (factor.paths, factor.unit) for label, factor in impacts.factors.items()}
        made["effects"] = {
            moved.way: {"output": moved.words, **parts.tornado_summary(moved.found, moved.unit, inputs)}
            for moved in impacts.effects
        } or None
    made["held_out"] = None if findings.held_out is None else parts.held_out_summary(findings.held_out)
    return {**made, "performance": performance}


def files(findings: Findings, content: dict[str, Any]) -> dict[str, Write]:
    """Return, for each file name, what writes it; figures that the runs give nothing for are left out."""
    writers = {
        "summary.json": json_writer(content),
        "outcomes.png": figure_writer(lambda: plots.outcome_rates(findings.rates)),
    }
    if findings.impacts is None:
        return writers
    impacts, sites = findings.impacts, findings.result.campaign.scenario.sites
    writers["footprint.png"] = figure_writer(lambda: _draw_footprint(impacts, dict(sites)))
    if findings.result.campaign.scenario.guided:  # whose inertial speed is mostly the Moon's rotation
        writers["touchdown.png"] = figure_writer(lambda: _draw_touchdowns(findings))
    else:
        writers["speed.png"] = figure_writer(lambda: _draw_speed(findings, findings.spreads[0]))
    for moved in impacts.effects:
        writers[f"tornado_{moved.way}.png"] = figure_writer(partial(_draw_tornado, moved))
    return writers


def stale(content: dict[str, Write]) -> list[str]:
    """Return the names of the figures that other runs may have left, and these do not draw."""
    return [name for name in _FIGURES if name not in content]


def _draw_footprint(impacts: Impacts, sites: dict[str, Site]) -> Axes:
    ellipse = impacts.ellipse
    return plots.footprint(
        impacts.footprint,
        ellipses=[ellipse],
        densities=_densities(impacts),
        sites={name: site for name, site in sites.items() if _is_near(impacts, site)},
        downrange_azimuth=impacts.heading_deg * u.deg,
        to_scale=ellipse.semi_major_m < _LONG * ellipse.semi_minor_m,
    )


def _densities(impacts: Impacts) -> list[Any]:
    if len(impacts.footprint) < _LEAST_FOR_DENSITY:
        return []
    try:
        return [impacts.footprint.density()]
    except InputError:  # the impacts lie on a line
        return []


def _is_near(impacts: Impacts, site: Site) -> bool:
    """Return whether a site can be drawn without making the impacts small, downrange as well as crossrange."""
    plane, footprint = impacts.footprint.plane, impacts.footprint
    there = type(footprint)(
        plane=plane, xy_m=plane.forward(site.latitude.to_value(u.deg), site.longitude.to_value(u.deg))
    )
    reach = np.abs(footprint.downrange_crossrange(impacts.heading_deg)).max(axis=0)
    return bool(np.all(np.abs(there.downrange_crossrange(impacts.heading_deg)) <= _NEAR * reach))


def _draw_speed(findings: Findings, spread: Spread) -> Axes:
    result = findings.result
    values = result.dataset[spread.column].values[result.where(GROUND)]
    return plots.histogram(values, what="Impact speed (m/s), inertial", quantiles=spread.quantiles)


def _draw_touchdowns(findings: Findings) -> plots.TouchdownAxes:
    result, craft = findings.result, findings.result.campaign.scenario.craft
    chosen = result.where(GROUND)
    return plots.touchdowns(
        *(result.dataset[column].values[chosen] for column in _OF_TOUCHDOWNS),
        gear=None if craft is None else craft.gear,
        quantiles={spread.column: spread.quantiles for spread in findings.spreads if spread.outcome == GROUND},
    )


def _draw_tornado(moved: Moved) -> Axes:
    return plots.tornado(moved.found, what=f"{moved.words} ({moved.unit})")
