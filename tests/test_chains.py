"""Missions: chains of scenarios, what is handed on between them, and chains that do not meet."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from astropy import units as u
from random_flights import EPOCH, MPS

import lunarsim as ls
from lunarsim import constants
from lunarsim.chain import RowKind

R, GM = constants.MOON_RADIUS_M, constants.GM_MOON_M3_S2
POINT = ls.Moon(gravity=ls.GravityField.grail(degree=0), third_bodies=())
SHARP = ls.Engine(thrust=1e6 * u.N, specific_impulse=3000 * u.s)  # so that a burn lasts less than 0.1 s


def burn_at(minutes, size_mps, name):
    return ls.Burn(ignition=EPOCH + minutes * u.min, target_delta_v=size_mps * MPS, timer=10 * u.s, name=name)


@pytest.fixture(scope="module")
def first():
    """A craft on 100 x 500 km about a point mass, from its perilune, which brakes by 10 m/s after half an hour."""
    low, high = R + 1e5, R + 5e5
    speed = np.sqrt(2.0 * GM * high / (low * (low + high)))
    state = ls.State([low, 0, 0] * u.m, [0, 0, speed] * MPS, EPOCH)
    craft = ls.Spacecraft(dry_mass=900 * u.kg, propellant_mass=100 * u.kg, engine=SHARP)
    return ls.Scenario(name="first", state=state, craft=craft, moon=POINT, plan=(burn_at(30, 10, "one"),))


@pytest.fixture(scope="module")
def second(first):
    return replace(first, name="second", plan=(burn_at(60, 5, "two"), ls.Coast(duration=10 * u.min)))


def chain(*links):
    return ls.Mission(name="chain", links=links)


@pytest.fixture(scope="module")
def flown(first, second):
    return ls.fly_mission(chain(ls.Link(scenario=first), ls.Link(scenario=second)))


def test_a_chain_flies_as_one_scenario_of_all_its_phases(first, second, flown):
    whole = ls.simulate(replace(first, plan=first.plan + second.plan), integrator="collocation")
    apart = flown.outcome.state.position - whole.at(flown.end).position
    assert np.linalg.norm(apart) < 1 * u.mm
    assert flown.flights[-1].mass[-1].value == pytest.approx(whole.mass[-1].value, abs=1e-9)
    assert flown.delta_v.value == pytest.approx(whole.delta_v[-1].value, abs=1e-9)
    assert [burn.name for burn in flown.burns] == ["one", "two"]


def test_each_link_starts_where_when_and_with_what_the_last_one_ended(flown):
    one, two = flown.flights
    assert two.scenario.state == one.outcome.state
    assert two.mass[0] == one.mass[-1]
    assert flown.legs[1].handover.handed_on == ("state", "craft")
    assert flown.legs[1].handover.anew == ()


def test_the_timeline_of_a_mission_starts_and_ends_once(flown):
    kinds = [told.event.kind for told in flown.timeline]
    assert kinds.count(ls.EventKind.START) == kinds.count(ls.EventKind.END) == 1
    times = [told.event.time for told in flown.timeline]
    assert all(a <= b for a, b in pairwise(times))


def test_the_histories_of_all_links_are_one_table(flown):
    table = flown.to_table()
    assert len(table) == sum(len(flight.to_table()) for flight in flown.flights)
    assert set(table["link"]) == {"first", "second"}
    assert np.all(np.diff(table["elapsed"].to_value(u.s)) >= -1e-6)


def test_a_saved_mission_comes_back_the_same(flown, tmp_path):
    flown.save(tmp_path / "chain.mission")
    assert ls.MissionFlight.load(tmp_path / "chain.mission") == flown


def test_a_file_that_is_no_saved_mission_is_refused(flown, tmp_path):
    flown.flights[0].save(tmp_path / "one.flight")
    with pytest.raises(ls.DataError, match=r"not a saved mission"):
        ls.MissionFlight.load(tmp_path / "one.flight")
    (tmp_path / "text").write_text("words")
    with pytest.raises(ls.DataError, match=r"not a saved mission"):
        ls.MissionFlight.load(tmp_path / "text")


def test_a_burn_is_centred_on_the_apsis_nearest_to_its_ignition(first):
    period_s = 2.0 * np.pi * np.sqrt((R + 3e5) ** 3 / GM)
    slow = replace(first.craft, engine=replace(SHARP, thrust=100 * u.N))
    burn = ls.Burn(ignition=EPOCH + 0.4 * period_s * u.s, target_delta_v=20 * MPS, timer=1e4 * u.s, name="slow")
    mission = ls.fly_mission(chain(ls.Link(scenario=replace(first, craft=slow, plan=(burn,)), centre="apolune")))
    (record,) = mission.burns
    middle = record.ignition + 0.5 * record.duration
    # half a turn after the perilune, about a point mass; the mass falls by less than a thousandth over the burn
    assert (middle - EPOCH).to_value(u.s) == pytest.approx(0.5 * period_s, abs=0.1)


def test_a_free_number_without_a_unit_is_told_and_an_angle_in_the_unit_of_its_bounds(first, second):
    timed = burn_at(40, 1000, "timed")
    link = ls.Link(
        scenario=replace(second, plan=(replace(timed, timer=0.01 * u.s), ls.Coast(duration=10 * u.min))),
        vary={
            "craft.engine.thrust_error": (-0.9 * u.one, 0.9 * u.one),
            "plan.0.pitch_error": (-30 * u.deg, 30 * u.deg),
        },
        reach=(ls.Goal("perilune", 60 * u.km, at="timed"),),
    )
    rows = {row.quantity: row.flown for row in ls.fly_mission(chain(ls.Link(scenario=first), link)).legs[1].rows}
    assert float(rows["craft.engine.thrust_error"]) != 0.0
    assert rows["plan.0.pitch_error"].endswith(" deg")


def test_free_numbers_reach_the_goals_of_their_link(first, second):
    reach = (ls.Goal("perilune", 60 * u.km, at="two"),)
    vary = {"plan.0.target_delta_v": (1 * MPS, 40 * MPS)}
    compare = (ls.Goal("apolune", 400 * u.km, at="two", tolerance=0.5 * u.km),)
    link = ls.Link(scenario=second, vary=vary, reach=reach, compare=compare)
    mission = ls.fly_mission(chain(ls.Link(scenario=first), link))
    assert mission.burns[1].after.perilune.to_value(u.km) == pytest.approx(60.0, abs=1e-4)
    rows = {row.kind: row for row in mission.legs[1].rows}
    assert rows[RowKind.MET].kept
    assert rows[RowKind.FREE].quantity == "plan.0.target_delta_v"
    missed = mission.burns[1].after.apolune.to_value(u.km) - 400.0
    assert rows[RowKind.COMPARED].miss == pytest.approx(missed, abs=1e-9)
    assert rows[RowKind.COMPARED].kept is False


def test_a_solved_mission_flies_the_same_without_a_search(first, second):
    vary = {"plan.0.target_delta_v": (1 * MPS, 40 * MPS)}
    link = ls.Link(scenario=second, vary=vary, reach=(ls.Goal("perilune", 60 * u.km, at="two"),))
    mission = ls.fly_mission(chain(ls.Link(scenario=first), link))
    again = ls.fly_mission(mission.solved)
    assert again.outcome.state == mission.outcome.state


def test_what_ends_a_burn_and_where_it_is_turned_are_told_as_given(first):
    timed = replace(
        burn_at(30, 1e5, "timed"), timer=0.01 * u.s, pitch_error=-44 * u.deg, yaw_error=3 * u.deg, ignition=EPOCH
    )
    (leg,) = ls.fly_mission(chain(ls.Link(scenario=replace(first, plan=(timed, burn_at(60, 5, "aimed")))))).legs
    given = {row.quantity: row.asked for row in leg.rows if row.kind is RowKind.GIVEN}
    assert given["size of timed"] == "0.0 s"
    assert given["direction of timed"] == "pitch -44.00 deg, yaw 3.00 deg"
    assert given["size of aimed"] == "5.0 m/s or 10.0 s"
    assert "direction of aimed" not in given


def test_goals_out_of_reach_name_the_link(first, second):
    vary = {"plan.0.target_delta_v": (1 * MPS, 6 * MPS)}
    link = ls.Link(scenario=second, vary=vary, reach=(ls.Goal("perilune", 10 * u.km, at="two"),))
    with pytest.raises(ls.TargetingError, match=r"link 'second': .*perilune after two"):
        ls.fly_mission(chain(ls.Link(scenario=first), link))


def test_a_craft_that_is_given_anew_leaves_the_rest_behind(first, second):
    lander = ls.Spacecraft(dry_mass=300 * u.kg, propellant_mass=100 * u.kg, engine=SHARP)
    link = ls.Link(scenario=replace(second, craft=lander), anew=("craft",), leaves="orbiter")
    mission = ls.fly_mission(chain(ls.Link(scenario=first), link))
    handover = mission.legs[1].handover
    assert mission.flights[1].mass[0] == 400 * u.kg
    assert handover.left_kg == pytest.approx(mission.flights[0].mass[-1].value - 400.0)
    assert str(handover) == f"state handed on; craft given anew; orbiter left behind, {handover.left_kg:.0f} kg"


def own_start(scenario, flight, **changes):
    """Return a link whose scenario has the end of a flight for its own start, but for some changes."""
    state = replace(flight.outcome.state, **changes)
    craft = replace(scenario.craft, propellant_mass=flight.mass[-1] - scenario.craft.dry_mass)
    return ls.Link(scenario=replace(scenario, state=state, craft=craft), own_start=True)


def test_a_link_with_a_start_of_its_own_that_meets_is_flown(first, second, flown):
    mission = ls.fly_mission(chain(ls.Link(scenario=first), own_start(second, flown.flights[0])))
    assert mission.outcome.state == flown.outcome.state
    assert mission.legs[1].handover.gaps["place"] < 1e-6


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (lambda end: {"epoch": end.epoch + 2 * u.s}, "epochs .* are 2 s apart, and meets.time = 1 s"),
        (lambda end: {"position": end.position + [0, 2, 0] * u.km}, "places .* 2000 m apart, and meets.place = 1000 m"),
        (lambda end: {"velocity": end.velocity + [0, 2, 0] * MPS}, "velocities .* 2 m / s apart"),
    ],
)
def test_a_chain_whose_links_do_not_meet_is_refused(first, second, flown, changes, message):
    link = own_start(second, flown.flights[0], **changes(flown.flights[0].outcome.state))
    with pytest.raises(ls.InputError, match=rf"link 'second' does not meet 'first': the {message}"):
        ls.fly_mission(chain(ls.Link(scenario=first), link))


def test_a_chain_whose_masses_do_not_meet_is_refused(first, second, flown):
    link = own_start(second, flown.flights[0])
    heavy = replace(link.scenario.craft, propellant_mass=150 * u.kg)
    with pytest.raises(ls.InputError, match=r"the masses of its start .* apart, and meets.mass = 1 kg"):
        ls.fly_mission(chain(ls.Link(scenario=first), replace(link, scenario=replace(link.scenario, craft=heavy))))
    light = replace(second, craft=replace(heavy, propellant_mass=10 * u.kg))
    with pytest.raises(ls.InputError, match=r"say with leaves = '...' what stays behind"):
        ls.fly_mission(chain(ls.Link(scenario=first), ls.Link(scenario=light, anew=("craft",))))
    with pytest.raises(ls.InputError, match=r"expected no more than that"):
        ls.fly_mission(chain(ls.Link(scenario=first), ls.Link(scenario=replace(second, craft=heavy), anew=("craft",))))


def test_a_burn_before_the_last_link_ended_is_refused(first, second):
    early = replace(second, plan=(burn_at(20, 5, "two"),))
    with pytest.raises(ls.InputError, match=r"'second' does not follow on 'first'.*burn 'two' has ignition"):
        ls.fly_mission(chain(ls.Link(scenario=first), ls.Link(scenario=early)))


def test_a_chain_that_meets_the_ground_ends_there(first, second):
    falls = replace(first, plan=(burn_at(30, 900, "one"), ls.Coast(duration=2 * u.hour)))
    heavy = replace(falls, craft=replace(first.craft, propellant_mass=500 * u.kg))
    mission = ls.fly_mission(chain(ls.Link(scenario=heavy), ls.Link(scenario=second)))
    assert isinstance(mission.outcome, ls.Impact)
    assert (len(mission.legs), mission.planned) == (1, 2)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"anew": ("propellant",)}, "cannot give 'propellant' anew"),
        ({"leaves": "orbiter"}, "nothing leaves it"),
        ({"centre": "node"}, "centred on an apsis"),
        ({"vary": {"plan.0.target_delta_v": (1 * MPS, 2 * MPS)}}, "1 numbers in vary and 0 goals in reach"),
    ],
)
def test_a_link_that_is_none_is_refused(first, given, message):
    with pytest.raises(ls.InputError, match=message):
        ls.Link(scenario=first, **given)


@pytest.fixture(scope="module")
def forked(first, second):
    """A craft of which one part falls to the ground, while the other waits and goes on."""
    falls = replace(second, name="falls", plan=(burn_at(40, 900, "down"), ls.Coast(duration=2 * u.hour)))
    heavy = replace(first.craft, propellant_mass=500 * u.kg)
    never = replace(second, name="never")
    waits = replace(second, name="waits", plan=(burn_at(35, 5, "up"), ls.Coast(duration=10 * u.min)))
    again = replace(second, name="again", plan=(ls.Coast(duration=1 * u.hour),))
    return chain(
        ls.Link(scenario=replace(first, craft=heavy)),
        ls.Link(scenario=falls),
        ls.Link(scenario=never),
        ls.Link(scenario=waits, after="first"),
        ls.Link(scenario=again),
    )


@pytest.fixture(scope="module")
def both_ways(forked):
    return ls.fly_mission(forked)


def test_where_one_way_ends_on_the_ground_the_other_goes_on(both_ways):
    assert [flight.scenario.name for flight in both_ways.flights] == ["first", "falls", "waits", "again"]
    assert both_ways.planned == 5
    assert list(both_ways.outcomes) == ["falls", "again"]
    assert isinstance(both_ways.outcomes["falls"], ls.Impact)
    assert both_ways.end == both_ways.flights[-1].end


def test_a_way_begins_where_the_link_that_it_follows_on_ended(both_ways):
    first, falls, waits, _ = both_ways.flights
    assert waits.scenario.state == falls.scenario.state == first.outcome.state
    assert waits.mass[0] == first.mass[-1]
    assert str(both_ways.legs[2].handover) == "after first; state and craft handed on"


def test_the_timeline_of_two_ways_is_ordered_by_time_and_tells_both_ends(both_ways):
    kinds = [told.event.kind for told in both_ways.timeline]
    assert (kinds.count(ls.EventKind.START), kinds.count(ls.EventKind.END)) == (1, 1)  # the other end is an impact
    assert "falls" in {told.link for told in both_ways.timeline}
    times = [told.event.time for told in both_ways.timeline]
    assert all(a <= b for a, b in pairwise(times))


def test_of_two_flights_under_way_the_one_listed_later_is_there(both_ways):
    falls, waits = both_ways.flights[1:3]
    assert both_ways.at(falls.start + 10 * u.min) is waits


def test_the_way_of_a_forked_mission_is_that_of_the_links_that_lead_to_its_last(both_ways, forked):
    assert [flight.scenario.name for flight in both_ways.way] == ["first", "waits", "again"]
    scatter = {"waits": {"craft.engine.thrust_error": ls.Normal(0 * u.one, 0.01 * u.one)}}
    assert [link.name for link in ls.MissionCampaign(forked, scatter).links] == ["first", "waits", "again"]
    assert [link.name for link in ls.MissionCampaign(forked, scatter, until="waits").links] == ["first", "waits"]
    assert ls.MissionCampaign(forked, scatter).run(1, seed=0).column("links_flown")[0] == 3


def test_what_scatters_beside_the_way_of_a_campaign_is_refused(forked):
    campaign = ls.MissionCampaign(
        forked, {name: {"craft.engine.thrust_error": ls.Normal(0 * u.one, 0.01 * u.one)} for name in ("falls", "waits")}
    )
    with pytest.raises(ls.InputError, match=r"link 'falls' is not on the way to 'again'"):
        campaign.run(1, seed=0)


def test_a_campaign_flies_as_far_as_the_nominal_mission_goes(forked):
    ends = replace(forked, links=forked.links[:3])
    campaign = ls.MissionCampaign(ends, {"falls": {"craft.engine.thrust_error": ls.Normal(0 * u.one, 0.01 * u.one)}})
    assert [link.name for link in campaign.links] == ["first", "falls"]
    late = ls.MissionCampaign(ends, {"never": {"craft.engine.thrust_error": ls.Normal(0 * u.one, 0.01 * u.one)}})
    with pytest.raises(ls.InputError, match=r"does not come to link 'never': it ends in 'falls', impact"):
        late.run(1, seed=0)


def test_a_forked_mission_comes_back_from_its_file_and_is_solved_as_it_flew(both_ways, tmp_path):
    both_ways.save(tmp_path / "forked.mission")
    back = ls.MissionFlight.load(tmp_path / "forked.mission")
    assert back == both_ways
    assert ls.fly_mission(back.solved).outcome.state == both_ways.outcome.state


@pytest.mark.parametrize(
    ("after", "message"),
    [
        (("fist", ""), r"'first': after = 'fist': the first link follows on none"),
        (("", "second"), r"'second': after = 'second': that link is not flown before"),
        (("", "fist"), r"after = 'fist': there is no such link; .*first"),
    ],
)
def test_a_link_that_follows_on_none_is_refused(first, second, after, message):
    with pytest.raises(ls.InputError, match=message):
        chain(ls.Link(scenario=first, after=after[0]), ls.Link(scenario=second, after=after[1]))


def test_two_links_of_one_name_are_refused(first):
    with pytest.raises(ls.InputError, match=r"two of the name 'first'"):
        chain(ls.Link(scenario=first), ls.Link(scenario=first))
