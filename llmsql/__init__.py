"""Ask questions in DuckDB."""

__version__ = "0.1.0"
