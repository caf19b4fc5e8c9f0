"""Supervision 监督: who read whose personal data, and why, in a sealed log of its own."""
