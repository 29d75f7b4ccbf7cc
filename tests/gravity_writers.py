"""Gravity field files as the writers of the field make them, from the figures that the package carries."""

from functools import partial

import lunarsim as ls

GM = 4.90279996708864e12
RADIUS_M = 1.738e6
SPIN_RAD_S = 2.6617073e-06  # as pyshtools has it


def published_rows(degree, order=None):
    """GRGM900C's coefficients from degree 2: {(n, m): (C, S)}, fully normalised."""
    field = ls.GravityField.grail(degree)
    return {
        (n, m): (float(field.c[n * (n + 1) // 2 + m]), float(field.s[n * (n + 1) // 2 + m]))
        for n in range(2, degree + 1)
        for m in range(min(n, degree if order is None else order) + 1)
    }


def real(value):
    return f"{value:.16e}"


def write_gmat(path, rows, *, gm=GM, radius_m=RADIUS_M, flag=1.0, end="END\n"):
    degree = max(n for n, _ in rows)
    text = f"COMMENT   1\nC a field\nPOTFIELD{degree:3d}{degree:3d}  0 {gm:.14e} {radius_m:.14e} {flag:.14e}\n"
    for (n, m), (c, s) in rows.items():
        text += f"RECOEF  {n:3d}{m:3d}   {c:21.14e}" + (f"{s:22.14e}" if m else "") + "\n"
    path.write_text(text + end)


def write_shadr(path, rows, *, gm=GM, radius_m=RADIUS_M, flag=1, end="\n", units=(1e3, 1e9)):
    header = f" {real(radius_m / units[0])}, {real(gm / units[1])}, {real(0)}"
    text = f"{header}, 1199, 1199, {flag:4d}, {real(0)}, {real(0)}{end}"
    for (n, m), (c, s) in rows.items():
        text += f"{n:5d},{m:5d},{real(c)},{real(s)}, {real(0)}, {real(0)}   {end}"
    path.write_text(text)


def write_icgem(
    path, rows, *, gm=GM, radius_m=RADIUS_M, norm="fully_normalized", extra="", exponent="E", gap=" ",
    gm_keyword="earth_gravity_constant",
):  # fmt: skip
    text = (
        f"free text\nbegin_of_head ====\nmodelname  test_model\nproduct_type gravity_field\n"
        f"{gm_keyword} {real(gm)}\nradius   {real(radius_m)}\nmax_degree 9999\nerrors formal\n"
        f"norm {norm}\ntide_system tide_free\n{extra}\nkey L M C S sigma_C sigma_S\nend_of_head ====\n"
    )
    for (n, m), (c, s) in rows.items():
        text += f"gfc {n:4d} {m:4d} {real(c)} {real(s)} 0.1e-12 0.1e-12\n".replace("e", exponent)
    path.write_text(text.replace(" ", gap))


def write_plain_sha(path, rows, *, gm=GM, radius_m=RADIUS_M):
    """As the files of GRGM1200B: GM, radius, degree, order."""
    text = f"  {real(gm)}  {real(radius_m)}  9 9\n"
    for (n, m), (c, s) in rows.items():
        text += f"{n:5d} {m:5d} {real(c)} {real(s)} {real(0)} {real(0)}\n"
    path.write_text(text)


def write_pyshtools(path, rows, *, gm=GM, radius_m=RADIUS_M, spin_rad_s=SPIN_RAD_S):
    """As SHGravCoeffs.to_file of pyshtools 4.14: radius, GM, rotation rate, degree; rows from degree 0."""
    degree = max(n for n, _ in rows)
    text = f"{real(radius_m)}, {real(gm)}, {real(spin_rad_s)}, {degree}\n"
    rows = {(0, 0): (1.0, 0.0), (1, 0): (0.0, 0.0), (1, 1): (0.0, 0.0), **rows}
    for (n, m), (c, s) in rows.items():
        text += f"{n}, {m}, {real(c)}, {real(s)}\n"
    path.write_text(text)


#: By name and, after its last hyphen, the ending of the file's name.
WRITERS = {
    "gmat-cof": write_gmat,
    "shadr-tab": write_shadr,
    "shadr-in-metres-tab": partial(write_shadr, units=(1.0, 1.0)),
    "plain-sha": write_plain_sha,
    "pyshtools-tab": write_pyshtools,
    "icgem-gfc": write_icgem,
}
