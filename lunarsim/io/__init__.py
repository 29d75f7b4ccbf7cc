"""Files in and out."""

from lunarsim.arguments import check_calls
from lunarsim.io.exchange.ck import write_ck
from lunarsim.io.exchange.czml import write_czml
from lunarsim.io.exchange.oem import write_oem
from lunarsim.io.exchange.opm import write_opm
from lunarsim.io.exchange.spk import write_spk
from lunarsim.io.exchange.stk import write_stk
from lunarsim.io.gmat.mission import GmatMission, import_gmat
from lunarsim.io.histories_file import read_netcdf
from lunarsim.io.maps.geojson import write_geojson
from lunarsim.io.maps.geotiff import write_geotiff
from lunarsim.io.maps.kml import write_kml
from lunarsim.io.output import prepare_folder, write_files
from lunarsim.io.scenario_file.components import fault_of
from lunarsim.io.scenario_file.file import read_campaign_parts, read_dispersions, read_scenario
from lunarsim.io.summary import flight_summary
from lunarsim.io.tables import write_csv, write_netcdf

__all__ = [
    "GmatMission",
    "fault_of",
    "flight_summary",
    "import_gmat",
    "prepare_folder",
    "read_campaign_parts",
    "read_dispersions",
    "read_netcdf",
    "read_scenario",
    "write_ck",
    "write_csv",
    "write_czml",
    "write_files",
    "write_geojson",
    "write_geotiff",
    "write_kml",
    "write_netcdf",
    "write_oem",
    "write_opm",
    "write_spk",
    "write_stk",
]

check_calls(__name__, __all__)
