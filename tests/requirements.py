"""Prints the tools and extras of pyproject.toml, one a line: older pips cannot read dependency groups."""

import tomllib
from pathlib import Path

project = tomllib.loads((Path(__file__).parent.parent / "pyproject.toml").read_text(encoding="utf-8"))
extras = project["project"]["optional-dependencies"].values()
print("\n".join([*project["dependency-groups"]["dev"], *(tool for extra in extras for tool in extra)]))
