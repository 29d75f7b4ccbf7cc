"""NAIF's binary kernels: SPK ephemerides, and the orientation of the Moon."""

from __future__ import annotations

from pathlib import Path

import kernel_files as files
import numpy as np

from file_formats import FileFormat
from lunarsim import data
from lunarsim.kernels.geometry.orientation import rotations_pa_from_icrf
from lunarsim.moon.orientation import read_angles

_KERNEL = "moon_pa_de421_1900-2050.bpc"


def _ephemerides(_: Path) -> list[bytes]:
    plain, with_velocities = (list(files.solar_system(data_type=kind).values()) for kind in (2, 3))
    craft = files.Segment((-31, 301, 1, 13), np.arange(50.0))
    return [
        files.daf_bytes(plain),
        files.daf_bytes(with_velocities, order=">"),
        files.daf_bytes([craft, *plain, *with_velocities], a_record=2),
    ]


def _orientations(_: Path) -> list[bytes]:
    found = data.locate(_KERNEL)
    assert found is not None
    return [files.orientation_bytes(found.path, order=order) for order in "<>"]


def _use_orientation(path: Path) -> None:
    table = read_angles(path)
    rotations_pa_from_icrf(table, table.start_s + np.linspace(0.0, 1e6, 5))


FORMATS = (
    FileFormat(name="spk", suffix=".bsp", originals=_ephemerides, load=files.use_ephemeris),
    FileFormat(name="bpc", suffix=".bpc", originals=_orientations, load=_use_orientation),
)
