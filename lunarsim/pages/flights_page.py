"""The page of one or more flights."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from astropy import units as u

from lunarsim.flight import Flight, InOrbit, Landed, Verdict
from lunarsim.io import flight_summary
from lunarsim.mission.clock import seconds_after
from lunarsim.pages import burn_times, histories, maps, numbers_tables, provenance_table, reproduction, timeline
from lunarsim.pages.headline import details, in_a_sentence
from lunarsim.plots.descent import history
from lunarsim.plots.style import style


class Wanted(NamedTuple):
    """What a page is asked to hold beside the flights."""

    scenario: str | os.PathLike[str] | None = None
    command: str = ""
    burn_times: u.Quantity | None = None


def content(flights: Mapping[str, Flight] | Sequence[Flight], wanted: Wanted) -> dict[str, Any]:
    """Return what the template of flights takes; the flight that a page is about is the last, the plan the first."""
    given = tuple(flights.values()) if isinstance(flights, Mapping) else tuple(flights)
    curves = style.curves("report", given, [*flights] if isinstance(flights, Mapping) else None)
    names = [curve.label for curve in curves]
    main, planned = given[-1], given[0] if len(given) == 2 and _is_plan_of(given[0], given[-1]) else None
    summaries = {name: flight_summary(flight) for name, flight in zip(names, given, strict=True)}
    told = burn_times.document(main, planned, wanted.burn_times)
    data = history.data(given)
    shown = histories.panels(given, data[0].words)
    scenario = main.scenario
    text = reproduction.scenario_text(scenario, wanted.scenario)
    drawn = _drawn(curves, shown, [datum.height_m for datum in data])
    return {
        "title": scenario.title or scenario.name or "A flight",
        "name": scenario.name,
        "headline": in_a_sentence(main),
        "details": details(main, planned),
        "remark": scenario.remark,
        "outcomes": [
            {"label": name, "text": str(flight.outcome), "color": curve.color, "good": _is_good(flight)}
            for name, flight, curve in zip(names, given, curves, strict=True)
        ],
        "margins": numbers_tables.margins(main),
        "tables": [
            numbers_tables.outcomes(
                summaries, {n: f.scenario.delta_v_decimals(2) for n, f in zip(names, given, strict=True)}
            ),
            *filter(
                None,
                [
                    numbers_tables.phases(names[-1], summaries[names[-1]]),
                    numbers_tables.budget(names[-1], summaries[names[-1]]),
                ],
            ),
        ],
        "timeline": _timeline(dict(zip(names, given, strict=True))),
        "labels": names,
        "faults": [str(fault.title) for fault in scenario.faults],
        "burn_times": told,
        "certificates": provenance_table.rows(scenario),
        "sources": provenance_table.sources(scenario),
        "scenario": text,
        "command": wanted.command,
        "versions": reproduction.versions(),
        "hashes": {
            **({f"SHA-256 of {text.name}": reproduction.hash_of_text(text.text)} if text else {}),
            **{
                f"SHA-256 of the motion, {name}": reproduction.hash_of_motion(flight)
                for name, flight in zip(names, given, strict=True)
            },
        },
        "moon": f"{scenario.moon.gravity.name}; ground: {scenario.moon.terrain.name}; flown by {main.integrator}",
        "summary": {"scenario": scenario.name, **summaries},
        "data": {**drawn, "burn_times": told},
    }


def _drawn(curves: Sequence[style.Curve], shown: Sequence[histories.Panel], data_m: Sequence[float]) -> dict[str, Any]:
    """Return what the script of the page draws."""
    clock = histories.Clock.of(curves)
    documents = [
        histories.document(curve, zero, shown, datum_m)
        for curve, zero, datum_m in zip(curves, clock.zeros, data_m, strict=True)
    ]
    down = [i for i, each in enumerate(documents) if each["down"]]
    near = maps.near_km(curves[-1].flight)
    views = _views(curves, clock, documents)
    return {
        "zero_utc": f"{clock.zeros[0].utc.isot}Z",
        "zero_words": clock.words,
        "one_clock": clock.shared,
        "flights": documents,
        "panels": [panel.to_document() for panel in shown],
        "views": views,
        "cursor_s": views[0]["cursor"],
        "ground_of": down[-1] if down else None,
        "map": maps.document(curves),
        "profiles": maps.profiles(curves),
        "near_km": near,
        "near_first": bool(down) and bool(curves[-1].flight.phases),
        "near_words": "the last kilometres" if down else "near the end",
    }


def _views(
    curves: Sequence[style.Curve], clock: histories.Clock, documents: Sequence[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """Return the spans of time that buttons show, that of a landing first: whole, powered descent or burn, the end."""
    first, last = min(each["t"][0] for each in documents), max(each["t"][-1] for each in documents)
    found = [{"name": "whole flight", "from": first, "to": last}]
    ends = [each["t"][-1] for each in documents if each["down"]]
    if ends and last > 1.4 * max(ends) > 0.0:  # a planned flight goes on in its orbit for long
        found.insert(0, {"name": "until the ground", "from": first, "to": round(1.02 * max(ends), 3)})
    spans = [
        [float(seconds_after(zero, time)) for time in found_]
        for curve, zero in zip(curves, clock.zeros, strict=True)
        if (found_ := curve.flight.powered_descent) is not None
    ]
    if spans:
        early, late = min(span[0] for span in spans), max(span[1] for span in spans)
        margin = 0.06 * (late - early)
        name = "powered descent" if any(curve.flight.phases for curve in curves) else "burn"
        if late - early < 0.8 * (found[0]["to"] - found[0]["from"]):
            burn = {
                "name": name,
                "from": round(max(early - margin, first), 3),
                "to": round(min(late + margin, last), 3),
            }
            found.insert(0 if name == "powered descent" else len(found), burn)
    if ends and last - first > 120.0:
        found.append({"name": "last minute", "from": round(max(ends) - 60.0, 3), "to": round(max(ends), 3)})
    for each in found:
        burns = [edge for document in documents for span in document["burning"] for edge in span]
        inside = [edge for edge in burns if each["from"] < edge < each["to"]]
        landing = any(curve.flight.phases for curve in curves)
        each["cursor"] = max(inside) if inside and not landing else round(0.5 * (each["from"] + each["to"]), 3)
    return found


def _is_plan_of(first: Flight, last: Flight) -> bool:
    return bool(last.scenario.faults) and not first.scenario.faults


def _is_good(flight: Flight) -> bool:
    """Return whether a flight ended as flights should: in orbit, or landed."""
    outcome = flight.outcome
    return isinstance(outcome, InOrbit) or (isinstance(outcome, Landed) and outcome.verdict is Verdict.LANDED)


def _timeline(flights: Mapping[str, Flight]) -> list[dict[str, Any]]:
    rows = []
    known = [flight.scenario.delta_v_decimals(2) for flight in flights.values()]
    clock = "%Y-%m-%d %H:%M:%S" if max(flight.duration for flight in flights.values()) > 1.0 * u.day else "%H:%M:%S"
    for row in timeline.aligned(flights):
        first = next(event for event in row if event is not None)
        cells: list[dict[str, str] | None] = []
        for event, decimals in zip(row, known, strict=True):
            if event is None:
                cells.append(None)
                continue
            mps = u.m / u.s
            cells.append(
                {
                    "utc": str(event.time.utc.strftime(clock)),
                    "detail": timeline.detail(event),
                    "height": _number(event.true.state.altitude.to_value(u.km), 2),
                    "true": _number(event.true.delta_v.to_value(mps), decimals),
                    "estimated": _number(event.estimated.delta_v.to_value(mps), decimals),
                }
            )
        rows.append({"kind": first.kind.value, "cells": cells})
    return rows


def _number(value: float, digits: int) -> str:
    return f"{float(np.round(value, digits)) + 0.0:,.{digits}f}".replace("-", "\N{MINUS SIGN}")
