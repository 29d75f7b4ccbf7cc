"""Damaged maps: read, or refused by the package's own errors; soaks/mutated_files.py reads 20,000 of each format."""

from __future__ import annotations

import random
import sys
from pathlib import Path

import pytest
from mutations import mutated
from repetitions import repeated

import lunarsim as ls

sys.path.append(str(Path(__file__).parent.parent / "soaks"))

from file_formats.maps import FORMATS


@pytest.mark.parametrize("file_format", FORMATS, ids=lambda each: each.name)
@repeated(75, 300)
def test_a_damaged_map_is_read_or_refused_by_an_error_of_our_own(tmp_path, file_format, count, capfd):
    if file_format.suffix == ".tif":
        pytest.importorskip("rasterio", reason="the extra geotiff is not installed")
    originals = file_format.originals(tmp_path)
    path, refused = tmp_path / f"file{file_format.suffix}", 0
    for i in range(count):
        rng = random.Random(f"short {file_format.name} {i}")
        path.write_bytes(mutated(rng.choice(originals), rng))
        try:
            file_format.load(path)
        except ls.LunarsimError as error:
            assert str(error).strip()  # noqa: PT017  (either is right)
            refused += 1
    assert 0 < refused < count
    assert "Traceback" not in capfd.readouterr().err
