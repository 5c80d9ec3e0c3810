"""The file that makes the official ``duckdb`` command one with ``ask()``: ``duckdb -init FILE``.

It holds the token and is therefore readable by its owner only. The functions are macros that send a call to the
server. The served tables are views in a database called ``served``, second in the search path, so that they are found
by their bare names and tables of the user's own go first. (Attached by Quack itself, one query could read only one of
them: DuckDB 1.5 streams one result a connection.)
"""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from pathlib import Path

from llmsql.catalog.snapshot import quote
from llmsql.errors import ConfigError
from llmsql.functions import VARIABLES, Macro
from llmsql.rows.install import VARIABLES as ROW_VARIABLES
from llmsql.serve.rows import is_row_function, lookup_macros

MARK = "-- Written by llmsql serve"
_RUN_COMMANDS = ".duckdbrc"


def render_init_file(
    address: str,
    token: str,
    extensions: Iterable[Path],
    macros: Sequence[Macro],
    tables: Iterable[tuple[str, str]],
    *,
    plain_http: bool = False,
) -> str:
    """What the file says.

    Args:
        address: of the server, ``quack:HOST:PORT``.
        token: of the server.
        extensions: files to load, in order.
        macros: of the server.
        tables: schema and name of each served table and view.
        plain_http: reach a server that is not on this machine without TLS.
    """
    ssl = ", disable_ssl := true" if plain_http else ""

    def remote(sql: str) -> str:
        return f"quack_query({_text(address)}, {sql}{ssl})"

    lines = [
        f"{MARK}, for: duckdb -init THIS_FILE",
        "-- It holds the key to the server and is of no use once that has stopped: keep it to yourself.",
        *_own_run_commands(),
        f".output {os.devnull}",
        *(f"LOAD {_text(str(path))};" for path in extensions),
        f"CREATE TEMPORARY SECRET llmsql (TYPE quack, TOKEN {_text(token)}, SCOPE {_text(address)});",
        # DuckDB quotes the line that fails: this one asks the question that then helps.
        f"/* Has llmsql serve ended? Start it again. */ FROM {remote(_text('SELECT 1'))};",
        *_sending(remote),
        *lookup_macros(macros, remote),
        *(_forwarding(macro, remote) for macro in macros),
        *_views(tables, remote),
        ".output",
    ]
    return "\n".join(lines) + "\n"


def write_init_file(path: Path, text: str) -> None:
    """Put the file in its place, readable by its owner only.

    Raises:
        ConfigError: there is another file already, or it cannot be written.
    """
    try:
        if path.is_dir():
            raise ConfigError(f"{path} is a folder.", "Name a file for --write-init.")
        if path.exists() and not path.read_bytes().startswith(MARK.encode()):
            raise ConfigError(f"{path} is there already and was not written by llmsql serve.", "Name another file.")
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".llmsql-", suffix=".sql")  # mode 0600
    except OSError as error:
        raise ConfigError(f"{path} cannot be written: {error.strerror}.", "Name a file in a folder of yours.") from None
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        os.replace(temporary, path)
    except BaseException as error:
        with suppress(OSError):
            os.unlink(temporary)
        if isinstance(error, OSError):
            raise ConfigError(f"{path} cannot be written: {error.strerror}.", "Is the disk full?") from None
        raise


def remove_init_file(path: Path, text: str) -> None:
    """Delete the file, if it still says what was written."""
    with suppress(OSError):
        if path.read_text(encoding="utf-8") == text:
            path.unlink()


def _own_run_commands() -> Sequence[str]:
    """``-init`` takes the place of the user's own start-up file: read that first."""
    own = Path.home() / _RUN_COMMANDS
    return [f".read {_dot_argument(str(own))}"] if own.is_file() else []


def _sending(remote: Callable[[str], str]) -> Sequence[str]:
    """Macros that turn a value into SQL text, and put the session's settings before a call."""
    variables = ", ".join(
        f"CASE WHEN getvariable('llmsql_{name}') IS NOT NULL "
        f"THEN 'SET VARIABLE llmsql_{name} = ' || _llmsql_text(getvariable('llmsql_{name}')) END"
        for name in dict.fromkeys((*VARIABLES, *ROW_VARIABLES))
        if name != "base_url"  # the server's own
    )
    return [
        "CREATE TEMP MACRO _llmsql_text(x) AS coalesce('''' || replace(x::VARCHAR, '''', '''''') || '''', 'NULL');",
        f"CREATE TEMP MACRO _llmsql_send(x) AS concat_ws('; ', {variables}, x);",
        f"CREATE TEMP MACRO served(sql) AS TABLE FROM {remote('_llmsql_send(sql)')};",
    ]


def _forwarding(macro: Macro, remote: Callable[[str], str]) -> str:
    names = [parameter.split(":=")[0].strip() for parameter in macro.parameters.split(",") if parameter.strip()]
    optional = {name for name in names if re.search(rf"\b{re.escape(name)}\s*:=", macro.parameters)}
    arguments = " || ', ' || ".join(
        (f"'{name} := ' || " if name in optional else "") + f"_llmsql_text({name})" for name in names
    )
    call = f"{macro.name}(' || {arguments} || ')" if names else f"{macro.name}()"
    head = f"CREATE TEMP MACRO {macro.name}({macro.parameters}) AS"
    if macro.body.startswith("TABLE"):
        sent = remote(f"_llmsql_send('FROM {call}')")
        return f"{head} TABLE FROM {sent};"
    if macro.name.endswith("ask_sql"):
        sent = remote(f"_llmsql_send('SELECT {call}')")
        return f"{head} (FROM {sent});"
    if is_row_function(macro):
        return f"{head} {macro.body};"
    example = f"{macro.name}({', '.join(name for name in names if name not in optional)})"
    hint = f"{macro.name} runs at the server. Send the whole query there: FROM served($$ SELECT {example} $$)"
    return f"{head} error({_text(hint)});"


def _views(tables: Iterable[tuple[str, str]], remote: Callable[[str], str]) -> Sequence[str]:
    lines = ["ATTACH ':memory:' AS served;"]
    schemas = {"main"}
    for schema, name in tables:
        if schema not in schemas:
            schemas.add(schema)
            lines.append(f"CREATE SCHEMA served.{quote(schema)};")
        source = f"{quote(schema)}.{quote(name)}"
        lines.append(f"CREATE VIEW served.{source} AS FROM {remote(_text(f'FROM {source}'))};")
    own = "'\"' || replace({0}, '\"', '\"\"') || '\"'"
    path = f"{own.format('current_database()')} || '.' || {own.format('current_schema()')} || ',served.main'"
    return [
        *lines,
        f"SET VARIABLE _llmsql_path = {path};",
        "SET search_path = getvariable('_llmsql_path');",
        "RESET VARIABLE _llmsql_path;",
    ]


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def _dot_argument(value: str) -> str:
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
