"""Tracks, ends and footprints on maps: KML and GeoJSON, and a campaign's density as GeoTIFF."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from astropy import units as u
from exchange_example import EPOCH, POINT, STATE, burn
from hypothesis import given
from hypothesis import strategies as st
from repetitions import examples

import lunarsim as ls
from lunarsim import constants
from lunarsim.io.maps.geotiff import equal_area, projection
from lunarsim.io.maps.map_edges import cut_line, cut_ring
from lunarsim.statistics import LocalPlane

KML = "{http://www.opengis.net/kml/2.2}"


@cache
def campaign() -> ls.CampaignResult:
    """Return a campaign of craters: a burn of scattered thrust that ends on the ground."""
    craft = ls.Spacecraft(
        dry_mass=800 * u.kg,
        propellant_mass=500 * u.kg,
        engine=ls.Engine(thrust=4 * u.kN, specific_impulse=310 * u.s),
    )
    plan = (
        ls.Burn(ignition=EPOCH + 10 * u.s, target_delta_v=300 * u.m / u.s, timer=150 * u.s),
        ls.Coast(duration=2 * u.h),
    )
    scenario = ls.Scenario(
        name="craters", state=STATE, craft=craft, moon=POINT, plan=plan,
        sites={"planned": ls.Site(latitude=-10 * u.deg, longitude=179.5 * u.deg)},
    )  # fmt: skip
    scatter = {"plan.0.target_delta_v": ls.Normal(mean=300 * u.m / u.s, sigma=3 * u.m / u.s)}
    return ls.Campaign(scenario, scatter).run(40, seed=3)


@cache
def half_of_them() -> ls.CampaignResult:
    """Return a campaign in which some burns are so short that the craft stays in orbit."""
    scatter = {
        "plan.0.target_delta_v": ls.Discrete(outcomes=[300 * u.m / u.s, 5 * u.m / u.s], probabilities=[0.5, 0.5]),
        "craft.engine.thrust": ls.Normal(mean=4 * u.kN, sigma=0.1 * u.kN),
    }
    return ls.Campaign(campaign().campaign.scenario, scatter).run(40, seed=3)


def features(path: Path) -> dict[str, list[dict]]:
    read = json.loads(path.read_text(encoding="utf-8"))
    assert read["crs"]["properties"]["name"] == "urn:ogc:def:crs:IAU:2015:30100"
    found: dict[str, list[dict]] = {}
    for feature in read["features"]:
        found.setdefault(feature["properties"]["kind"], []).append(feature)
    return found


def directions(places: np.ndarray) -> np.ndarray:
    lon, lat = np.radians(places[..., 0]), np.radians(places[..., 1])
    return np.stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)], axis=-1)


def lines_of(feature: dict) -> list[np.ndarray]:
    geometry = feature["geometry"]
    several = geometry["type"].startswith("Multi")
    return [np.array(part) for part in (geometry["coordinates"] if several else [geometry["coordinates"]])]


def test_the_track_runs_below_the_craft_from_the_start_to_the_end(tmp_path: Path) -> None:
    flight = burn()
    ls.write_geojson(flight, tmp_path / "a.geojson")
    found = features(tmp_path / "a.geojson")
    parts = lines_of(found["track"][0])
    first, last = parts[0][0], parts[-1][-1]
    for place, state in ((first, flight.states[0]), (last, flight.outcome.state)):
        assert directions(place) @ directions(np.array([state.longitude.deg, state.latitude.deg])) == pytest.approx(
            1.0, abs=1e-15
        )
        assert place[2] == pytest.approx(state.altitude.to_value(u.m), abs=1e-3)
    # the steps are of 10 s, some 16 km over the ground; no line leaps across the map
    for part in parts:
        assert np.abs(np.diff(part[:, 0])).max() < 10.0
        assert np.abs(part[:, 0]).max() <= 180.0
    (end,), (site,) = found["end"], found["site"]
    assert end["geometry"]["coordinates"] == last.tolist()
    assert (site["properties"]["name"], site["geometry"]["coordinates"]) == ("A site", [30.0, -20.0, 0.0])


def test_kml_and_geojson_show_the_same(tmp_path: Path) -> None:
    for subject, name in ((burn(), "flight"), (campaign(), "campaign")):
        ls.write_geojson(subject, tmp_path / f"{name}.geojson")
        ls.write_kml(subject, tmp_path / f"{name}.kml")
        found = features(tmp_path / f"{name}.geojson")
        root = ET.parse(tmp_path / f"{name}.kml").getroot()
        assert (root.tag, root.get("hint")) == (f"{KML}kml", "target=moon")
        for kind, title in (("track", "Tracks"), ("end", "Ends"), ("footprint", "Footprints"), ("site", "Sites")):
            marks = [
                mark
                for folder in root.iter(f"{KML}Folder")
                if folder.findtext(f"{KML}name") == title
                for mark in folder.iter(f"{KML}Placemark")
            ]
            assert len(marks) == len(found.get(kind, [])), kind
            for mark, feature in zip(marks, found.get(kind, []), strict=True):
                places = " ".join(str(each.text) for each in mark.iter(f"{KML}coordinates")).split()
                theirs = np.array([place.split(",") for place in places], dtype=float)
                ours = np.array(feature["geometry"]["coordinates"], dtype=object)
                assert mark.findtext(f"{KML}name") == feature["properties"]["name"]
                np.testing.assert_array_equal(theirs, flat(ours))


def flat(coordinates) -> np.ndarray:
    rows = []

    def walk(node):
        if isinstance(node[0], (int, float)):
            rows.append(node)
        else:
            for each in node:
                walk(each)

    walk(coordinates.tolist() if isinstance(coordinates, np.ndarray) else coordinates)
    return np.array(rows, dtype=float)


def test_another_reader_of_kml_finds_every_place(tmp_path: Path) -> None:
    fastkml = pytest.importorskip("fastkml", reason="the extra test is not installed")
    ls.write_kml(campaign(), tmp_path / "a.kml")
    read = fastkml.KML.parse(tmp_path / "a.kml", validate=True)  # against the schema of the OGC
    folders = {folder.name: list(folder.features) for folder in read.features[0].features}
    assert len(folders["Ends"]) == int(campaign().where("on the ground").sum())
    run = int(np.flatnonzero(campaign().where("on the ground"))[0])
    longitude = float(campaign().column("longitude_deg")[run])
    assert folders["Ends"][0].geometry.x == pytest.approx((longitude + 180.0) % 360.0 - 180.0, abs=1e-9)


def test_each_run_that_came_down_is_a_place_and_the_footprint_holds_them(tmp_path: Path) -> None:
    result = campaign()
    ls.write_geojson(result, tmp_path / "a.geojson", probabilities=(0.5, 0.999))
    found = features(tmp_path / "a.geojson")
    down = np.flatnonzero(result.where("on the ground"))
    assert [each["properties"]["run"] for each in found["end"]] == down.tolist()
    for each in found["end"]:
        lon, lat, height = each["geometry"]["coordinates"]
        assert np.cos(np.radians(lon - result.column("longitude_deg")[each["properties"]["run"]])) > 1.0 - 1e-15
        assert lat == pytest.approx(result.column("latitude_deg")[each["properties"]["run"]], abs=1e-9)
        assert height == 0.0
    inside = [sum(winds(directions(ring), places(found["end"])) for ring in rings(each)) for each in found["footprint"]]
    assert 0.2 * down.size < inside[0].sum() < 0.8 * down.size  # half of 40 and some
    assert inside[1].sum() >= down.size - 1


def rings(feature: dict) -> list[np.ndarray]:
    geometry = feature["geometry"]
    polygons = geometry["coordinates"] if geometry["type"] == "MultiPolygon" else [geometry["coordinates"]]
    return [np.array(polygon[0]) for polygon in polygons]


def places(ends: list[dict]) -> np.ndarray:
    return np.array([directions(np.array(each["geometry"]["coordinates"])) for each in ends])


def winds(ring: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Return whether a ring of directions goes round points, seen from each."""
    turns = []
    for p in points:
        east = np.cross([0.0, 0.0, 1.0], p)
        north = np.cross(p, east)
        angles = np.unwrap(np.arctan2(ring @ east, ring @ north))
        turns.append(abs(angles[-1] - angles[0]) > np.pi)
    return np.array(turns)


def test_a_line_over_the_edge_of_the_map_is_cut_there() -> None:
    line = np.array([[178.0, 0.0, 0.0], [-178.0, 4.0, 8.0], [178.0, 8.0, 16.0]])
    parts = list(cut_line(line))
    assert [part.tolist() for part in parts] == [
        [[178.0, 0.0, 0.0], [180.0, 2.0, 4.0]],
        [[-180.0, 2.0, 4.0], [-178.0, 4.0, 8.0], [-180.0, 6.0, 12.0]],
        [[180.0, 6.0, 12.0], [178.0, 8.0, 16.0]],
    ]


@examples(100)
@given(centre=st.tuples(st.floats(-180, 180), st.floats(-85, 85)), size=st.floats(0.01, 60.0), count=st.integers(5, 90))
def test_a_ring_anywhere_keeps_its_area_on_the_map_and_stays_on_it(centre, size, count) -> None:
    turn = np.linspace(0.0, 2 * np.pi, count)
    lon = centre[0] + size * np.cos(turn)
    lat = np.clip(centre[1] + 0.5 * size * np.sin(turn), -90, 90)
    ring = np.stack([(lon + 180.0) % 360.0 - 180.0, lat, 0.0 * lat], axis=-1)
    ring[-1] = ring[0]
    parts = list(cut_ring(ring))
    assert all(np.abs(part[:, 0]).max() <= 180.0 + 1e-9 for part in parts)
    assert all(np.array_equal(part[0], part[-1]) for part in parts)
    areas = [area(part) for part in parts]
    assert min(areas) >= -1e-9  # counterclockwise
    assert sum(areas) == pytest.approx(area(np.stack([lon, lat], axis=-1)), rel=1e-6, abs=1e-9)


def area(ring: np.ndarray) -> float:
    x, y = ring[:, 0] - ring[0, 0], ring[:, 1] - ring[0, 1]
    return 0.5 * float(np.sum(x[:-1] * y[1:] - x[1:] * y[:-1]))


def test_a_ring_round_a_pole_goes_along_the_edge_of_the_map() -> None:
    lon = np.linspace(-180.0, 180.0, 37)
    (part,) = cut_ring(np.stack([lon, np.full_like(lon, -85.0), 0.0 * lon], axis=-1))
    assert area(part) == pytest.approx(360.0 * 5.0)
    assert part[:, 1].min() == -90.0


@pytest.mark.parametrize("pixel", [None, 500 * u.m])
def test_the_pixels_of_a_geotiff_hold_the_runs_that_gdal_finds_in_them(tmp_path: Path, pixel) -> None:
    rasterio = pytest.importorskip("rasterio", reason="the extra geotiff is not installed")
    from rasterio.warp import transform  # noqa: PLC0415

    result = campaign()
    ls.write_geotiff(result, tmp_path / "a.tif", pixel=pixel)
    down = result.where("on the ground")
    with rasterio.open(tmp_path / "a.tif") as file:
        runs, density = file.read()
        assert file.descriptions == ("runs", "probability per km2")
        assert runs.sum() == down.sum()
        km2 = abs(file.transform.a * file.transform.e) / 1e6
        assert density.sum() * km2 == pytest.approx(down.mean())
        ellipsoid = file.crs.to_dict(projjson=True)["base_crs"]["datum"]["ellipsoid"]
        assert ellipsoid.get("radius", ellipsoid.get("semi_major_axis")) == constants.MOON_RADIUS_M
        moon = rasterio.crs.CRS.from_string("IAU_2015:30100")
        x, y = transform(moon, file.crs, result.column("longitude_deg")[down], result.column("latitude_deg")[down])
        counted = np.zeros_like(runs)
        for each in zip(x, y, strict=True):
            row, column = file.index(*each)
            counted[row, column] += 1.0
        np.testing.assert_array_equal(counted, runs)
    assert [each.name for each in tmp_path.iterdir()] == ["a.tif"]


def test_the_density_adds_up_to_how_often_runs_come_down(tmp_path: Path) -> None:
    rasterio = pytest.importorskip("rasterio", reason="the extra geotiff is not installed")
    result = half_of_them()
    rate = result.where("on the ground").mean()
    assert 0.2 < rate < 0.8
    ls.write_geotiff(result, tmp_path / "a.tif")
    with rasterio.open(tmp_path / "a.tif") as file:
        assert file.read(2).sum() * abs(file.transform.a * file.transform.e) / 1e6 == pytest.approx(rate)


@pytest.mark.parametrize("latitude", [-90.0, -57.3, 0.0, 88.0])
def test_the_projection_is_the_one_that_gdal_reads_far_from_its_centre_too(latitude: float) -> None:
    rasterio = pytest.importorskip("rasterio", reason="the extra geotiff is not installed")
    from rasterio.warp import transform  # noqa: PLC0415

    centre = LocalPlane(latitude_deg=latitude, longitude_deg=123.4)
    lat, lon = np.meshgrid(np.linspace(-89, 89, 9), np.linspace(-170, 170, 11))
    moon, map_crs = rasterio.crs.CRS.from_string("IAU_2015:30100"), rasterio.crs.CRS.from_wkt(projection(centre))
    theirs = np.stack(transform(moon, map_crs, lon.ravel(), lat.ravel()), axis=-1)
    np.testing.assert_allclose(equal_area(centre, lat.ravel(), lon.ravel()), theirs, rtol=0, atol=1e-5)


def test_a_grid_that_is_too_fine_or_an_outcome_that_never_came_is_refused(tmp_path: Path) -> None:
    pytest.importorskip("rasterio", reason="the extra geotiff is not installed")
    with pytest.raises(
        ls.InputError, match=r"pixel = 0.01 m makes a grid of .* expected up to 4096 on a side, such as"
    ):
        ls.write_geotiff(campaign(), tmp_path / "a.tif", pixel=1 * u.cm)
    with pytest.raises(ls.InputError, match="outcome = 'escape': no run ended so"):
        ls.write_geotiff(campaign(), tmp_path / "a.tif", outcome="escape")
    assert not list(tmp_path.iterdir())


def test_without_rasterio_the_error_says_what_to_install(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "rasterio", None)
    with pytest.raises(ls.LunarsimError, match=r"pip install lunarsim\[geotiff\]"):
        ls.write_geotiff(campaign(), tmp_path / "a.tif")


def test_several_flights_are_shown_by_their_names(tmp_path: Path) -> None:
    ls.write_geojson({"planned": burn(), "flown": burn()}, tmp_path / "a.geojson", sites={})
    found = features(tmp_path / "a.geojson")
    assert [each["properties"]["name"] for each in found["track"]] == ["planned", "flown"]
    assert "site" not in found
    for nothing in ({}, {"x": 3}, None):
        with pytest.raises(ls.InputError, match="expected a Flight, flights by name, or a CampaignResult"):
            ls.write_kml(nothing, tmp_path / "a.kml")
