"""Records: the numbers that components declare, as kernels take them by name; and what runs report, by name."""

import subprocess
import sys
from dataclasses import dataclass, replace
from typing import Any

import landing_example
import numpy as np
import pytest
from astropy import units as u
from astropy.time import Time
from hypothesis import given
from hypothesis import strategies as st

import lunarsim as ls
from lunarsim.campaign import dispersible, nominal
from lunarsim.campaign.columns import described, records
from lunarsim.campaign.executors.flying import flown
from lunarsim.campaign.inputs.rows import Rows
from lunarsim.campaign.outputs import OF_BURN, OF_RUN, Output
from lunarsim.declarations import declared, number, pair
from lunarsim.flight.driver.row import PHASE, RUN
from lunarsim.kernels.records import record
from lunarsim.records import field_name, filled, record_of, si

CRAFT = landing_example.LANDER
GEAR = ls.LandingGear(
    vertical_speed=3 * u.m / u.s,
    horizontal_speed=1 * u.m / u.s,
    tilt=5 * u.deg,
    slope=8 * u.deg,
    stance=1.2 * u.m,
    mass_centre_height=900 * u.mm,
)


def leaves(kind, before=""):
    """The names of all numbers in a type of records, with the names of the records around them."""
    for name in kind.names:
        part = kind.fields[name][0]
        yield from leaves(part, f"{before}{name}.") if part.names else [f"{before}{name}"]


@pytest.mark.parametrize("component", [CRAFT, CRAFT.engine, CRAFT.accelerometer, CRAFT.navigation, GEAR])
def test_each_declared_number_of_a_component_stands_in_its_record_in_si(component):
    record = np.array(filled(component), record_of(type(component)))[()]
    for name, declaration in declared(component).items():
        value = getattr(component, name)
        if value is not None:
            expected = value.to_value(si(declaration.unit)) if isinstance(value, u.Quantity) else float(value)
            assert record[field_name(name, declaration.unit)] == expected


@given(st.floats(1.0, 1e5), st.floats(0.0, 360.0), st.none() | st.floats(0.1, 1e3))
def test_a_component_with_any_numbers_becomes_a_record_with_units_of_si(length_km, angle_deg, rate):
    @dataclass(frozen=True, kw_only=True)
    class Boom:
        length: u.Quantity = number(1.0, u.km, low=0.0, high=1e6)
        angle: u.Quantity = number(0.0, u.deg, low=0.0, high=360.0)
        rate: u.Quantity | None = number(None, u.deg / u.s, low=0.0, high=1e6, absent=np.inf)
        stiffness: u.Quantity = number(1.0, u.N / u.m, low=0.0, high=1e6)
        range: tuple[float, float] | None = pair(None, u.km, (1.0, 2.0), "From here to there.", absent=(0.0, 7.0))

    boom = Boom(length=length_km * u.km, angle=angle_deg * u.deg, rate=None if rate is None else rate * u.rad / u.s)
    record: Any = np.array(filled(boom), record_of(Boom))[()]
    assert list(leaves(record_of(Boom))) == [
        *("length_m", "angle_rad", "rate_rad_s", "stiffness_kg_s2", "range.low_m", "range.high_m")
    ]
    assert record.length_m == pytest.approx(1e3 * length_km, rel=1e-15)  # roundings of one product
    assert record.angle_rad == pytest.approx(np.radians(angle_deg), rel=1e-15)
    assert record.rate_rad_s == (np.inf if rate is None else rate)
    assert (record.range.low_m, record.range.high_m) == (0.0, 7.0)


def test_no_number_that_may_be_left_out_lacks_a_value_for_the_kernels():
    craft = replace(CRAFT, gear=None, slew_rate=None)
    bare = replace(craft, engine=replace(craft.engine, specific_impulse_at_min_throttle=None, throttle_rate=None))
    scenario = replace(landing_example.landing(), craft=bare)
    drawn = Rows.of(scenario, ()).bases
    assert not np.isnan(drawn.runs.view(float)).any()
    for name in PHASE.fields["guided"][0].names:
        if name != "parameters":  # of a law, which finds by itself what is NaN
            values = drawn.phases["guided"][name]
            assert not any(np.isnan(part).any() for part in map(np.asarray, values.tolist()))


@pytest.mark.parametrize("name", ["luna25", "apollo11", "chandrayaan3"])
def test_each_path_that_can_be_dispersed_leads_into_the_record_to_the_scenarios_own_value(name):
    scenario = ls.load_scenario(name).without_faults()
    bases = Rows.of(scenario, ()).bases
    for path in dispersible(scenario).values():
        if path.parts[0] not in {"orbit", "faults"} and not path.offset:
            value = float(nominal(scenario, path.name).value)
            assert bases.columns(path, scenario)[0][0] == pytest.approx(value, rel=1e-15), path.name  # one conversion


def test_a_duration_may_be_a_difference_of_times():
    coast = ls.Coast(duration=Time("2023-08-19T12:00:00") - Time("2023-08-19T11:00:00"))
    assert filled(coast) == pytest.approx((3600.0,))


def test_the_names_of_all_numbers_end_in_units_of_si_or_have_none():
    units: tuple[str, ...] = ("_m", "_s", "_kg", "_n", "_mps", "_mps2", "_mps3", "_rad", "_rad_s", "_per_s")
    units += ("_per_root_s", "_m2", "_m3_s2", "_rad_s2")
    bare = {name.split(".")[-1] for name in (*leaves(RUN), *leaves(PHASE)) if not name.endswith(units)}
    assert bare == {
        *("min_throttle", "low", "high", "thrust_error", "powered", "scale_factor", "altitude_scale", "seed"),
        *("radiation_coefficient", "love_number", "throttle", "direction", "exits", "parameters"),
        *("noise_share", "noise_factor", "first_return", "beams", "array_size"),
        *("kind", "gravity_degree", "map", "gate", "rejections", "on_rejections"),
        *("dropout_probability", "false_lock_probability", "miss_probability", "spurious_probability"),
        *("count", "specific_impulse_error", "follows_throttle", "held_throttle", "shuts_down"),
        *("threshold", "persistence", "reaction", "keeps_sum", "keeps_estimate"),
        *("phase", "value", "begun"),  # of onsets, whose value is a time or a height
        *("forces", "conditions"),  # numbers of a user's own parts, each in the unit that its class declares
        *("own_steering", "own", "address"),
    }


def test_a_column_in_degrees_holds_degrees_of_what_the_kernels_write_in_radians():
    rate = Output("turn_rate", u.deg / u.s, "attitude rate at the end")
    results = np.array([(0.5,)], record([(rate.field, float)]))
    assert (rate.field, rate.column) == ("turn_rate_rad_s", "turn_rate_deg_s")
    assert rate.values(results) == [np.degrees(0.5)]
    with pytest.raises(TypeError, match="unit km"):
        Output("way", u.km, "the kernels write metres")


def test_a_landing_writes_every_number_that_a_run_reports():
    scenario = landing_example.landing()
    rows = Rows.of(scenario, ())
    results = flown(rows, rows.bases, 1e-3)
    assert not [each.name for each in OF_RUN if not each.estimates and np.isnan(results.runs[each.field][0])]
    assert not [each.name for each in OF_BURN if np.isnan(results.burns[each.field]).any()]


def test_the_columns_of_a_campaign_are_those_that_are_declared():
    scenario = landing_example.landing()
    columns = {column.name: column for column in described({}, scenario)}
    declared_names = [each.column for each in OF_RUN if each.kept and not (each.estimates or each.monitored)]
    declared_names += [f"{prefix}_{each.column}" for prefix, _ in records(scenario) for each in OF_BURN]
    assert list(columns) == declared_names
    assert columns["latitude_deg"].unit == "deg"
    assert columns["phase0_dv_sensed_mps"].unit == "m / s"
    assert {column.dtype for column in columns.values()} == {"int8", "float64"}


NAMES = """
import numba, sys
import numpy as np
from lunarsim.kernels import records
for k in range(int(sys.argv[1])):
    numba.from_dtype(records.record([(f"made_before_{k}", float)]))
for names in ("a_m", "b_m"):
    print(numba.from_dtype(records.record([(names, float)])).mangling_args)
"""


def test_a_record_has_a_name_in_machine_code_that_no_other_has_in_another_process():
    first, later = (
        subprocess.run([sys.executable, "-c", NAMES, count], check=True, capture_output=True, text=True).stdout
        for count in ("0", "3")
    )
    assert first == later
    assert len(set(first.splitlines())) == 2
