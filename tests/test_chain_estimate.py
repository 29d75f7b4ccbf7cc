"""What a navigation has estimated goes on in the next link of a mission."""

from typing import Any

import numpy as np
import pytest
from astropy import units as u

import lunarsim as ls
from lunarsim.chain.estimate import keeps_estimate, with_estimate
from lunarsim.flight.result.navigation import NavigationHistory
from lunarsim.kernels.navigation.covariance import STATES
from lunarsim.kernels.navigation.estimate import axes_of_flight, begin_estimate
from lunarsim.kernels.navigation.memory import MEMORY
from lunarsim.records import filled, record_of

MPS = u.m / u.s
R, V = np.array([1.2e6, -0.9e6, 0.95e6]), np.array([900.0, 1200.0, -300.0])
ENGINE = ls.Engine(thrust=1 * u.kN, specific_impulse=300 * u.s)

Y = np.concatenate((R, V, [1000.0, 0.0, 0.0]))
ERRORS = {
    "downrange": 900 * u.m,
    "crossrange": -400 * u.m,
    "altitude": 150 * u.m,
    "downrange_rate": 0.7 * MPS,
    "crossrange_rate": 0.2 * MPS,
    "altitude_rate": -0.4 * MPS,
}


def craft_with(navigation):
    return ls.Spacecraft(dry_mass=1 * u.kg, propellant_mass=1 * u.kg, engine=ENGINE, navigation=navigation)


def begun(navigation):
    own = np.zeros(1, MEMORY)[0]
    filled_in: Any = np.array(filled(craft_with(navigation)), record_of(ls.Spacecraft))[()]
    begin_estimate(own, Y, filled_in.navigation)
    return own


def history(own):
    """The end of a navigation that has come to be where another began."""
    estimated = np.concatenate((own.position_m, own.velocity_mps))
    nothing = np.full((1, 3), np.nan)
    return NavigationHistory(
        elapsed_s=np.zeros(1),
        true_state=Y[None, :6],
        estimated_state=estimated[None],
        altitude_bias_m=np.zeros(1),
        covariances=own.covariance.reshape(1, STATES, STATES),
        measured_range_m=np.full(1, np.nan),
        measured_velocity_mps=nothing,
        sensed_delta_v_mps=nothing,
        commanded_n=nothing,
    )


@pytest.mark.parametrize("kind", [ls.DeadReckoning, ls.KalmanFilter])
@pytest.mark.parametrize("seed", [0, 7])
def test_an_estimate_goes_on_where_it_ended(kind, seed):
    ended = begun(kind(seed=5, **ERRORS))
    craft = with_estimate(craft_with(kind(seed=seed)), history(ended))
    again = begun(craft.navigation)
    assert np.linalg.norm(again.position_m - ended.position_m) < 1e-6
    assert np.linalg.norm(again.velocity_mps - ended.velocity_mps) < 1e-9


def test_a_filter_goes_on_with_the_standard_deviations_that_it_had():
    ended = begun(
        ls.KalmanFilter(seed=1, downrange_sigma=300 * u.m, crossrange_sigma=70 * u.m, altitude_sigma=20 * u.m)
    )
    navigation = with_estimate(craft_with(ls.KalmanFilter()), history(ended)).navigation
    axes = np.array(axes_of_flight(tuple(R), tuple(V)))
    for name, axis in zip(("downrange", "crossrange", "altitude"), axes, strict=True):
        position = np.sqrt(axis @ ended.covariance[:3, :3] @ axis)
        velocity = np.sqrt(axis @ ended.covariance[3:6, 3:6] @ axis)
        assert getattr(navigation, f"{name}_sigma").to_value(u.m) == pytest.approx(position, rel=1e-9)
        assert getattr(navigation, f"{name}_rate_sigma").to_value(MPS) == pytest.approx(velocity, rel=1e-9)


def test_only_a_navigation_that_adds_up_has_an_estimate_to_hand_on():
    assert keeps_estimate(craft_with(ls.DeadReckoning()))
    assert not keeps_estimate(craft_with(ls.Navigation()))
    assert not keeps_estimate(None)
