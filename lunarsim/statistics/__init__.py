"""What runs say together: functions of columns of numbers, that know nothing of how the runs were flown.

Columns are numpy arrays with one value per run; lengths are metres, angles degrees, as their names say. Every interval
is two-sided unless it says otherwise. Anything random takes a seed.
"""

# The modules here import scipy, not scipy.stats: scipy loads that when it is first used, which saves half a second for
# those who only draw a flight.

from lunarsim.arguments import check_calls
from lunarsim.statistics.effects import Effect, Tornado, tornado
from lunarsim.statistics.importance import ImportanceWeights, importance_weights, resampled
from lunarsim.statistics.interval import Interval
from lunarsim.statistics.order_statistics import Quantile, quantile, quantiles, weighted_quantile
from lunarsim.statistics.places.contours import Density, density
from lunarsim.statistics.places.ellipse import Ellipse, EllipseInterval, covariance_ellipse, ellipse_interval
from lunarsim.statistics.places.positions import Footprint, circular_error_probable, footprint
from lunarsim.statistics.places.projection import CROSSRANGE, LocalPlane, downrange_crossrange, east_north
from lunarsim.statistics.proof import assert_rate, runs_needed
from lunarsim.statistics.proportions import Rate, outcome_rates, rate, weighted_rate
from lunarsim.statistics.saltelli import SaltelliDesign
from lunarsim.statistics.stopping import IntervalNarrowEnough, QuantileNarrowEnough, StoppingRule, stopped_rate
from lunarsim.statistics.subset import SubsetEstimate, subset_simulation
from lunarsim.statistics.variance import SobolIndex, SobolIndices, sobol, sobol_indices

__all__ = [
    "CROSSRANGE",
    "Density",
    "Effect",
    "Ellipse",
    "EllipseInterval",
    "Footprint",
    "ImportanceWeights",
    "Interval",
    "IntervalNarrowEnough",
    "LocalPlane",
    "Quantile",
    "QuantileNarrowEnough",
    "Rate",
    "SaltelliDesign",
    "SobolIndex",
    "SobolIndices",
    "StoppingRule",
    "SubsetEstimate",
    "Tornado",
    "assert_rate",
    "circular_error_probable",
    "covariance_ellipse",
    "density",
    "downrange_crossrange",
    "east_north",
    "ellipse_interval",
    "footprint",
    "importance_weights",
    "outcome_rates",
    "quantile",
    "quantiles",
    "rate",
    "resampled",
    "runs_needed",
    "sobol",
    "sobol_indices",
    "stopped_rate",
    "subset_simulation",
    "tornado",
    "weighted_quantile",
    "weighted_rate",
]

check_calls(__name__, __all__)
