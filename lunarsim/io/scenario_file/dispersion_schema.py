"""The keys of a scenario file's dispersions, by the kind of distribution."""

from __future__ import annotations

from functools import reduce
from operator import or_
from typing import Annotated, Any, Literal

from pydantic import Field, create_model

from lunarsim.io.scenario_file.values import Amount, Number, Table, key

_PATH = {"path": key(str, "What scatters.", needed=True)}
_ABOUT = {
    **_PATH,
    "mean": key(Amount, "Where it is centred; else the scenario's value, and 0 for offsets."),
    "sigma": key(Amount, "Standard deviation, of a truncated normal before it is cut.", needed=True),
}
_BOUNDS = {"low": key(Amount, "Lower bound.", needed=True), "high": key(Amount, "Upper bound.", needed=True)}

_KEYS: dict[str, dict[str, Any]] = {
    "normal": _ABOUT,
    "truncated normal": {**_ABOUT, **_BOUNDS},
    "uniform": {**_PATH, **_BOUNDS},
    "discrete": {
        **_PATH,
        "values": key(tuple[Amount, ...], "What can occur, each once.", needed=True),
        "probabilities": key(tuple[Number, ...], "One for each value, together 1; else all equal."),
    },
    "probability": {**_PATH, "p": key(Number, "0 to 1.", needed=True)},
    "joint normal": {
        "paths": key(tuple[str, ...], "What scatters, in the order of the other lists.", needed=True),
        "means": key(tuple[Amount, ...], "Where each is centred; else the scenario's values, and 0 for offsets."),
        "sigmas": key(tuple[Amount, ...], "Standard deviation of each.", needed=True),
        "correlation": key(tuple[tuple[Number, ...], ...], "Row by row, with ones on the diagonal.", needed=True),
    },
    "empirical": {"file": key(str, "A CSV file, looked for as `terrain` is.", needed=True)},
}


def _table(kind: str, keys: dict[str, Any]) -> Any:
    said = key(Literal[kind], "The kind.", needed=True)
    return create_model(kind, __base__=Table, distribution=said, **keys)


DispersionTable: Any = Annotated[
    reduce(or_, (_table(kind, keys) for kind, keys in _KEYS.items())), Field(discriminator="distribution")
]
