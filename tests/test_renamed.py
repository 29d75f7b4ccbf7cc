"""Names that were given up for the field's own: what a person is told who uses an old one."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from importlib import resources

import pytest
from astropy import units as u

import lunarsim as ls
from lunarsim.campaign.columns import described
from lunarsim.flight.result.flight_file.encoding import Encoder, decode
from lunarsim.io.scenario_file.schema import table_of
from lunarsim.names import _RENAMED, _RENAMED_COLUMNS, _RENAMED_OF, told


@pytest.mark.parametrize(
    ("package", "name", "words"),
    [
        ("lunarsim", "reconstruct", "lunarsim has no 'reconstruct': it is called 'inquiry' now"),
        ("lunarsim", "Exit", "lunarsim has no 'Exit': it is called 'Termination' now"),
        ("plan", "HazardScan", "lunarsim.plan has no 'HazardScan': it is called 'HazardDetection' now"),
        ("flight", "Provenance", "lunarsim.flight has no 'Provenance': it stands in lunarsim.mission now"),
        ("flight", "budget", "lunarsim.flight has no 'budget': it stands in lunarsim.analysis now"),
        ("flight", "Outcom", "lunarsim.flight has no 'Outcom': did you mean 'Outcome'"),
        ("campaign", "statistics", "lunarsim.campaign has no 'statistics': it is lunarsim.statistics now"),
        ("campaign", "HeldOut", "lunarsim.campaign has no 'HeldOut': it is called 'CrossCheck' now"),
    ],
)
def test_a_name_that_moved_or_was_renamed_is_told_by_its_new_one(package: str, name: str, words: str) -> None:
    module = ls if package == "lunarsim" else getattr(ls, package)
    with pytest.raises(ls.UnknownNameError, match="^" + re.escape(words)):
        getattr(module, name)


def test_what_a_package_imports_is_still_found_and_a_private_name_is_plainly_not_there() -> None:
    from lunarsim.flight import result  # noqa: PLC0415

    assert result.__name__ == "lunarsim.flight.result"
    assert not hasattr(ls.flight, "__wrapped__")


def test_old_arguments_and_attributes_name_the_new_ones() -> None:
    phase = ls.Guided(name="fall", law=ls.EngineOff(), max_duration=9 * u.s)
    for old, new in _RENAMED_OF["Guided"].items():
        with pytest.raises(ls.ArgumentError, match=rf"no argument '{old}' \(it is called '{new}' now\)"):
            ls.Guided(name="fall", law=ls.EngineOff(), **{old: 1})
        with pytest.raises(ls.ArgumentError, match=f"'{old}' .it is called '{new}' now"):
            replace(phase, **{old: 1})
        with pytest.raises(ls.UnknownNameError, match=f"Guided has no '{old}': it is called '{new}' now"):
            getattr(phase, old)
        assert new in table_of(ls.Guided).model_fields


def test_an_old_key_of_a_scenario_file_names_the_new_one(tmp_path) -> None:
    document = (resources.files("lunarsim.scenarios") / "slim.toml").read_text(encoding="utf-8")
    changes = {"longest": "max_duration", "cycle": "cycle_time", "exits": "terminations", "turn_rate": "slew_rate"}
    for old, new in {**changes, "least_throttle": "min_throttle"}.items():
        (tmp_path / "old.toml").write_text(re.sub(rf"(?m)^{new} =", f"{old} =", document), encoding="utf-8")
        with pytest.raises(ls.ScenarioError, match=rf"\.{old}: there is no such key; it is called '{new}' now"):
            ls.load_scenario(tmp_path / "old.toml")


def test_an_old_path_of_a_dispersion_names_the_new_one() -> None:
    slim = ls.load_scenario("slim")
    first = next(k for k, phase in enumerate(slim.plan) if isinstance(phase, ls.Guided))
    with pytest.raises(ls.InputError, match=r"'plan\.\d\.cycle'.*it is called 'plan\.\d\.cycle_time' now"):
        ls.Campaign(slim, {f"plan.{first}.cycle": ls.Normal(1 * u.s, 0.1 * u.s)})


def test_a_flight_that_was_saved_under_old_names_is_read() -> None:
    first = ls.Termination(quantity="altitude", below=1 * u.km)
    phase = ls.Guided(name="fall", law=ls.EngineOff(), max_duration=9 * u.s, terminations=[first])
    node = json.dumps(Encoder().encode(phase, "phase")).replace('"Termination"', '"Exit"')
    for old, new in _RENAMED_OF["Guided"].items():
        node = node.replace(f'"{new}"', f'"{old}"')
    assert '"longest"' in node
    assert decode(json.loads(node), {}) == phase


def test_an_old_column_names_the_new_one() -> None:
    columns = [column.name for column in described({}, ls.load_scenario("slim"))]
    for old, new in _RENAMED_COLUMNS.items():
        assert told(old, columns) == f"it is called '{new}' now"


def test_every_new_name_is_there() -> None:
    everywhere = {*ls.__all__, *ls.flight.__all__, *ls.campaign.__all__}  # type: ignore[attr-defined]
    assert set(_RENAMED.values()) <= everywhere
    for owner, renamed in _RENAMED_OF.items():
        public = next(getattr(home, owner) for home in (ls, ls.flight, ls.campaign) if owner in home.__all__)
        fields = {*dir(public), *getattr(public, "__dataclass_fields__", ())}
        assert set(renamed.values()) <= fields, owner
