"""Training an expansion: for each choice of the switches, exact runs by a design, and polynomials through them."""

from __future__ import annotations

import time
from dataclasses import dataclass
from math import ceil

import numpy as np
from astropy import units as u

from lunarsim.campaign.executors.flying import Flying
from lunarsim.campaign.expansion.branch import Branch
from lunarsim.campaign.expansion.coordinates import Coordinates
from lunarsim.campaign.expansion.error_scale import errors_needed
from lunarsim.campaign.expansion.options import Options
from lunarsim.campaign.expansion.polynomial import Basis
from lunarsim.campaign.expansion.trainer import Trainer
from lunarsim.campaign.inputs.paths import is_onset
from lunarsim.errors import InputError
from lunarsim.flight.driver.row import engines_used, has_monitors

_RUNS_PER_TERM = 1.25  # fewer do not tell how wrong a polynomial is
_USUAL_RUNS_PER_TERM = 2.0
_FEWEST_RUNS = 300


@dataclass(frozen=True, kw_only=True)
class Training:
    """What an expansion was trained with.

    Attributes
    ----------
    options : Options
        How.
    branches : tuple of Branch
        The branches that have expansions.
    exact : tuple of (str, str)
        Which runs are flown exactly whatever their inputs, and why.
    terms : int
        Monomials of the whole order.
    flights : int
        Exact flights that it took, those to times on the way counted.
    seconds : float
        Processor time that it took.
    """

    options: Options
    branches: tuple[Branch, ...]
    exact: tuple[tuple[str, str], ...]
    terms: int
    flights: int
    seconds: float


def usual_training(coordinates: Coordinates, order: int) -> int:
    """Return how many training runs a polynomial takes, where nothing is said of it."""
    terms = Basis.total(coordinates.size, order, coordinates.powers).count
    return max(_FEWEST_RUNS, ceil(_USUAL_RUNS_PER_TERM * terms))


def check_expandable(work: Flying) -> None:
    """Refuse a campaign whose ends are no smooth functions of its inputs.

    Raises
    ------
    InputError
        If the scenario has guided phases, monitors, faults that wait for an event, or an engine that still gives
        something after a cut-off.
    """
    scenario = work.scenario
    if scenario.guided:
        raise InputError(
            f"the scenario '{scenario.name}' has guided phases, whose ends jump by a guidance cycle from run to "
            "run and are no polynomials of the inputs: fly the campaign by run()"
        )
    crafts = [scenario.flown_craft, *(change.craft for change in scenario.craft_changes)]
    engines = [craft.engine_called(name) for craft in crafts if craft is not None for name in engines_used(scenario)]
    fall = any(engine.tail_off > 0.0 * u.s or not engine.shuts_down for engine in engines)
    if fall or any(name.endswith(".tail_off") for name in work.inputs):
        raise InputError(
            f"an engine of the scenario '{scenario.name}' has a tail_off, or does not shut down, and its sensed "
            "delta-v is not that of the cut-off: fly the campaign by run()"
        )
    if has_monitors(scenario) or scenario.waiting_faults or any(map(is_onset, work.inputs)):
        raise InputError(
            f"the scenario '{scenario.name}' has monitors, or a fault that waits for an event or begins at "
            "another time in each run: what they change jumps from run to run and is no polynomial of the inputs: fly "
            "the campaign by run()"
        )


def train(work: Flying, coordinates: Coordinates, options: Options) -> Training:
    """Fly the training runs and fit the expansions.

    Raises
    ------
    InputError
        If there are too few training runs for the order, or too few runs for the confidence.
    """
    basis = Basis.total(coordinates.size, options.order, coordinates.powers)
    needed = ceil(_RUNS_PER_TERM * basis.count)
    if options.training < needed:
        raise InputError(
            f"training = {options.training}: a polynomial of order {options.order} in {coordinates.size} coordinates "
            f"has {basis.count} terms and takes {needed} runs or more; give as many, or a lower order"
        )
    enough = errors_needed(options.confidence)
    if max(options.training, options.calibration) < enough:
        raise InputError(
            f"confidence = {options.confidence:g}: it takes the errors of {enough} runs to tell what so few exceed; "
            f"give calibration = {enough}, or a lower confidence"
        )
    work.columns_of(np.full((1, work.dimensions), 0.5))  # compiled before the time is taken
    begin, trainer = time.process_time(), Trainer(work, coordinates, basis, options, needed)
    branches: list[Branch] = []
    for key, _ in coordinates.likeliest_keys():
        branches += trainer.branches(key)
    return Training(
        options=options,
        branches=tuple(branches),
        exact=tuple(trainer.exact),
        terms=basis.count,
        flights=trainer.flights,
        seconds=time.process_time() - begin,
    )
