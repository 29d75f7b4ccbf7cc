"""What a step adds to the vector that is integrated, as Chebyshev series along the step."""

import numpy as np
from numpy.typing import NDArray

from lunarsim.kernels.compiled import part_of_kernel
from lunarsim.kernels.driver.collocation import Solution
from lunarsim.kernels.driver.quadrature import PATH_POSITION, PATH_VELOCITY, TERMS, TERMS_OF_NODE
from lunarsim.kernels.forces.motion import Propulsion, thrust_at
from lunarsim.kernels.simd.lanes import WIDTH, everywhere, lane, load, store, total


@part_of_kernel
def write_path(h_s: float, y: NDArray[np.float64], solution: Solution, coefficients: NDArray[np.float64]) -> None:
    """Write the position (m) along a step as Chebyshev series, shape (1, 3, terms)."""
    flat = coefficients.reshape(3 * TERMS)
    for i in range(3):
        low = high = everywhere(0.0)
        for k in range(WIDTH):  # node by node: all terms at once
            force = h_s * h_s * lane(solution.a[i], k)
            low, high = (
                low + force * load(TERMS_OF_NODE, 2 * WIDTH * k),
                high + force * load(TERMS_OF_NODE, 2 * WIDTH * k + WIDTH),
            )
        store(low, flat, TERMS * i)
        for k in range(WIDTH, TERMS):
            flat[TERMS * i + k] = lane(high, k - WIDTH)
        coefficients[0, i, 0] += y[i] + 0.5 * h_s * y[3 + i]
        coefficients[0, i, 1] += 0.5 * h_s * y[3 + i]


@part_of_kernel
def write_velocity(h_s: float, y: NDArray[np.float64], solution: Solution, coefficients: NDArray[np.float64]) -> None:
    """Write the velocity (m/s) along a step as Chebyshev series, shape (1, 3, terms)."""
    for i in range(3):
        for k in range(TERMS):
            coefficients[0, i, k] = h_s * total(solution.a[i] * load(PATH_VELOCITY, WIDTH * k))
        coefficients[0, i, 0] += y[3 + i]


@part_of_kernel
def write_sensed(h_s: float, y: NDArray[np.float64], solution: Solution, coefficients: NDArray[np.float64]) -> None:
    """Write the sensed delta-v (m/s) along a step as a Chebyshev series, shape (1, 1, terms)."""
    for k in range(TERMS):
        coefficients[0, 0, k] = h_s * total(solution.sensed * load(PATH_VELOCITY, WIDTH * k))
    coefficients[0, 0, 0] += y[8]


@part_of_kernel
def write_series(
    t_s: float,
    h_s: float,
    y: NDArray[np.float64],
    solution: Solution,
    propulsion: Propulsion,
    series: NDArray[np.float64],
) -> None:
    """Write what is added to the vector along a step as Chebyshev series, shape (terms, 9); all zero at its start."""
    burns = propulsion.thrust_n > 0.0
    for k in range(TERMS):
        to_velocity, to_position = h_s * load(PATH_VELOCITY, WIDTH * k), h_s * h_s * load(PATH_POSITION, WIDTH * k)
        for i in range(3):
            series[k, i] = total(solution.a[i] * to_position)
            series[k, 3 + i] = total(solution.a[i] * to_velocity)
        series[k, 6] = 0.0
        series[k, 7] = total(solution.specific_force * to_velocity) if burns else 0.0
        series[k, 8] = total(solution.sensed * to_velocity) if burns else 0.0
    for k in range(2):  # what changes evenly: half of its change in each of the first two terms
        for i in range(3):
            series[k, i] += 0.5 * h_s * y[3 + i]
        if burns:
            series[k, 6] = -0.5 * h_s * thrust_at(t_s, propulsion) / propulsion.exhaust_velocity_mps
    if propulsion.thrust_rate_n_s != 0.0:  # the square of the time as Chebyshev polynomials: 3/8, 1/2 and 1/8 of h^2
        square = 0.5 * propulsion.thrust_rate_n_s / propulsion.exhaust_velocity_mps * h_s * h_s
        series[0, 6] -= 0.375 * square
        series[1, 6] -= 0.5 * square
        series[2, 6] -= 0.125 * square
