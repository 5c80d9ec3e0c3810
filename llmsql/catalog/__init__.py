"""The catalog: tables, columns, keys and sample values of a database, as a prompt needs them."""

from llmsql.catalog.model import Catalog, Column, ForeignKey, Table, quote_identifier

__all__ = ["Catalog", "Column", "ForeignKey", "Table", "quote_identifier"]
