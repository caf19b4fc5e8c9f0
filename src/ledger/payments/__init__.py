"""Payments 发放: runs drawn per month, programme and organisation, and every line until it is settled."""
