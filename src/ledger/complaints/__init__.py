"""Complaints 投诉举报 as facts: what was lodged about a case, and whether it is answered; decisions on cases must know."""
