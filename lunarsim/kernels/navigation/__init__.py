"""Navigation on board: dead reckoning and an extended Kalman filter, from what the sensors report."""
