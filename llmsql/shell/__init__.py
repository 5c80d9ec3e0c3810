"""A DuckDB shell in which a line that is no SQL is a question.

================ ====================================================================================
``main``         the command line: ``duckdb``'s flags, in the order in which they are given
``session``      runs statements, dot commands and questions; knows nothing of terminals
``installation`` puts the functions into the database, behind the prompt
``reader``       cuts text into those three
``commands``     the dot commands
``render``       rows in every output mode; ``duckbox`` is DuckDB's own
``output``       where the text goes: terminal, file, pipe, pager
``work``         what runs beside the terminal: Ctrl-C stops it, progress shows how far it is
``terminal``     the prompt: history, completion (``complete``), highlighting (``highlight``)
================ ====================================================================================
"""
