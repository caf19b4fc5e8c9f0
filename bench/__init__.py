"""Benchmarks: ratios measured side by side in one run, on real servers with fsync on. ``python -m bench --help``."""
