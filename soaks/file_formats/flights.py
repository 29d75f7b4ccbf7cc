"""Saved flights: the archive as it is, its document and its arrays, each mutated within a whole archive."""

from __future__ import annotations

import json
import random
import zipfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import flight_files as files

from file_formats import FileFormat


@cache
def _flights(folder: Path) -> tuple[bytes, ...]:
    """Return saved flights: a coast over a map, burns with faults."""
    made = []
    for name, flight in (("coast", files.coast_over_a_map()), ("burns", files.burns())):
        flight.save(folder / f"{name}.npz")
        made.append((folder / f"{name}.npz").read_bytes())
    return tuple(made)


@dataclass(frozen=True)
class _Member:
    """One member of the archive, the others being whole."""

    name: str

    def originals(self, folder: Path) -> list[bytes]:
        _flights(folder)
        with zipfile.ZipFile(folder / "coast.npz") as archive:
            return [archive.read(self.name)]

    def load(self, path: Path) -> None:
        edited = path.with_name("edited.npz")
        files.edited(path.with_name("coast.npz"), edited, {self.name: path.read_bytes()})
        files.use_flight(edited)


@cache
def _originals(folder: Path) -> list[bytes]:
    return _Member("flight.json").originals(folder)


def _load_with_other_values(path: Path) -> None:
    """Load a flight whose document is sound JSON with other values, after the mutated bytes as a seed."""
    rng = random.Random(path.read_bytes())
    source, target = path.with_name(rng.choice(("coast.npz", "burns.npz"))), path.with_name("edited.npz")
    with zipfile.ZipFile(source) as archive:
        document = json.loads(archive.read("flight.json"))
    if path.read_bytes() not in _originals(path.parent):
        files.edit_document(document, rng)
    files.edited(source, target, {"flight.json": json.dumps(document).encode()})
    files.use_flight(target)


def _format(name: str, member: str, suffix: str) -> FileFormat:
    each = _Member(member)
    return FileFormat(name=name, suffix=suffix, originals=each.originals, load=each.load)


FORMATS = (
    FileFormat(name="flight", suffix=".npz", originals=lambda folder: list(_flights(folder)), load=files.use_flight),
    _format("flight-document", "flight.json", ".json"),
    FileFormat(
        name="flight-values",
        suffix=".json",
        originals=_Member("flight.json").originals,
        load=_load_with_other_values,
    ),
    _format("flight-steps", "phases.0.segment.start_y.npy", ".npy"),
    _format("flight-map", "scenario.moon.terrain.ground.heights_m.npy", ".npy"),
)
