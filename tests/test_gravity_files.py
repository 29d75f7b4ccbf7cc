"""Gravity field files: the formats as others wrote them, round trips, truncation, and what is refused."""

# mypy: disable-error-code=call-arg
# an array that is spread is of any length to a type checker: f(*r, field) seems one argument too many

import os
from pathlib import Path

import numpy as np
import pytest
from astropy import units as u
from gravity_writers import (
    published_rows,
    write_gmat,
    write_icgem,
    write_plain_sha,
    write_pyshtools,
    write_shadr,
)
from hypothesis import given
from hypothesis import strategies as st
from mpmath import mp
from repetitions import examples

import lunarsim as ls
from lunarsim.errors import DataError, InputError

needs_data = pytest.mark.skipif("LUNARSIM_DATA" not in os.environ, reason="LUNARSIM_DATA does not name the data folder")


def data(name):
    return Path(os.environ["LUNARSIM_DATA"]) / name


# two digits of exponent, as in the columns of all formats; beyond C20 no larger than the Moon's may be to degree 12
coefficients = st.floats(-1e-4, 1e-4).map(lambda value: value if abs(value) > 1e-90 else 0.0)

WRITERS = {
    "a.cof": write_gmat,
    "a.tab": write_shadr,
    "a.gfc": write_icgem,
    "b.sha": write_plain_sha,
    "c.tab": write_pyshtools,
}
LINES_OF_HEADER = {"a.cof": 3, "a.tab": 1, "a.gfc": 13, "b.sha": 1, "c.tab": 4}  # and, by pyshtools, degrees 0 and 1


def of(field, n, m):
    place = n * (n + 1) // 2 + m
    return field.c[place], field.s[place]


def factor(n, m):
    """Unnormalised over normalised, in many digits (Kaula 1966, eq. 1.34)."""
    return float(mp.sqrt((1 if m == 0 else 2) * (2 * n + 1) * mp.factorial(n - m) / mp.factorial(n + m)))


@needs_data
def test_lp165p_has_the_constants_size_j2_and_c22_that_are_published():
    field = ls.GravityField.from_file(data("LP165P.cof"))
    assert (field.degree, field.order, field.name) == (165, 165, "LP165P")
    assert field.gm.to_value(u.m**3 / u.s**2) == 4.902801056e12  # its header, exact
    assert field.radius.to_value(u.m) == 1.738e6
    # eight digits of the published values without normalisation
    assert -factor(2, 0) * of(field, 2, 0)[0] == pytest.approx(2.0323662e-4, rel=1e-7)
    assert factor(2, 2) * of(field, 2, 2)[0] == pytest.approx(2.2357119e-5, rel=1e-7)
    assert of(field, 165, 165) == (4.41278012287e-08, -1.46436247594e-08)  # its last line, exact


@needs_data
def test_shadr_takes_its_degree_from_the_rows_where_the_header_says_1199():
    field = ls.GravityField.from_file(data("gggrx_1200l_sha_20x20.tab"))
    assert (field.degree, field.order) == (20, 20)
    # the header's GM in km3/s2 and radius in km; one rounding of the product with 1e9
    assert field.gm.to_value(u.m**3 / u.s**2) == pytest.approx(4.9028001218467998e12, rel=3e-16)
    assert field.radius.to_value(u.m) == 1.738e6
    assert of(field, 20, 20) == (-1.3510637580254e-07, -3.5864225988486e-07)  # its last line, exact


@needs_data
def test_three_models_of_the_moon_agree_about_its_gravity_at_50_km_as_well_as_their_literature_says():
    r = np.array([1.1e6, -0.8e6, 1.15e6])
    files = [data("LP165P.cof"), data("gggrx_1200l_sha_20x20.tab")]
    fields = [ls.GravityField.grail(20)] + [ls.GravityField.from_file(path, degree=20) for path in files]
    from lunarsim.kernels.forces.gravity import harmonics  # noqa: PLC0415

    accelerations = [np.array(harmonics(*r, field.lower())) for field in fields]
    for acceleration in accelerations[1:]:
        # to degree 20 they differ by some milligal (1e-5 m/s2), mostly of the far side that LP165P hardly saw
        assert np.linalg.norm(acceleration - accelerations[0]) < 5e-4


@pytest.mark.parametrize("name", WRITERS)
@given(
    degree=st.integers(2, 12),
    values=st.lists(coefficients, min_size=182, max_size=182),
    gm=st.floats(4.898e12, 4.907e12),
    radius_m=st.floats(1.734e6, 1.742e6),
)
@examples(15)
def test_what_was_written_is_read(tmp_path_factory, name, degree, values, gm, radius_m):
    rows = {(n, m): (values[2 * i], values[2 * i + 1] if m else 0.0) for i, (n, m) in enumerate(published_rows(degree))}
    rows[2, 0] = (-9e-5 + 0.1 * values[0], 0.0)
    if degree >= 3:
        rows[3, 1] = (2.6e-5 + 0.1 * values[0], rows[3, 1][1])
    path = tmp_path_factory.mktemp("fields") / name
    WRITERS[name](path, rows, gm=gm, radius_m=radius_m)
    field = ls.GravityField.from_file(path)
    assert field.degree == degree
    # 15 digits stand in GMAT's columns, 17 in the others, which a product with 1e3 or 1e9 rounds once or twice
    rel = 1e-14 if name == "a.cof" else 4e-16
    assert field.gm.to_value(u.m**3 / u.s**2) == pytest.approx(gm, rel=rel)
    assert field.radius.to_value(u.m) == pytest.approx(radius_m, rel=rel)
    for (n, m), pair in rows.items():
        assert of(field, n, m) == pytest.approx(pair, rel=rel, abs=0.0)
    assert of(field, 0, 0) == (1.0, 0.0)
    assert of(field, 1, 0) == of(field, 1, 1) == (0.0, 0.0)


@pytest.mark.parametrize("name", ["a.cof", "a.tab", "a.gfc"])
def test_coefficients_without_normalisation_are_normalised(tmp_path, name):
    rows = published_rows(20)
    flag = {"norm": "unnormalized"} if name == "a.gfc" else {"flag": 0}
    WRITERS[name](tmp_path / name, {key: (factor(*key) * c, factor(*key) * s) for key, (c, s) in rows.items()}, **flag)
    field = ls.GravityField.from_file(tmp_path / name)
    for (n, m), pair in rows.items():
        # GMAT's columns have 15 digits
        assert of(field, n, m) == pytest.approx(pair, rel=2e-14)


def test_fortrans_exponents_are_read_and_the_tide_system_and_name_come_from_the_header(tmp_path):
    write_icgem(tmp_path / "a.gfc", published_rows(4), exponent="D")
    field = ls.GravityField.from_file(tmp_path / "a.gfc")
    assert of(field, 4, 3) == pytest.approx(published_rows(4)[4, 3], rel=1e-15)
    assert (field.name, field.tide_system) == ("test_model", "tide_free")


def test_degree_and_order_cut_the_field(tmp_path):
    write_shadr(tmp_path / "a.tab", published_rows(6))
    field = ls.GravityField.from_file(tmp_path / "a.tab", degree=5, order=2)
    assert (field.degree, field.order) == (5, 2)
    assert of(field, 5, 2) == pytest.approx(published_rows(6)[5, 2], rel=1e-15)
    assert of(field, 5, 3) == (0.0, 0.0)
    assert field.c.size == 21


def test_a_field_of_low_order_is_whole(tmp_path):
    write_icgem(tmp_path / "a.gfc", published_rows(8, order=3))
    field = ls.GravityField.from_file(tmp_path / "a.gfc")
    assert (field.degree, field.order) == (8, 3)


def test_the_description_says_what_the_field_is(tmp_path):
    write_icgem(tmp_path / "a.gfc", published_rows(4))
    text = ls.GravityField.from_file(tmp_path / "a.gfc").describe()
    for words in (
        "test_model",
        "degree 4, order 4",
        "GM 4902.799967 km3/s2",
        "radius 1738 km",
        "tide_free",
        "file a.gfc",
    ):
        assert words in text
    assert f"J2 {-np.sqrt(5) * published_rows(4)[2, 0][0]:.7e}" in text


@pytest.mark.parametrize(("option", "value"), [("degree", 5), ("degree", -1), ("degree", 2.5), ("order", 5)])
def test_a_degree_or_order_that_the_file_does_not_reach_is_refused(tmp_path, option, value):
    write_gmat(tmp_path / "a.cof", published_rows(4))
    with pytest.raises(InputError, match=f"{option} = {value}.* 0 to 4, a whole number"):
        ls.GravityField.from_file(tmp_path / "a.cof", **{option: value})


def damaged(path, name, damage):
    """Write a whole file, then change the text of its line ``damage[0]``."""
    WRITERS[name](path, published_rows(4))
    lines = path.read_text().splitlines()
    line, old, new = damage
    assert old in lines[line - 1]
    lines[line - 1] = lines[line - 1].replace(old, new, 1)
    path.write_text("\n".join(lines) + "\n")


@pytest.mark.parametrize(
    ("name", "damage", "expected"),
    [
        ("a.cof", (3, "4.90279996708864e+12", "                    "), "four numbers"),
        ("a.cof", (3, "1.00000000000000e+00", "2.00000000000000e+00"), "normalisation flag"),
        ("a.cof", (4, "9.08866163613439e-05", "9.0886616x613439e-05"), "C in columns 18 to 38 as a finite number"),
        ("a.cof", (6, "1.09084628698355e-10", "1.090_4628698355e-10"), "S in columns 39 to 60 as a finite number"),
        ("a.cof", (5, "  2  1", "  2  x"), "an order as a whole number"),
        ("a.cof", (5, "  2  1", "  2  3"), "an order up to the degree 2, not 3"),
        ("a.cof", (5, "  2  1", "  2  0"), "degree 2, order 0 once"),
        ("a.cof", (6, "RECOEF", "WRONG!"), "at the start of the line"),
        ("a.tab", (1, "1.738", "-1.738"), "the radius (km) above zero"),
        ("a.tab", (1, "4.9027", "nan"), "GM (km3/s2) as a finite number"),
        ("a.tab", (1, "   1,", "   2,"), "normalisation flag"),
        ("a.tab", (1, "1199, 1199,", "1199,"), "radius (km), GM (km3/s2)"),
        ("a.tab", (3, "    2", "  2.0"), "a degree as a whole number"),
        ("a.tab", (4, "3.4", "inf "), "as a finite number"),
        ("a.gfc", (7, "9999", "9999"), None),
        ("a.gfc", (9, "fully_normalized", "schmidt"), "norm to be one of fully_normalized, unnormalized"),
        ("a.gfc", (14, "gfc", "gfct"), "coefficients that change with time"),
        ("a.gfc", (15, " -1.9", " NaN # "), "C as a finite number"),
        ("b.sha", (4, "-05", "-05 7.0"), "degree, order, C, S"),
        ("b.sha", (1, "9 9", "9.5 9"), "the degree, after GM and the radius, as a whole number"),
        ("c.tab", (1, "e-06", "e+00"), "a rotation rate below 0.001 rad/s after the radius and GM"),
        ("c.tab", (1, "-06, 4", "-06, x"), "the degree or order at the end as a whole number"),
    ],
)
def test_a_malformed_line_is_refused_with_its_number_its_text_and_what_was_expected(tmp_path, name, damage, expected):
    path = tmp_path / name
    damaged(path, name, damage)
    if expected is None:  # the header's degree is not looked at
        assert ls.GravityField.from_file(path).degree == 4
        return
    with pytest.raises(DataError) as error:
        ls.GravityField.from_file(path)
    shown = path.read_text().splitlines()[damage[0] - 1].rstrip()[:100]
    assert f"{path}, line {damage[0]}: '{shown}': expected " in str(error.value)
    assert expected in str(error.value)


@pytest.mark.parametrize("name", WRITERS)
@pytest.mark.parametrize("rows_kept", [None, 0, 1, 20, 50])
def test_a_file_that_was_cut_off_within_a_degree_is_refused(tmp_path, name, rows_kept):
    WRITERS[name](tmp_path / name, published_rows(12))
    lines = (tmp_path / name).read_text().splitlines(keepends=True)
    kept = 0 if rows_kept is None else LINES_OF_HEADER[name] + rows_kept
    (tmp_path / name).write_text("".join(lines[:kept]) + lines[kept][:12])
    with pytest.raises(DataError, match=str(tmp_path / name)):
        ls.GravityField.from_file(tmp_path / name)


def test_a_field_without_gm_or_with_a_gap_or_with_two_values_of_gm_is_refused(tmp_path):
    path = tmp_path / "a.gfc"
    write_icgem(path, published_rows(4))
    path.write_text(path.read_text().replace("earth_gravity_constant", "something_else"))
    with pytest.raises(DataError, match="no earth_gravity_constant"):
        ls.GravityField.from_file(path)
    rows = published_rows(4)
    del rows[3, 1]
    write_icgem(path, rows)
    with pytest.raises(DataError, match=r"no row for degree 3, order 1 \(1 missing\)"):
        ls.GravityField.from_file(path)
    write_icgem(path, {(0, 0): (1.001, 0.0), **published_rows(4)})
    with pytest.raises(DataError, match="C of degree 0 to be 1"):
        ls.GravityField.from_file(path)


def test_no_file_and_no_known_ending_are_refused_with_what_to_do(tmp_path):
    with pytest.raises(DataError, match=r"none\.cof: there is no such file"):
        ls.GravityField.from_file(tmp_path / "none.cof")
    (tmp_path / "a.txt").write_text("no field")
    with pytest.raises(DataError, match=r"ends in one of \.cof, \.tab, \.sha, \.gfc"):
        ls.GravityField.from_file(tmp_path / "a.txt")


@given(st.binary(max_size=400))
@examples(60)
def test_no_bytes_at_all_raise_anything_but_a_data_error(tmp_path_factory, content):
    folder = tmp_path_factory.mktemp("bytes")
    for name in ("a.cof", "a.tab", "a.gfc", "a.sha"):
        (folder / name).write_bytes(content)
        with pytest.raises(DataError):
            ls.GravityField.from_file(folder / name)


def test_a_damaged_degree_does_not_ask_for_all_memory(tmp_path):
    path = tmp_path / "huge.gfc"
    path.write_text(
        "product_type gravity_field\nmodelname x\nearth_gravity_constant 4.9028e12\nradius 1738000\nmax_degree 2\n"
        "errors no\nnorm fully_normalized\nend_of_head\ngfc 2 0 -9e-5 0\ngfc 99999999 0 1 0\n"
    )
    with pytest.raises(DataError, match=r"huge\.gfc.* 10.*a degree up to 2700, not 99999999"):
        ls.GravityField.from_file(path)
