"""What came out of a campaign, in a few sentences: how the page of one begins, and what the command line prints."""

from __future__ import annotations

import json
from collections.abc import Iterable

import numpy as np
from astropy import units as u
from numpy.typing import NDArray

from lunarsim.campaign import CampaignFindings, CampaignResult, Impacts, Probability
from lunarsim.campaign.outcome import GROUND
from lunarsim.flight import Verdict
from lunarsim.io.campaign_summary import away_km
from lunarsim.moon import GriddedField, Moon
from lunarsim.pages.headline import distance_text, site_words
from lunarsim.plots.style.style import digits_for
from lunarsim.statistics import Rate

_MOST_FACTORS = 3  # that are named
_LEAST_SWING = 0.05  # of the greatest, of a factor that is named
_ENDS = {
    "failed": "could not be flown",
    "impact": "hit the Moon",
    "in orbit": "stayed in orbit",
    "escape": "left the Moon",
    "still aloft": "had not come down when the plan ended",
    Verdict.HARD_LANDING.value: "landed hard",
}


def in_a_sentence(findings: CampaignFindings) -> str:
    """Return how many of the flights ended how, with the interval of each share."""
    ends = _listed(f"{rate.count:,} {_ENDS.get(name, name)} ({_share(rate)})" for name, rate in findings.rates.items())
    return f"Of {findings.result.runs:,} flights, alike but for what is not known exactly, {ends}."


def details(findings: CampaignFindings) -> str:
    """Return what the ranges are, what decides the outcome, where the flights came down, and what moves that."""
    confidence = 100.0 * next(iter(findings.rates.values())).confidence
    said = [f"The shares of many more flights would lie in those ranges, with a confidence of {confidence:g} %."]
    said += _faults(findings.result)
    if findings.impacts is not None:
        said += [_where(findings, findings.impacts), *_movers(findings.impacts)]
    return " ".join(said)


def what_was_flown(result: CampaignResult) -> str:
    """Return how many runs were flown in what model, and from which seed."""
    sampling = str(json.loads(result.store.manifest.sampling)["sampling"])
    return f"{result.runs:,} runs, seed {result.seed}, {sampling}; {_moon_words(result.campaign.scenario.moon)}."


def flown_and_ended(findings: CampaignFindings) -> str:
    """Return in two sentences what was flown how often, and how it ended."""
    ends = ", ".join(
        f"{100.0 * rate.value:.2f} % {name} ({100.0 * rate.low:.2f} to {100.0 * rate.high:.2f} %)"
        for name, rate in findings.rates.items()
    )
    return f"{what_was_flown(findings.result)} {ends}."


def _share(rate: Rate) -> str:
    """Return a share in percent and its interval, to the digits that it gives."""
    decimals = digits_for(100.0 * (rate.high - rate.low))
    value, low, high = (f"{100.0 * each:.{decimals}f}" for each in (rate.value, rate.low, rate.high))
    return f"{value} %, {low} to {high} %"


def _faults(result: CampaignResult) -> list[str]:
    """Return, for each fault that only some runs have, how those with it ended and how those without."""
    drawn = [
        (names[0], distribution)
        for names, distribution in result.campaign.groups
        if names[0].startswith("faults.") and isinstance(distribution, Probability)
    ]
    return [_fault_sentence(result, path, float(told.p)) for path, told in drawn if path in result.dataset]


def _fault_sentence(result: CampaignResult, path: str, probability: float) -> str:
    has = np.asarray(result.dataset[path].values, dtype=bool)
    title = path.removeprefix("faults.")
    sides = [f"{where} it {_count(result, has == present)}" for where, present in (("with", True), ("without", False))]
    return (
        f"Each flight has the fault '{title}' with a probability of {probability:g}, which decides the shares above: "
        f"{', '.join(sides)}."
    )


def _count(result: CampaignResult, chosen: NDArray[np.bool_]) -> str:
    down, total = int(np.sum(result.where(GROUND) & chosen)), int(np.sum(chosen))
    return f"{down:,} of {total:,} came down to the ground"


def _where(findings: CampaignFindings, impacts: Impacts) -> str:
    plane, ellipse, scenario = impacts.footprint.plane, impacts.ellipse, findings.result.campaign.scenario
    side = "S" if plane.latitude_deg < 0.0 else "N"
    centre = f"{abs(plane.latitude_deg):.2f} {side} {plane.longitude_deg % 360.0:.2f} E"
    axes = " by ".join(distance_text(2.0 * axis * u.m) for axis in (ellipse.semi_major_m, ellipse.semi_minor_m))
    away = {name: away_km(impacts.footprint, site.latitude, site.longitude) for name, site in scenario.sites.items()}
    sites = [f", {distance_text(km * u.km)} from {site_words(name, scenario.sites[name])}" for name, km in away.items()]
    return f"They came down about {centre}{''.join(sites)}; an ellipse of {axes} holds 95 % of the places."


def _movers(impacts: Impacts) -> list[str]:
    """Return which inputs move the places most along the flight."""
    if not impacts.sensitivities:
        return []
    effects = impacts.sensitivities[0].tornado.effects[:_MOST_FACTORS]
    told = [effect.name for effect in effects if abs(effect.swing) >= _LEAST_SWING * abs(effects[0].swing)]
    words = [name.rpartition(" (")[0] if impacts.factors[name].unit else name for name in told]
    return [f"What moves the place most along the flight: {_listed(words)}."]


def _listed(words: Iterable[str]) -> str:
    """Return words as an enumeration with an 'and'."""
    *first, last = words
    return f"{', '.join(first)} and {last}" if first else last


def _moon_words(moon: Moon) -> str:
    """Return the field, its degree and the ground in words."""
    exact = moon.gravity.field if isinstance(moon.gravity, GriddedField) else moon.gravity
    return f"{moon.gravity.name}, flown to degree {exact.degree}; {moon.terrain.name}"
