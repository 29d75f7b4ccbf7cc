"""A gravity field is the Moon's, whatever a file says: GM, radius, C20 and the size of all coefficients."""

import random
from dataclasses import replace
from functools import partial

import numpy as np
import pytest
from astropy import units as u
from gravity_writers import (
    GM,
    RADIUS_M,
    SPIN_RAD_S,
    WRITERS,
    published_rows,
    write_gmat,
    write_icgem,
    write_plain_sha,
    write_pyshtools,
    write_shadr,
)
from hypothesis import example, given
from hypothesis import strategies as st
from mutations import mutated

import lunarsim as ls
from lunarsim.errors import DataError, InputError

ROWS = published_rows(3)
EARTH = {(2, 0): (-4.84165143790815e-4, 0.0), (2, 1): (0.0, 0.0), (2, 2): (2.43938357328313e-6, -1.40027370385934e-6)}
AS_M3, AS_M = u.m**3 / u.s**2, u.m


def name_of(writer):
    return f"a.{writer.rpartition('-')[2]}"


def written(folder, writer, rows=ROWS, **constants):
    path = folder / name_of(writer)
    WRITERS[writer](path, rows, **constants)
    return path


def refusal(path):
    with pytest.raises(DataError) as error:
        ls.GravityField.from_file(path)
    text = str(error.value)
    assert str(path) in text
    return text


def what_is_said(path):
    """The refusal of a file, or nothing if it is read; any other error passes."""
    try:
        ls.GravityField.from_file(path)
    except DataError as error:
        return str(error)
    return ""


@pytest.mark.parametrize("writer", WRITERS)
@given(
    gm=st.one_of(st.floats(0.998 * GM, 1.002 * GM), st.floats(-300, 300).map(lambda x: 10.0**x)),
    radius_m=st.one_of(st.floats(1.73e6, 1.75e6), st.floats(-300, 300).map(lambda x: 10.0**x)),
)
@example(gm=GM, radius_m=1e-300)
@example(gm=1e20, radius_m=RADIUS_M)
@example(gm=GM, radius_m=1_737_400.0)
def test_a_random_header_is_read_if_it_is_the_moons_and_refused_if_it_is_not(tmp_path_factory, writer, gm, radius_m):
    path = written(tmp_path_factory.mktemp("headers"), writer, gm=gm, radius_m=radius_m)
    edges = (abs(gm / GM - 1.0) - 1e-3, abs(radius_m - 1.738e6) - 5e3)
    if any(abs(edge) < scale for edge, scale in zip(edges, (1e-9, 1e-3), strict=True)):
        return  # on an edge, where the digits of the file decide
    if edges[0] < 0.0 and edges[1] < 0.0:
        field = ls.GravityField.from_file(path)
        assert field.gm.to_value(AS_M3) == pytest.approx(gm, rel=1e-14)  # 15 digits stand in GMAT's columns
        assert field.radius.to_value(AS_M) == pytest.approx(radius_m, rel=1e-14)
    else:
        assert "expected" in refusal(path)


IN_METRES = ["gmat-cof", "plain-sha", "pyshtools-tab", "icgem-gfc"]


@pytest.mark.parametrize("writer", IN_METRES)
def test_kilometres_in_a_format_of_metres_are_refused_by_name(tmp_path, writer):
    text = refusal(written(tmp_path, writer, gm=GM / 1e9))
    if writer in {"gmat-cof", "icgem-gfc"}:  # the others tell GM from the radius by its size
        assert "GM = 4902.799967 m3/s2: expected the Moon's, 4.9028e+12 m3/s2 within 0.1 %" in text
        assert "given in km3/s2 where m3/s2 is expected" in text
    text = refusal(written(tmp_path, writer, radius_m=1738.0))
    assert "radius = 1738 m: expected the Moon's, 1738000 m within 5 km" in text
    assert "given in kilometres where metres are expected" in text


def test_metres_and_kilometres_mixed_in_a_pds_header_are_refused_by_name(tmp_path):
    path = tmp_path / "a.tab"
    write_shadr(path, ROWS, units=(1.0, 1e9))
    assert "given in metres where kilometres are expected" in refusal(path)
    write_shadr(path, ROWS, units=(1e3, 1.0))
    assert "given in m3/s2 where km3/s2 is expected" in refusal(path)


@pytest.mark.parametrize("writer", ["gmat-cof", "shadr-tab", "icgem-gfc"])
def test_gm_and_radius_in_each_others_place_are_refused_by_name(tmp_path, writer):
    gm, radius_m = (1738e9, 4902.8e3) if writer == "shadr-tab" else (RADIUS_M, GM)
    assert "digits are those of the Moon's radius: the two have changed places" in refusal(
        written(tmp_path, writer, gm=gm, radius_m=radius_m)
    )


@pytest.mark.parametrize("writer", WRITERS)
@pytest.mark.parametrize(
    ("body", "gm", "radius_m"),
    [
        ("the Earth", 3.986004415e14, 6_378_136.3),  # EGM2008
        ("Mars", 4.2828372e13, 3_396_000.0),  # GMM-3
        ("Venus", 3.248585920790e14, 6_051_000.0),  # MGNP180U
        ("Mercury", 2.203187e13, 2_440_000.0),  # HgM005
    ],
)
def test_fields_of_other_bodies_are_refused_by_name(tmp_path, writer, body, gm, radius_m):
    assert f"it is that of {body}" in refusal(written(tmp_path, writer, EARTH, gm=gm, radius_m=radius_m))
    assert f"it is that of {body}" in refusal(written(tmp_path, writer, EARTH, radius_m=radius_m))
    assert "C20 = " in refusal(written(tmp_path, writer, EARTH))


def test_the_header_that_pyshtools_writes_is_read(tmp_path):
    for spin_rad_s in (SPIN_RAD_S, 0.0):  # 0 where its user gave none
        write_pyshtools(tmp_path / "a.tab", ROWS, spin_rad_s=spin_rad_s)
        field = ls.GravityField.from_file(tmp_path / "a.tab")
        assert (field.gm.to_value(AS_M3), field.radius.to_value(AS_M)) == (GM, RADIUS_M)
        np.testing.assert_array_equal(field.c, ls.GravityField.grail(3).c)


def test_the_earths_field_as_pyshtools_writes_it_is_told(tmp_path):
    write_pyshtools(tmp_path / "a.tab", EARTH, gm=3.986004415e14, radius_m=6_378_136.3, spin_rad_s=7.292115e-5)
    assert "it is that of the Earth" in refusal(tmp_path / "a.tab")


def test_a_pds_header_in_metres_throughout_is_read(tmp_path):
    write_shadr(tmp_path / "a.tab", ROWS, units=(1.0, 1.0))
    field = ls.GravityField.from_file(tmp_path / "a.tab")
    assert (field.gm.to_value(AS_M3), field.radius.to_value(AS_M)) == (GM, RADIUS_M)


def unnormalised(rows):
    """Times sqrt((2 - d) (2n + 1) (n - m)! / (n + m)!) (Kaula 1966, eq. 1.34), by steps."""
    scaled = {}
    for (n, m), (c, s) in rows.items():
        factor = (2 * n + 1) * (1 if m == 0 else 2)
        for k in range(n - m + 1, n + m + 1):
            factor /= k
        scaled[n, m] = (np.sqrt(factor) * c, np.sqrt(factor) * s)
    return scaled


def scaled(rows, factor):
    return {key: (factor * c, factor * s) for key, (c, s) in rows.items()}


CLAIMS = {
    "a.cof": (partial(write_gmat, flag=1.0), partial(write_gmat, flag=0.0)),
    "a.tab": (partial(write_shadr, flag=1), partial(write_shadr, flag=0)),
    "a.gfc": (partial(write_icgem, norm="fully_normalized"), partial(write_icgem, norm="unnormalized")),
}


@pytest.mark.parametrize("name", CLAIMS)
@pytest.mark.parametrize("degree", [2, 5, 30])
def test_c20_tells_a_wrong_claim_of_normalisation(tmp_path, name, degree):
    path, (normalised, not_normalised) = tmp_path / name, CLAIMS[name]
    rows = published_rows(degree)
    normalised(path, unnormalised(rows))
    assert "without normalisation are taken for fully normalised ones" in refusal(path)
    assert "C20 = -0.000203229 (fully normalised): expected the Moon's, -9.089e-05 within a fifth" in refusal(path)
    not_normalised(path, rows)
    assert "fully normalised coefficients are taken for ones without normalisation" in refusal(path)


def test_a_claim_of_no_normalisation_at_a_degree_that_no_double_holds_is_refused(tmp_path):
    # sqrt((n - m)! / (n + m)!) leaves the range of doubles at degree and order 151
    write_shadr(tmp_path / "a.tab", {(n, m): (0.0, 0.0) for n in range(2, 161) for m in range(n + 1)}, flag=0)
    assert "unnormalised coefficients of such a degree do not fit into doubles" in refusal(tmp_path / "a.tab")


@pytest.mark.parametrize("writer", WRITERS)
@pytest.mark.parametrize(
    ("factor", "slip"), [(np.sqrt(4 * np.pi), "orthonormal"), (-1.0, "its sign is turned"), (0.0, "damaged"), (9.6, "")]
)
def test_c20_of_another_sign_size_or_normalisation_is_refused(tmp_path, writer, factor, slip):
    text = refusal(written(tmp_path, writer, scaled(ROWS, factor)))
    assert "C20 = " in text
    assert slip in text


@pytest.mark.parametrize("writer", WRITERS)
@pytest.mark.parametrize("degree", [3, 8])
def test_a_field_with_the_condon_shortley_phase_is_refused_by_name(tmp_path, writer, degree):
    turned = {(n, m): ((-1) ** m * c, (-1) ** m * s) for (n, m), (c, s) in published_rows(degree).items()}
    text = refusal(written(tmp_path, writer, turned))
    assert "C31 = -2.6368e-05 (fully normalised): expected the Moon's, 2.637e-05 within a half" in text
    assert "Condon-Shortley phase" in text


@pytest.mark.parametrize("writer", WRITERS)
def test_a_field_of_longitudes_to_the_west_is_refused_by_name(tmp_path, writer):
    west = {(n, m): (c, -s) for (n, m), (c, s) in published_rows(4).items()}
    assert "longitudes seem to be counted to the west" in refusal(written(tmp_path, writer, west))


@given(turns=st.floats(0.0, 360.0))
def test_a_field_whose_meridian_is_far_from_the_earth_is_refused(turns):
    """The Moon's field about a turned meridian: C31 falls as the cosine of the turn, to -C31 at 180."""
    field = ls.GravityField.grail(6)
    _, m = np.tril_indices(7)
    angle = m * np.radians(turns)
    c, s = field.c * np.cos(angle) - field.s * np.sin(angle), field.s * np.cos(angle) + field.c * np.sin(angle)
    if 90.0 <= turns <= 270.0:
        with pytest.raises(InputError, match="C31 = "):
            replace(field, c=c, s=s)
    elif min(turns, 360.0 - turns) < 30.0:
        assert replace(field, c=c, s=s).degree == 6


@pytest.mark.parametrize("order", [0, 1, 2, 3])
def test_a_field_that_is_cut_at_a_low_order_is_still_the_moons(tmp_path, order):
    write_icgem(tmp_path / "a.gfc", published_rows(5, order))
    assert ls.GravityField.from_file(tmp_path / "a.gfc").order == order


FIELD = ls.GravityField.grail(12)
PLACES = st.integers(1, FIELD.c.size - 1)


def largest(n):
    """What is accepted: three times the largest of all, and Kaula's rule for the Moon 80 times over."""
    return min(3e-4, 2e-2 / n**2)


@given(place=PLACES, which=st.sampled_from("cs"), size=st.floats(-12, 300), sign=st.sampled_from([-1.0, 1.0]))
@example(place=5, which="c", size=300, sign=1.0)
def test_a_coefficient_of_any_other_size_is_refused_and_named(tmp_path_factory, place, which, size, sign):
    n, m = (int(index[place]) for index in np.tril_indices(13))
    value = sign * 10.0**size
    values = np.array(getattr(FIELD, which))
    values[place] = value
    if place in {3, 7} and which == "c":
        return  # C20 and C31 have narrower ranges, and tests of their own
    if abs(value) <= largest(n):
        assert getattr(replace(FIELD, **{which: values}), which)[place] == value
        return
    named = rf"{which.upper()} of degree {n}, order {m} = .*expected at most "
    with pytest.raises(InputError, match=named):
        replace(FIELD, **{which: values})
    if m == 0 and which == "s":
        return  # no format has a place for it that is looked at
    rows = published_rows(12)
    rows[n, m] = (value, rows.get((n, m), (0.0, 0.0))[1]) if which == "c" else (0.0, value)
    path = tmp_path_factory.mktemp("sizes") / "a.gfc"
    write_icgem(path, rows)
    assert f"{which.upper()} of degree {n}, order {m} = " in refusal(path)


@given(seed=st.integers(0, 2**32 - 1), degree=st.integers(2, 120))
def test_any_field_that_falls_like_kaulas_rule_for_the_moon_is_the_moons(seed, degree):
    """Normal of 2.5e-4 / n**2: what lunar coefficients are taken to be before they are measured."""
    n, m = np.tril_indices(degree + 1)
    c, s = 2.5e-4 / np.maximum(n, 2) ** 2 * np.random.default_rng(seed).standard_normal((2, n.size)).clip(-4, 4)
    c[:3], s[:3], s[m == 0] = 0.0, 0.0, 0.0
    c[0], c[3] = 1.0, FIELD.c[3]
    c[7:8] = FIELD.c[7]
    assert replace(FIELD, degree=degree, c=c, s=s).degree == degree


@pytest.mark.parametrize(
    ("model", "gm_km3_s2", "radius_km", "c20"),
    [
        ("Gapcynski et al. 1969", 4902.58, 1738.09, -2.192e-4 / np.sqrt(5)),
        ("GLGM-2, Lemoine et al. 1997", 4902.80295, 1738.0, -9.0967e-5),
        ("LP165P, Konopliv et al. 2001", 4902.801056, 1738.0, -9.08901807506e-5),
        ("GRGM1200B, Goossens et al. 2020", 4902.8001224453, 1738.0, -9.08823995186337e-5),
        ("GL1800F, Park et al. 2025", 4902.8003063302, 1738.0, -9.088e-5),
        ("referred to the mean sphere", 4902.8001, 1737.4, -9.0949e-5),
        ("referred to the equator, Ashby and Patla 2024", 4902.80031, 1738.14, -9.0868e-5),
    ],
)
def test_the_models_that_were_published_are_the_moons(model, gm_km3_s2, radius_km, c20):
    c = np.array([1.0, 0.0, 0.0, c20, 0.0, 3.467e-5])
    field = ls.GravityField(
        name=model, gm=gm_km3_s2 * u.km**3 / u.s**2, radius=radius_km * u.km, degree=2, c=c, s=0 * c, source=model
    )
    assert model in field.describe()


@pytest.mark.parametrize(
    ("edit", "text"),
    [
        ({"gm": 4902.8 * u.m**3 / u.s**2}, r"GM = 4902\.8 m3/s2: .* given in km3/s2 where m3/s2 is expected"),
        ({"gm": 398600.4415 * u.km**3 / u.s**2}, "it is that of the Earth"),
        ({"gm": 1e20 * u.m**3 / u.s**2}, r"GM = 1e\+20"),
        ({"radius": 1738 * u.m}, "given in kilometres where metres are expected"),
        ({"radius": 6378.1363 * u.km}, "it is that of the Earth"),
        ({"radius": 1e-300 * u.m}, "radius = 1e-300 m"),
        ({"c": 2.236 * FIELD.c}, r"C of degree 0 = 2\.236: expected 1"),
        ({"c": np.where(np.arange(FIELD.c.size) > 0, -FIELD.c, 1.0)}, "its sign is turned"),
        ({"c": ["one"] * FIELD.c.size}, "c holds a value that is no number"),
        ({"s": FIELD.s[1:]}, r"s has shape \(90,\): expected shape \(91,\)"),
    ],
)
def test_a_field_made_from_arrays_is_checked_as_one_from_a_file(edit, text):
    with pytest.raises(InputError, match=text):
        replace(FIELD, **edit)


@pytest.mark.parametrize("writer", WRITERS)
@pytest.mark.parametrize("number", ["9" * 400, "9" * 5000, "-" + "9" * 5000, "nan", "1_0"])
def test_numbers_of_thousands_of_digits_are_refused_in_few_words(tmp_path, writer, number):
    path = written(tmp_path, writer)
    lines = path.read_text().split("\n")
    for i, line in enumerate(lines):
        for word in {word for word in line.replace(",", " ").split() if word[-1].isdigit() and word.count("-") < 4}:
            path.write_text("\n".join((*lines[:i], line.replace(word, number, 1), *lines[i + 1 :])))
            assert len(what_is_said(path)) < 500  # nothing of what is not looked at, such as a coefficient's error


@pytest.mark.parametrize(
    "options",
    [
        {"gap": "\t"},
        {"exponent": "D"},
        {"exponent": "d"},
        {"gm_keyword": "gravity_constant"},
        {"gm_keyword": "gravity_constant", "extra": "earth_gravity_constant 3.986004415e14"},
        {"norm": "fully_normalized   (4 pi)"},
        {"extra": "norm fully_normalized\nerrors calibrated_and_formal\n\ncomment: radius of the Moon 1738 km"},
    ],
)
def test_the_variants_of_icgem_files_are_read(tmp_path, options):
    write_icgem(tmp_path / "a.gfc", ROWS, **options)
    field = ls.GravityField.from_file(tmp_path / "a.gfc")
    assert field.gm.to_value(AS_M3) == GM
    np.testing.assert_array_equal(field.c, ls.GravityField.grail(3).c)


@pytest.mark.parametrize("writer", WRITERS)
def test_a_byte_order_mark_and_windows_line_ends_do_not_matter(tmp_path, writer):
    path = written(tmp_path, writer)
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    np.testing.assert_allclose(ls.GravityField.from_file(path).c, ls.GravityField.grail(3).c, rtol=1e-14)


def test_a_file_without_its_header_is_refused_with_the_headers_that_are_known(tmp_path):
    write_plain_sha(tmp_path / "a.tab", ROWS)
    lines = (tmp_path / "a.tab").read_text().splitlines(keepends=True)
    (tmp_path / "a.tab").write_text("".join(lines[1:]))  # GLGM-2 is published so
    assert "expected a header record: radius (km), GM (km3/s2)" in refusal(tmp_path / "a.tab")


def test_a_field_above_the_degree_of_the_kernels_can_be_cut_and_says_so(tmp_path):
    zonals = {(n, 0): (1e-10, 0.0) for n in range(2, 1301)}
    zonals[2, 0] = ROWS[2, 0]
    write_shadr(tmp_path / "a.tab", zonals)
    field = ls.GravityField.from_file(tmp_path / "a.tab", degree=1200)
    assert (field.degree, field.order) == (1200, 0)
    with pytest.raises(InputError, match="degree = 1300: the kernels take degrees 0 to 1200"):
        ls.GravityField.from_file(tmp_path / "a.tab")


def test_a_huge_file_and_a_huge_line_are_refused_before_they_are_read(tmp_path):
    with (tmp_path / "huge.gfc").open("wb") as file:
        file.truncate(2**40)  # a file of holes: it takes no room
    assert "has 1.1e+12 bytes: expected a gravity field of at most 5.4e+08" in refusal(tmp_path / "huge.gfc")
    (tmp_path / "line.tab").write_text("1738.0," * 200_000)
    assert "expected lines of less than 10000 characters" in refusal(tmp_path / "line.tab")


@pytest.mark.parametrize("writer", WRITERS)
def test_mutated_files_are_read_as_a_field_of_the_moon_or_refused(tmp_path, writer):
    original = written(tmp_path, writer).read_bytes()
    path = tmp_path / name_of(writer)
    for i in range(80):
        path.write_bytes(mutated(original, random.Random(f"{writer} {i}")))
        text = what_is_said(path)
        assert not text or str(path) in text
