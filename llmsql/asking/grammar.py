"""placeholder"""

from __future__ import annotations

from llmsql.catalog import Catalog


def build_grammar(catalog: Catalog) -> str:
    return ""
