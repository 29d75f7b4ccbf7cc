"""What came out of a campaign as plain values for JSON: units in the names, null where there is no number."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import numpy as np
from astropy import units as u

from lunarsim.campaign import CampaignFindings, CampaignResult, CrossCheck, ExpansionResult
from lunarsim.mission import Scenario
from lunarsim.moon import GriddedField, Moon
from lunarsim.statistics import Ellipse, EllipseInterval, Footprint, Quantile, Rate, Tornado


def campaign_summary(result: CampaignResult) -> dict[str, Any]:
    """Return what was flown and how it ended as a dictionary that JSON can hold.

    Parameters
    ----------
    result : CampaignResult
        Any campaign.

    Returns
    -------
    dict
        ``scenario``, ``moon``, ``runs``, ``seed``, ``sampling``, ``chunk_size``, ``versions``, ``dispersions``
        (paths and distribution), ``outcomes`` (rates with intervals), ``failures`` (runs by reason).
    """
    manifest, scenario = result.store.manifest, result.campaign.scenario
    return {
        "scenario": scenario.name,
        "moon": _moon(scenario.moon),
        "runs": result.runs,
        "seed": result.seed,
        "sampling": json.loads(manifest.sampling),
        "chunk_size": manifest.chunk_size,
        "versions": dict(manifest.versions),
        "dispersions": [
            {"paths": list(names), **distribution.to_document()} for names, distribution in result.campaign.groups
        ],
        "outcomes": {name: _rate(rate) for name, rate in result.rates().items()},
        "failures": result.failures(),
    }


def expansion_summary(result: ExpansionResult) -> dict[str, Any]:
    """Return what runs were expanded by, and the check of them, as a dictionary that JSON can hold."""
    training, check = result.training, result.check
    return {
        **training.options.to_document(),
        "terms": training.terms,
        "training_flights": training.flights,
        "always_exact": [f"{name}: {why}" for name, why in training.exact],
        "exact_fraction": result.exact_fraction,
        "check": {
            "runs": len(check.runs),
            "rms_m": float(check.rms.to_value(u.m)),
            "largest_m": float(check.largest.to_value(u.m)),
            "covered": check.covered,
            "different": list(check.different),
        },
    }


def findings_summary(findings: CampaignFindings) -> dict[str, Any]:
    """Return the findings of a campaign as a dictionary that JSON can hold: :func:`campaign_summary` and more."""
    impacts, scenario = findings.impacts, findings.result.campaign.scenario
    made = campaign_summary(findings.result)
    made["quantiles"] = [
        {
            "column": summary.column,
            "unit": summary.unit,
            "outcome": summary.outcome,
            "quantiles": [quantile_summary(quantile) for quantile in summary.quantiles],
        }
        for summary in findings.quantiles
    ]
    if isinstance(findings.result, ExpansionResult):
        made["expansion"] = expansion_summary(findings.result)
    made["footprint"] = made["effects"] = None
    if impacts is not None:
        made["footprint"] = {
            **footprint_summary(impacts.footprint, impacts.ellipse, impacts.interval, scenario),
            "heading_deg": impacts.heading_deg,
        }
        inputs = {label: (factor.paths, factor.unit) for label, factor in impacts.factors.items()}
        made["effects"] = {
            each.axis: {"output": each.description, **tornado_summary(each.tornado, each.unit, inputs)}
            for each in impacts.sensitivities
        } or None
    made["held_out"] = None if findings.cross_check is None else cross_check_summary(findings.cross_check)
    return made


def quantile_summary(quantile: Quantile) -> dict[str, Any]:
    """Return a quantile with its interval, in the unit of its column; bounds that the runs do not give are null."""
    return {
        "probability": quantile.probability,
        "value": quantile.value,
        "low": _finite(quantile.low),
        "high": _finite(quantile.high),
        "confidence": quantile.confidence,
        "runs": quantile.total,
    }


def footprint_summary(
    footprint: Footprint, ellipse: Ellipse, interval: EllipseInterval, scenario: Scenario
) -> dict[str, Any]:
    """Return the centre of a footprint, its ellipse with intervals for unlimited runs, and how far the sites are."""
    plane = footprint.plane
    return {
        "latitude_deg": plane.latitude_deg,
        "longitude_deg": plane.longitude_deg,
        "runs": len(footprint),
        "ellipse": {
            "probability": ellipse.probability,
            "semi_major_m": ellipse.semi_major_m,
            "semi_minor_m": ellipse.semi_minor_m,
            "azimuth_deg": ellipse.azimuth_deg,
            "semi_major_interval_m": list(interval.semi_major_m),
            "semi_minor_interval_m": list(interval.semi_minor_m),
            "east_interval_m": list(interval.east_m),
            "north_interval_m": list(interval.north_m),
            "confidence": interval.confidence,
        },
        "distance_to_sites_km": {
            name: away_km(footprint, site.latitude, site.longitude) for name, site in scenario.sites.items()
        },
    }


def tornado_summary(found: Tornado, unit: str, inputs: Mapping[str, tuple[tuple[str, ...], str]]) -> dict[str, Any]:
    """Return the effects of the inputs on an output of that unit, the greatest first.

    Parameters
    ----------
    found : Tornado
        The effects.
    unit : str
        Of the output.
    inputs : mapping of str to (tuple of str, str)
        For each name in the effects, the paths that it stands for and the unit of its values.
    """
    return {
        "unit": unit,
        "probability": found.probability,
        "confidence": found.confidence,
        "runs": found.total,
        "r_squared": found.r_squared,
        "rank_r_squared": found.rank_r_squared,
        "effects": [
            {
                "paths": list(inputs[effect.name][0]),
                "input_unit": inputs[effect.name][1],
                "low_input": effect.low_input,
                "high_input": effect.high_input,
                "low": effect.low,
                "high": effect.high,
                "low_interval": list(effect.low_interval),
                "high_interval": list(effect.high_interval),
                "standardised": effect.standardised,
                "partial_rank": _finite(effect.partial_rank),
            }
            for effect in found.effects
        ],
    }


def cross_check_summary(check: CrossCheck) -> dict[str, Any]:
    """Return how far the compiled driver and the reference driver are apart at most."""
    return {
        "runs": list(check.runs),
        "position_m": float(check.position.to_value(u.m)),
        "time_s": float(check.time.to_value(u.s)),
        "cutoff_s": float(check.cutoff.to_value(u.s)),
        "propellant_kg": float(check.propellant.to_value(u.kg)),
        "columns": {name: float(apart) for name, apart in check.columns.items()},
        "different": list(check.different),
    }


def away_km(footprint: Footprint, latitude: u.Quantity, longitude: u.Quantity) -> float:
    """Return the distance from the centre of a footprint to a place, on the 1737.4 km sphere."""
    place_m = footprint.plane.forward(latitude.to_value(u.deg), longitude.to_value(u.deg))
    return float(np.hypot(*place_m.ravel())) / 1e3


def _moon(moon: Moon) -> dict[str, Any]:
    gridded = isinstance(moon.gravity, GriddedField)
    field = moon.gravity.field if isinstance(moon.gravity, GriddedField) else moon.gravity
    return {"gravity": field.name, "degree": field.degree, "gridded": gridded, "terrain": moon.terrain.name}


def _rate(rate: Rate) -> dict[str, Any]:
    return {
        "count": rate.count,
        "rate": rate.value,
        "low": rate.low,
        "high": rate.high,
        "confidence": rate.confidence,
        "method": rate.method,
    }


def _finite(value: float) -> float | None:
    return value if np.isfinite(value) else None
