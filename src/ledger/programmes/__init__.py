"""Programmes 救助项目: categories, programmes, forms and what excludes what, as dated definitions with their basis."""
