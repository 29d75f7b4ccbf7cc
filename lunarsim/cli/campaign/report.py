"""What ``lunarsim campaign`` tells a person."""

from __future__ import annotations

from dataclasses import replace
from math import inf

from astropy import units as u
from rich.console import Console
from rich.markup import escape
from rich.text import Text

from lunarsim.campaign import (
    Campaign,
    CampaignExpansion,
    CampaignFindings,
    CrossCheck,
    ExpansionResult,
    Impacts,
    MonteCarlo,
)
from lunarsim.cli import report
from lunarsim.io.campaign_summary import away_km
from lunarsim.mission import Scenario
from lunarsim.pages import campaign_headline, headline, provenance_table
from lunarsim.plots.style.style import digits_for
from lunarsim.statistics import CROSSRANGE

_MOST_EFFECTS = 6
_LINEAR = 0.9  # share of the variance below which a linear model is a poor guide
_APART = 10 * u.m  # the drivers differ by centimetres, and by up to a metre where a flight grazes the ground
_ORDER = ("published", "inferred", "assumed")


def print_dispersions(console: Console, campaign: Campaign) -> None:
    """Print where the numbers come from, and how those that scatter do."""
    scenario = campaign.scenario
    report.print_provenance(console, _with_short_values(scenario), dispersions=True)
    statuses = _statuses(scenario)
    rows = report.table("", "value", "distribution", "status", title=f"{escape(scenario.name)}: what is dispersed")
    rows.columns[1].no_wrap = True
    for k, (names, distribution) in enumerate(campaign.groups):
        words = [f"{name} (offset)" if campaign.inputs[name].offset else name for name in names]
        rows.add_row(str(k), escape("\n".join(words)), escape(repr(distribution)), statuses.get(k, ""))
    console.print(rows)


def print_expansion(console: Console, expansion: CampaignExpansion) -> None:
    """Print what runs are expanded by, and which are flown."""
    for line in str(expansion).splitlines():
        _line(console, line)


def print_findings(console: Console, findings: CampaignFindings) -> None:
    """Print how the runs ended, where they came down, and what that is sensitive to."""
    result = findings.result
    _line(console, campaign_headline.flown_and_ended(findings))
    _print_rates(console, findings)
    if not isinstance(result.campaign.sampling, MonteCarlo):
        _line(
            console, "  Intervals are those of independent runs: with this sampling the rates and quantiles are surer."
        )
    _print_quantiles(console, findings)
    if findings.impacts is None:
        _line(console, f"No footprint: {findings.without_impacts}.")
    else:
        _print_impacts(console, findings.impacts, result.campaign.scenario)
    if isinstance(result, ExpansionResult):
        _line(console, f"{100.0 * result.exact_fraction:.2g} % of the runs were flown exactly. Check: {result.check}.")
    if findings.cross_check is not None:
        _print_cross_check(console, findings.cross_check)


def _print_cross_check(console: Console, check: CrossCheck) -> None:
    _line(console, f"Cross-check against the reference driver: {check}.")
    if check.different or check.position > _APART:
        runs = ", ".join(str(run) for run in check.different or check.runs)
        words = f"the two drivers disagree: look at runs {runs} with rerun() before you trust this campaign"
        console.print(Text("warning: ", style="bold red").append(words, style="default"), soft_wrap=True)


def _print_rates(console: Console, findings: CampaignFindings) -> None:
    confidence = 100.0 * next(iter(findings.rates.values())).confidence
    rows = report.table("outcome", title="How the runs ended")
    for column in ("runs", "share", f"{confidence:g} % interval"):
        rows.add_column(column, justify="right")
    for outcome, rate in findings.rates.items():
        bounds = f"{100.0 * rate.low:.2f} to {100.0 * rate.high:.2f} %"
        rows.add_row(outcome, f"{rate.count:,}", f"{100.0 * rate.value:.2f} %", bounds)
    console.print(rows)
    for reason, count in findings.failures.items():
        _line(console, f"  {count:,} could not be flown: {reason}")


def _print_quantiles(console: Console, findings: CampaignFindings) -> None:
    if not findings.quantiles:
        return
    confidence = findings.quantiles[0].quantiles[0].confidence
    rows = report.table("of the runs that end in", title="Quantiles")
    for column in ("quantile", "value", f"{100.0 * confidence:g} % interval"):
        rows.add_column(column, justify="right")
    for summary in findings.quantiles:
        name = f"{summary.outcome}: {summary.description} ({summary.unit.replace(' ', '')})"
        widths = [found.high - found.low for found in summary.quantiles]
        digits = digits_for(max((width for width in widths if width < inf), default=inf))
        for found in summary.quantiles:
            value = f"{found.value:,.{digits}f}"
            rows.add_row(name, f"{100.0 * found.probability:g} %", value, _bounds(found.low, found.high, digits))
            name = ""
    console.print(rows)


def _print_impacts(console: Console, impacts: Impacts, scenario: Scenario) -> None:
    plane, ellipse, interval = impacts.footprint.plane, impacts.ellipse, impacts.interval
    latitude = f"{abs(plane.latitude_deg):.3f} {'S' if plane.latitude_deg < 0.0 else 'N'}"
    ends = "Touchdowns" if scenario.guided else "Impacts"
    _line(console, f"{ends} about {latitude} {plane.longitude_deg % 360.0:.3f} E: {ellipse}")
    major, minor, east, north = (
        _bounds(*each, digits_for(each.high - each.low))
        for each in (interval.semi_major_m, interval.semi_minor_m, interval.east_m, interval.north_m)
    )
    _line(
        console,
        f"  {100.0 * interval.confidence:g} % intervals for unlimited runs: semi-axes {major} m and {minor} m; centre "
        f"{east} m east, {north} m north",
    )
    for name, site in scenario.sites.items():
        distance_km = away_km(impacts.footprint, site.latitude, site.longitude)
        _line(console, f"  {_distance(distance_km)} from {headline.site_words(name, site)} to their centre")
    if impacts.sensitivities:
        _print_sensitivities(console, impacts, "touchdown" if scenario.guided else "impact")
    else:
        _line(console, f"No effects: {impacts.without_sensitivities}.")


def _bounds(low: float, high: float, digits: int) -> str:
    """Return an interval in words; one that the runs are too few to bound on a side says so."""
    if low == -inf and high == inf:
        return "too few runs"
    if low == -inf or high == inf:
        return f"up to {high:,.{digits}f}" if low == -inf else f"{low:,.{digits}f} or more"
    return f"{low:,.{digits}f} to {high:,.{digits}f}"


def _print_sensitivities(console: Console, impacts: Impacts, what: str) -> None:
    tails = 50.0 * (1.0 - impacts.sensitivities[0].tornado.probability)
    heading = f"What moves the {what} (flight towards {impacts.heading_deg:.1f} deg from north; {CROSSRANGE})"
    rows = report.table("as this goes", title=heading)
    for column in (f"from {tails:g} %", f"to {100.0 - tails:g} %"):
        rows.add_column(column, justify="right")
    for each in impacts.sensitivities:
        rows.add_column(f"{each.axis}\n{each.unit}", justify="right")
    for label in impacts.main_factors(_MOST_EFFECTS):
        effect = impacts.sensitivities[0].tornado[label]
        swings = [f"{each.tornado[label].swing:+.3g}" for each in impacts.sensitivities]
        rows.add_row(escape(label), f"{effect.low_input:.4g}", f"{effect.high_input:.4g}", *swings)
    console.print(rows)
    shares = ", ".join(f"{100.0 * each.tornado.r_squared:.2f} % {each.axis}" for each in impacts.sensitivities)
    rest = len(impacts.factors) - _MOST_EFFECTS
    left_out = f"; {rest} smaller {'effect' if rest == 1 else 'effects'} left out" if rest > 0 else ""
    _line(console, f"  By a linear model of all values, which explains of the variance {shares}{left_out}")
    if min(each.tornado.r_squared for each in impacts.sensitivities) < _LINEAR:
        _line(console, "  Where it explains little, Campaign.sobol() says which share of the variance is whose")


def _statuses(scenario: Scenario) -> dict[int, str]:
    """Return, for each table of dispersions, how well its weakest number is founded."""
    found: dict[int, str] = {}
    for key, certificate in scenario.provenance.items():
        first, _, rest = key.partition(".")
        if first == "dispersions":
            k, status = int(rest.partition(".")[0]), certificate.status.value
            found[k] = max(found.get(k, status), status, key=_ORDER.index)
    return found


def _with_short_values(scenario: Scenario) -> Scenario:
    """Return the scenario with certificates that say how many numbers a list has, where it is too long for a table."""
    short = {
        key: replace(certificate, value=provenance_table.short(certificate.value))
        if key.startswith("dispersions.")
        else certificate
        for key, certificate in scenario.provenance.items()
    }
    return replace(scenario, provenance=short)


def _distance(distance_km: float) -> str:
    return f"{distance_km:.{2 if distance_km < 10.0 else 0}f} km"


def _line(console: Console, text: str) -> None:
    console.print(Text(text), soft_wrap=True)
