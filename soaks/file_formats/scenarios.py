"""Scenario files, and the tables of measured values beside them."""

from __future__ import annotations

from collections.abc import Callable
from importlib import resources
from pathlib import Path

import lunarsim as ls
from file_formats import FileFormat
from lunarsim.io.scenario_file.dispersion_file import read_empirical

_FLOWN = ("luna25", "luna25-landing", "apollo11", "chandrayaan3", "change3", "slim")
_DISPERSED = ("luna25", "luna25-landing", "apollo11")
_TABLES = (
    b"craft.engine.thrust [N],craft.engine.specific_impulse [s]\n4200,310\n4180.5,311\n4.21e3,309.5\n",
    b"craft.engine.min_throttle\n0.1\n0.2\n\n0.15\n",
)


def _of_catalogue(*names: str) -> Callable[[Path], list[bytes]]:
    folder = resources.files("lunarsim.scenarios")
    return lambda _: [(folder / f"{name}.toml").read_bytes() for name in names]


FORMATS = (
    FileFormat(name="scenario", suffix=".toml", originals=_of_catalogue(*_FLOWN), load=ls.load_scenario),
    FileFormat(name="campaign", suffix=".toml", originals=_of_catalogue(*_DISPERSED), load=ls.load_campaign),
    FileFormat(name="empirical", suffix=".csv", originals=lambda _: list(_TABLES), load=read_empirical),
)
