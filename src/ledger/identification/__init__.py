"""Identification 认定: from application to confirmation, amounts by the standard in force, changes and ending."""
