"""Funds 资金: received with allowed uses, allocated to organisations, committed by runs."""
