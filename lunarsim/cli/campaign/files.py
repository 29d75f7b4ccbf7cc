"""The figures and the files of a campaign."""

from __future__ import annotations

from functools import partial
from typing import Any

from astropy import units as u
from matplotlib.axes import Axes

from lunarsim import plots
from lunarsim.campaign import CampaignFindings, Impacts, QuantileSummary, Sensitivity
from lunarsim.campaign.outcome import GROUND
from lunarsim.cli.figures import REPORT, figure_writer, json_writer, report_writer
from lunarsim.io.output import Write
from lunarsim.mission import Site
from lunarsim.moon import Terrain

_LONG = 5.0  # times as long as wide: drawn to scale, a footprint is then a line

_FIGURES = (
    "outcomes.png",
    "footprint.png",
    "speed.png",
    "touchdown.png",
    "tornado_downrange.png",
    "tornado_crossrange.png",
    REPORT,
)
_OF_TOUCHDOWNS = ("descent_rate_mps", "horizontal_speed_mps", "propellant_left_kg")


def files(findings: CampaignFindings, content: dict[str, Any], scenario: str | None = None) -> dict[str, Write]:
    """Return, for each file name, what writes it; figures that the runs give nothing for are left out.

    With the name of the scenario, as the command was given it, a page of all is among them.
    """
    writers = {
        "summary.json": json_writer(content),
        "outcomes.png": figure_writer(lambda: plots.outcome_rates(findings.rates)),
    }
    if scenario is not None:
        writers[REPORT] = report_writer(findings, scenario)
    if findings.impacts is None:
        return writers
    impacts, sites = findings.impacts, findings.result.campaign.scenario.sites
    terrain = findings.result.campaign.scenario.moon.terrain
    writers["footprint.png"] = figure_writer(lambda: _draw_footprint(impacts, dict(sites), terrain))
    if findings.result.campaign.scenario.guided:  # whose inertial speed is mostly the Moon's rotation
        writers["touchdown.png"] = figure_writer(lambda: _draw_touchdowns(findings))
    else:
        writers["speed.png"] = figure_writer(lambda: _draw_speed(findings, findings.quantiles[0]))
    for sensitivity in impacts.sensitivities:
        writers[f"tornado_{sensitivity.axis}.png"] = figure_writer(partial(_draw_tornado, sensitivity))
    return writers


def stale(content: dict[str, Write]) -> list[str]:
    """Return the names of the figures that other runs may have left, and these do not draw."""
    return [name for name in _FIGURES if name not in content]


def _draw_footprint(impacts: Impacts, sites: dict[str, Site], terrain: Terrain) -> Axes:
    ellipse = impacts.ellipse
    return plots.footprint(
        impacts.footprint,
        ellipses=[ellipse],
        densities=[] if (density := impacts.density()) is None else [density],
        sites={name: site for name, site in sites.items() if impacts.is_near(site)},
        downrange_azimuth=impacts.heading_deg * u.deg,
        to_scale=ellipse.semi_major_m < _LONG * ellipse.semi_minor_m,
        terrain=terrain,
    )


def _draw_speed(findings: CampaignFindings, summary: QuantileSummary) -> Axes:
    result = findings.result
    values = result.dataset[summary.column].values[result.where(GROUND)]
    return plots.histogram(values, what="Impact speed (m/s), inertial", quantiles=summary.quantiles)


def _draw_touchdowns(findings: CampaignFindings) -> plots.TouchdownAxes:
    result, craft = findings.result, findings.result.campaign.scenario.craft
    chosen = result.where(GROUND)
    return plots.touchdowns(
        *(result.dataset[column].values[chosen] for column in _OF_TOUCHDOWNS),
        gear=None if craft is None else craft.gear,
        quantiles={summary.column: summary.quantiles for summary in findings.quantiles if summary.outcome == GROUND},
    )


def _draw_tornado(sensitivity: Sensitivity) -> Axes:
    return plots.tornado(sensitivity.tornado, what=f"{sensitivity.description} ({sensitivity.unit})")
