"""Organisations 机构: 兵团 → 师市 → 团场(镇)/街道 → 连队/社区, and the departments beside them."""
