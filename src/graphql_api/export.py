"""``python -m graphql_api.export schema.graphql``: writes the schema definition."""

from __future__ import annotations

import sys
from pathlib import Path

from graphql_api.schema import make_schema


def sdl() -> str:
    """The schema definition, as committed."""
    return make_schema().as_str() + "\n"


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(sdl(), encoding="utf-8")
