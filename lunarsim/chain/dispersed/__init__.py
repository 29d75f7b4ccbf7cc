"""Campaigns over missions: the chain flown many times, its manoeuvres computed from where a run is."""
