"""Files in and out."""

from lunarsim.arguments import check_calls
from lunarsim.io.oem import write_oem
from lunarsim.io.output import prepare_folder, write_files
from lunarsim.io.scenario_file.components import fault_of
from lunarsim.io.scenario_file.file import read_campaign_parts, read_dispersions, read_scenario
from lunarsim.io.summary import flight_summary
from lunarsim.io.tables import write_csv, write_netcdf

__all__ = [
    "fault_of",
    "flight_summary",
    "prepare_folder",
    "read_campaign_parts",
    "read_dispersions",
    "read_scenario",
    "write_csv",
    "write_files",
    "write_netcdf",
    "write_oem",
]

check_calls(__name__, __all__)
