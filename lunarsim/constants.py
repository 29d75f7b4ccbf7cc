"""Physical constants in SI units, each with its source on its line."""

GM_MOON_M3_S2 = 4.90279996708864e12  # GRGM900C header, Lemoine et al. 2014, doi:10.1002/2014GL060027
GM_EARTH_M3_S2 = 3.9860043550702266e14  # DE440, Park et al. 2021, doi:10.3847/1538-3881/abd414
GM_SUN_M3_S2 = 1.3271244004127942e20  # DE440, Park et al. 2021, doi:10.3847/1538-3881/abd414
GM_JUPITER_M3_S2 = 1.267127641e17  # Jupiter and its moons, DE440, Park et al. 2021, doi:10.3847/1538-3881/abd414

EARTH_J2 = 1.0826359e-3  # zero tide, IERS Conventions (2010), IERS TN 36, table 1.1
EARTH_RADIUS_M = 6_378_136.6  # equatorial, belongs to EARTH_J2; IERS Conventions (2010), table 1.1
WGS84_RADIUS_M = 6_378_137.0  # equatorial, NIMA TR8350.2; the ellipsoid of heights over the Earth
WGS84_FLATTENING = 1.0 / 298.257223563  # NIMA TR8350.2
EARTH_SPIN_RAD_S = 7.292115e-5  # nominal, IERS Conventions (2010), table 1.2

MOON_RADIUS_M = 1_737_400.0  # IAU WGCCRE 2015; zero of LOLA and LROC elevations
MOON_GRAVITY_MPS2 = GM_MOON_M3_S2 / MOON_RADIUS_M**2  # at that radius, of a point mass
MOON_LOVE_NUMBER = 0.024116  # k2, solved for with GRGM900C; Lemoine et al. 2014, doi:10.1002/2014GL060027
MOON_SPIN_RAD_S = 2.6616994576e-6  # 13.17635815 deg/day, Archinal et al. 2018; librations change it by 4e-4
STANDARD_GRAVITY_MPS2 = 9.80665  # 3rd CGPM 1901; turns specific impulse into exhaust velocity

ASTRONOMICAL_UNIT_M = 149_597_870_700.0  # IAU 2012 resolution B2
SPEED_OF_LIGHT_MPS = 299_792_458.0  # 17th CGPM 1983
SOLAR_IRRADIANCE_W_M2 = 1361.0  # at 1 au, IAU 2015 resolution B3; Kopp & Lean 2011, doi:10.1029/2010GL045777
SUN_RADIUS_M = 695_700_000.0  # IAU 2015 resolution B3

ARCSECOND_RAD = 4.84813681109536e-06  # pi / 648000
PA_TO_ME_ARCSEC = (67.92, 78.56, 0.30)  # about z, y, x: NAIF moon_080317.tf, MOON_ME_DE421; Williams et al. 2008
