"""Registry 登记: households, their members and heads, moves, deaths, circumstances and accounts."""
