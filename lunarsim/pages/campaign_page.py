"""The page of a campaign."""

from __future__ import annotations

from math import inf
from typing import Any

import numpy as np
from astropy import units as u
from numpy.typing import NDArray

from lunarsim.analysis import has_relief
from lunarsim.analysis.hillshade import lit
from lunarsim.campaign import CampaignFindings, Impacts
from lunarsim.campaign.outcome import GROUND, OUTCOMES
from lunarsim.io.campaign_summary import findings_summary
from lunarsim.moon import Terrain
from lunarsim.pages import campaign_headline, maps, provenance_table, reproduction
from lunarsim.pages.flights_page import Wanted
from lunarsim.pages.numbers_tables import Cell, Row, Table, cell
from lunarsim.plots.style import style
from lunarsim.statistics import downrange_crossrange, east_north

_MOST_RUNS = 4000  # drawn of a footprint
_LONG = 5.0  # times as long as wide: drawn to scale, a footprint is then a line
_MOST_EFFECTS = 8
_COLOURS = (style.VERMILION, style.BLUE, style.GREEN, style.PURPLE)
_RELIEF = (560, 320)
_AXES = {"downrange": "along the flight (downrange)", "crossrange": "across the flight (crossrange)"}


def content(findings: CampaignFindings, wanted: Wanted) -> dict[str, Any]:
    """Return what the template of campaigns takes."""
    result = findings.result
    scenario = result.campaign.scenario
    summary = findings_summary(findings)
    text = reproduction.scenario_text(scenario, wanted.scenario)
    manifest = result.store.manifest
    return {
        "title": f"{scenario.title or scenario.name}: flown {result.runs:,} times",
        "name": scenario.name,
        "headline": campaign_headline.in_a_sentence(findings),
        "details": campaign_headline.details(findings),
        "flown": campaign_headline.what_was_flown(result),
        "remark": scenario.remark,
        "rates": [
            {
                "name": name,
                "count": cell(rate["count"], 0, f"outcomes.{name}.count"),
                "share": cell(rate["rate"], 4, f"outcomes.{name}.rate")._replace(text=_percent(rate["rate"])),
                "bounds": f"{_percent(rate['low'])} to {_percent(rate['high'])}",
                "low": 100.0 * rate["low"],
                "wide": 100.0 * (rate["high"] - rate["low"]),
                "at": 100.0 * rate["rate"],
                "confidence": f"{100.0 * rate['confidence']:g} %",
            }
            for name, rate in summary["outcomes"].items()
        ],
        "failures": summary["failures"],
        "quantiles": _quantiles(findings, summary),
        "effects": [_effects(axis, told, findings.impacts) for axis, told in (summary["effects"] or {}).items()],
        "without_impacts": findings.without_impacts,
        "footprint": summary["footprint"],
        "ellipse": str(findings.impacts.ellipse) if findings.impacts else "",
        "cross_check": str(findings.cross_check) if findings.cross_check else "",
        "dispersions": [
            {"paths": ", ".join(names), "distribution": repr(distribution)[:200]}
            for names, distribution in result.campaign.groups
        ],
        "certificates": provenance_table.rows(scenario, dispersions=True),
        "sources": provenance_table.sources(scenario),
        "scenario": text,
        "command": wanted.command,
        "versions": reproduction.versions(manifest.versions),
        "hashes": {
            **({f"SHA-256 of {text.name}": reproduction.hash_of_text(text.text)} if text else {}),
            **{f"SHA-256 of the {name}": value for name, value in manifest.hashes.items()},
        },
        "seed": result.seed,
        "moon": f"{scenario.moon.gravity.name}; ground: {scenario.moon.terrain.name}",
        "summary": summary,
        "data": {"footprint": None if findings.impacts is None else _footprint(findings, findings.impacts)},
    }


def _percent(share: float) -> str:
    return f"{100.0 * share:.2f} %"


def _quantiles(findings: CampaignFindings, summary: dict[str, Any]) -> Table | None:
    rows = [
        Row(f"{found.outcome}: {found.description}{_in_unit(found.unit)}", _cells(k, told["quantiles"]))
        for k, (found, told) in enumerate(zip(findings.quantiles, summary["quantiles"], strict=True))
    ]
    if not rows:
        return None
    names = [f"{100.0 * each['probability']:g} %" for each in summary["quantiles"][0]["quantiles"]]
    return Table("Quantiles, to the digits that the runs give", ("", *names), tuple(rows))


def _in_unit(unit: str) -> str:
    return f" ({unit.replace(' ', '')})" if unit else ""


def _cells(k: int, quantiles: list[dict[str, Any]]) -> tuple[Cell, ...]:
    """Return the quantiles of a column, all to the digits of the one that is known least."""
    widths = [inf if each["low"] is None or each["high"] is None else each["high"] - each["low"] for each in quantiles]
    digits = style.digits_for(max((width for width in widths if width < inf), default=inf))
    return tuple(
        Cell(each["value"], f"{each['value']:,.{digits}f}".replace("-", "\N{MINUS SIGN}"), f"quantiles.{k}.{j}.value")
        for j, each in enumerate(quantiles)
    )


def _effects(axis: str, told: dict[str, Any], impacts: Impacts | None) -> dict[str, Any]:
    """Return what an output is most sensitive to, with bars in percent of the greatest effect."""
    labels = {factor.paths: label for label, factor in impacts.factors.items()} if impacts else {}
    effects = told["effects"][:_MOST_EFFECTS]
    most = max((abs(each["high"] - each["low"]) for each in effects), default=0.0) or 1.0
    return {
        "title": f"What moves the place {_AXES[axis]}",
        "unit": told["unit"],
        "middle": f"{100.0 * told['probability']:g} %",
        "explained": _percent(told["r_squared"]),
        "rows": [
            {
                "name": labels[tuple(each["paths"])],
                "paths": ", ".join(each["paths"]),
                "from": f"{each['low_input']:.4g}".replace("-", "\N{MINUS SIGN}"),
                "to": f"{each['high_input']:.4g}".replace("-", "\N{MINUS SIGN}"),
                "swing": f"{each['high'] - each['low']:+.3g}".replace("-", "\N{MINUS SIGN}"),
                "bar": round(100.0 * abs(each["high"] - each["low"]) / most, 2),
            }
            for each in effects
        ],
    }


def _footprint(findings: CampaignFindings, impacts: Impacts) -> dict[str, Any]:
    """Return the runs on the ground, downrange and crossrange of their mean."""
    result, plane = findings.result, impacts.footprint.plane
    chosen = np.flatnonzero(result.where(GROUND))
    turned = downrange_crossrange(impacts.footprint.xy_m, impacts.heading_deg)
    outline = downrange_crossrange(impacts.ellipse.outline(), impacts.heading_deg)
    reach = np.abs(np.concatenate([turned, outline])).max()
    metres, unit = (1e3, "km") if reach >= 5e3 else (1.0, "m")
    codes = result.column("outcome")[chosen]
    step = max(1, -(-chosen.size // _MOST_RUNS))
    groups = []
    for k, code in enumerate(np.unique(codes)):
        these = np.flatnonzero(codes == code)[::step]
        groups.append(
            {
                "name": OUTCOMES[int(code)],
                "color": _COLOURS[k % len(_COLOURS)],
                "run": [int(each) for each in chosen[these]],
                "x": _plain(turned[these, 0] / metres),
                "y": _plain(turned[these, 1] / metres),
            }
        )
    to_scale = impacts.ellipse.semi_major_m < _LONG * impacts.ellipse.semi_minor_m
    limits = _limits(np.concatenate([turned, outline]) / metres, narrowest=0.05 if to_scale else 0.0)
    sites = [
        (
            site,
            downrange_crossrange(
                plane.forward(site.latitude.to_value(u.deg), site.longitude.to_value(u.deg)), impacts.heading_deg
            )[0],
        )
        for site in result.campaign.scenario.sites.values()
        if impacts.is_near(site)
    ]
    terrain = result.campaign.scenario.moon.terrain
    return {
        "groups": groups,
        "step": step,
        "unit": unit,
        "x_word": "downrange",
        "y_word": "crossrange",
        "x_title": f"downrange ({unit}); up: crossrange ({unit})",
        "towards": f"{impacts.heading_deg % 360.0:.1f} deg",
        "limits": limits,
        "to_scale": bool(to_scale),
        "ellipse": {"x": _plain(outline[:, 0] / metres), "y": _plain(outline[:, 1] / metres)},
        "sites": [
            {"title": site.title or "site", "x": round(float(x) / metres, 4), "y": round(float(y) / metres, 4)}
            for site, (x, y) in sites
            if limits[0] <= x / metres <= limits[1] and limits[2] <= y / metres <= limits[3]
        ],
        "image": _relief(terrain, impacts, [each * metres for each in limits]) if has_relief(terrain) else None,
    }


def _relief(terrain: Terrain, impacts: Impacts, limits_m: list[float]) -> str:
    """Return the relief of the ground below a footprint, downrange to the right."""
    left, right, bottom, top = limits_m
    columns, rows = _RELIEF
    wide, tall = (right - left) / columns, (top - bottom) / rows
    down, across = np.meshgrid(left + wide * (np.arange(columns) + 0.5), top - tall * (np.arange(rows) + 0.5))
    xy = east_north(np.stack([down.ravel(), across.ravel()], axis=1), impacts.heading_deg)
    latitude, longitude = impacts.footprint.plane.inverse(xy)
    heights = terrain.height_where_known(latitude * u.deg, longitude * u.deg).to_value(u.m).reshape(down.shape)
    return maps.png(lit(heights, wide, tall).brightness)


def _limits(points: NDArray[np.float64], narrowest: float) -> list[float]:
    """Return left, right, bottom and top round all points, the shorter side no less than a part of the longer."""
    low, high = points.min(axis=0), points.max(axis=0)
    wide = np.maximum(high - low, max(narrowest * float((high - low).max()), 1e-6))
    low, high = (low + high - 1.14 * wide) / 2.0, (low + high + 1.14 * wide) / 2.0
    return [round(float(each), 5) for each in (low[0], high[0], low[1], high[1])]


def _plain(values: NDArray[np.float64]) -> list[float]:
    return [round(float(each), 4) + 0.0 for each in values]
