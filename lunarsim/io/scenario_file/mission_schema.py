"""The keys of a link in a mission's file, beside those of its scenario."""

from __future__ import annotations

from typing import Any

from astropy import units as u
from astropy.time import Time
from pydantic import Field, create_model

from lunarsim.chain import Meeting
from lunarsim.chain.dispersed import Retargeting
from lunarsim.errors import InputError, listed
from lunarsim.io.scenario_file import schema, values
from lunarsim.io.scenario_file.dispersion_schema import DispersionTable
from lunarsim.io.scenario_file.values import Key, Table, key
from lunarsim.planning import Goal
from lunarsim.planning.targeting.goals import END, MEASURES, TIME

_QUANTITIES = {name.replace(" ", "_"): name for name in (*MEASURES, TIME)}


def _goal(*, at: str = END, tolerance: u.Quantity | None = None, **of: u.Quantity | Time) -> Goal:
    """Return the goal of a table: the one quantity that it gives, and where."""
    if len(of) != 1:
        given = listed([_QUANTITIES[name] for name in of]) if of else "it has none"
        raise InputError(f"a goal is about one quantity, such as perilune = '18 km': {given}")
    [(name, value)] = of.items()
    return Goal(_QUANTITIES[name], value, at=at, tolerance=tolerance)


def _goal_table() -> type[Table]:
    text = "What the flight is to have, or had: one of these."
    keys: dict[str, Key] = {
        name: key(values.AnyValue, text, name=title if title != name else None) for name, title in _QUANTITIES.items()
    }
    keys["at"] = key(str, 'Where: `"end"`, the name of a burn, or an event. Default: the end.')
    keys["tolerance"] = key(values.AnyValue, "How closely: of what was published, its rounding.")
    made = create_model("Goal", __base__=Table, **keys)  # type: ignore[call-overload]
    made.component = staticmethod(_goal)
    return made


GoalTable: Any = _goal_table()


class LinkTable(Table):
    """The table of a link, without what is of its scenario."""

    anew: tuple[str, ...] = Field((), description='What is given anew: `"state"`, `"craft"`. A `[links.craft]` is.')
    leaves: str = Field("", description="What stays behind, where a craft that is given anew has less mass.")
    meets: schema.table_of(Meeting) = Field(None, description="How closely.")  # type: ignore[valid-type]
    vary: dict[str, tuple[values.Amount, values.Amount]] = Field({}, description="Free numbers by their paths: bounds.")
    reach: tuple[GoalTable, ...] = Field((), description="What free numbers are to reach: `[[links.reach]]`.")
    fitted: tuple[GoalTable, ...] = Field((), description="What its numbers, or those before, were fitted to.")
    compare: tuple[GoalTable, ...] = Field((), description="What is only looked at: `[[links.compare]]`.")
    after: str = Field("", description="The earlier link that it follows on, where that is not the one before.")
    set: dict[str, values.Amount] = Field({}, description="Numbers that are others than those of the base, by path.")
    own_start: bool = Field(True, description="Whether the start of a base is held against where the last link ended.")
    least: str = Field("", description='Of more free numbers than goals: least `"change"` or `"delta-v"`.')
    centre: str = Field("", description='`"perilune"` or `"apolune"`: on which the first burn is centred.')


class RetargetingTable(Table):
    """The table of what runs of a campaign solve for in a link."""

    component = staticmethod(Retargeting)

    vary: dict[str, tuple[values.Amount, values.Amount]] = Field({}, description="Free numbers by their paths: bounds.")
    reach: tuple[GoalTable, ...] = Field((), description="What they are to reach; else what the link does.")
    place: values.Instant = Field(None, description="Or when the craft is to be where the nominal mission is.")
    tolerance: values.Amount = Field(None, description="How closely the place is to be met; default 1 km.")


class CampaignTables(Table):
    """What a mission's file says of a campaign over it, without the links' names."""

    dispersions: tuple[DispersionTable, ...] = ()
    retargeting: tuple[RetargetingTable, ...] = ()
