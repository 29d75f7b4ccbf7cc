"""The columns of a campaign's results: inputs by path, outputs by name, and their units."""

from __future__ import annotations

from collections.abc import Mapping

from astropy import units as u

from lunarsim.campaign.inputs.paths import Path, is_fault
from lunarsim.campaign.inputs.titles import title as title_of
from lunarsim.campaign.outputs import OF_BURN, OF_RUN, Output, Results
from lunarsim.campaign.store.chunk import Columns
from lunarsim.campaign.store.manifest import Column
from lunarsim.flight.driver.row import has_monitors, keeps_an_estimate
from lunarsim.mission import Scenario
from lunarsim.plan import Burn, Guided


def _outputs(scenario: Scenario) -> list[Column]:
    """Return the columns of what comes out."""
    made = [_column(o, o.column, o.text) for o in _of_run(scenario)]
    for prefix, title in records(scenario):
        made += [_column(o, f"{prefix}_{o.column}", o.text.format(title)) for o in OF_BURN]
    return made


def _of_run(scenario: Scenario) -> list[Output]:
    felt = {
        "guided": bool(scenario.guided),
        "estimates": keeps_an_estimate(scenario),
        "monitored": has_monitors(scenario),
    }
    return [o for o in OF_RUN if o.kept and all(there or not getattr(o, name) for name, there in felt.items())]


def _column(output: Output, name: str, words: str) -> Column:
    unit = "" if output.unit == u.one else output.unit.to_string()
    return Column(name=name, unit=unit, words=words, dtype=output.dtype)


def records(scenario: Scenario) -> list[tuple[str, str]]:
    """Return the burns and guided phases of a plan: what their columns begin with, and what they are.

    Burns are counted by themselves, ``burn0`` on; guided phases have their place in the plan, as ``phase3``.
    """
    made, burns = [], 0
    for k, phase in enumerate(scenario.plan):
        if isinstance(phase, Burn):
            made.append((f"burn{burns}", f"burn {burns}"))
            burns += 1
        elif isinstance(phase, Guided):
            made.append((f"phase{k}", f"phase {k}, {phase.name}"))
    return made


def described(inputs: Mapping[str, Path], scenario: Scenario) -> tuple[Column, ...]:
    """Return the package's columns of a campaign: first its inputs, then what came out."""
    made = [
        Column(
            name=name,
            unit="" if path.unit == u.one else path.unit.to_string(),
            words=f"input, {title_of(name, scenario)}" + (" (offset from the scenario)" if path.offset else ""),
            dtype="bool" if is_fault(name) else "float64",
        )
        for name, path in inputs.items()
    ]
    return (*made, *_outputs(scenario))


def outputs(results: Results, scenario: Scenario) -> Columns:
    """Return the columns of what came out of runs."""
    made = {o.column: o.values(results.runs) for o in _of_run(scenario)}
    for k, (prefix, _) in enumerate(records(scenario)):
        made |= {f"{prefix}_{o.column}": o.values(results.burns[:, k]) for o in OF_BURN}
    return made
