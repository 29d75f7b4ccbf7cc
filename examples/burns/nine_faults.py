"""
Nine faults of one burn
=======================

What each of nine faults makes of a burn that was to lower the orbit to 18 km. The flight computer ends a burn by what
it senses: what it does not sense it cannot make up for.
"""

import matplotlib.pyplot as plt
from astropy import units as u

import lunarsim as ls

sound = ls.load_scenario("luna25").without_faults()
faults = {
    "none": (),
    "15 % less thrust": (ls.faults.ThrustError(error=-0.15),),
    "no ignition": (ls.faults.NoIgnition(),),
    "sensor off": (ls.AccelerometerOff(),),
    "sensor on after 20 s": (ls.AccelerometerOff(end=20 * u.s),),
    "sensor reports 10 % less": (ls.faults.AccelerometerScale(factor=0.9),),
    "sensor biased by 0.02 m/s²": (ls.faults.AccelerometerBias(bias=0.02 * u.m / u.s**2),),
    "wrong target: 14 m/s": (ls.faults.WrongTarget(target_delta_v=14 * u.m / u.s),),
    "a minute late": (ls.faults.LateCommand(delay=60 * u.s),),
    "thrust 20 deg off": (ls.faults.ThrustMisaligned(pitch=20 * u.deg),),
}
flights = {name: ls.simulate(sound.with_faults(*each)) for name, each in faults.items()}
perilune = {name: flight.burns[0].after.perilune.to_value(u.km) for name, flight in flights.items()}

figure, ax = plt.subplots(figsize=(7, 4), layout="constrained")
colors = ["#D55E00" if height < 0 else "#0072B2" for height in perilune.values()]
bars = ax.barh(list(perilune), list(perilune.values()), color=colors)
ax.bar_label(bars, fmt="%.1f", padding=4)
ax.axvline(perilune["none"], color="0.4", linestyle="--", linewidth=1)
ax.invert_yaxis()
ax.margins(x=0.12)
ax.set(xlabel="Perilune after the burn (km)", title="Dashed: as planned")
plt.show()

assert perilune["sensor off"] < 0 < perilune["15 % less thrust"]
