"""Invented but lifelike data of a division: the same seed gives the same bytes. No real person."""
