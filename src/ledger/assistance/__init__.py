"""Assistance 专项救助: what departments decide, give and report, on the one chain."""
