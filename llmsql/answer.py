"""What ``con.ask()`` returns."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import duckdb

from llmsql.asking.engine import Engine
from llmsql.asking.pipeline import Draft
from llmsql.errors import ConfigError


@dataclass(frozen=True)
class Answer:
    """The rows that answer a question, and where they came from.

    The query has run once; reading the answer in several forms does not run it again. What a DuckDB relation can do
    (``filter``, ``order``, ``limit``, ``to_parquet``, …) is here too, and whatever takes Arrow data takes an answer.

    Args:
        draft: the SQL and how it came about.
        table: the rows, an Arrow table.
        truncated: the row limit cut rows off.
        seconds: wall time of the query.
    """

    draft: Draft
    table: Any
    truncated: bool
    seconds: float
    connection: duckdb.DuckDBPyConnection = field(repr=False)
    engine: Engine | None = field(default=None, repr=False)

    @property
    def question(self) -> str:
        """As asked."""
        return self.draft.question

    @property
    def sql(self) -> str:
        """The SQL that ran."""
        return self.draft.sql

    def sql_query(self) -> str:
        """The SQL that ran; the relation's own would name the Arrow table that holds the rows."""
        return self.draft.sql

    @property
    def model(self) -> str:
        """Who wrote the SQL."""
        return self.draft.model

    @property
    def attempts(self) -> int:
        """Answers of the model that it took."""
        return self.draft.attempts

    @property
    def confidence(self) -> float | None:
        """How likely the answer is right, 0 to 1: as calibrated where the registry has that for the model, else how
        sure the model was of its words; None where the provider does not say."""
        return self.draft.confidence

    @property
    def notes(self) -> tuple[str, ...]:
        """What was repaired in the model's SQL, in plain words."""
        return self.draft.notes

    @property
    def source(self) -> str:
        """``model``, ``verified`` for a remembered answer, or ``follow-up`` for a rewrite of the last one."""
        return self.draft.source

    @property
    def explanation(self) -> str:
        """What the SQL counts, from which tables, filtered by what, with which assumptions: plain words, no model."""
        return self.draft.explanation

    def good(self) -> str:
        """Verify the answer: the same question, and the same with other years, numbers or values, gets it from now on.

        Returns:
            What was kept and where, in a sentence.
        """
        return self._say("good", self._engine().timeless_sql(self.connection, self.draft))

    def bad(self, correction: str | None = None) -> str:
        """Call the answer wrong: it is not given to this question again.

        Args:
            correction: the right SQL, which answers the question from now on.

        Returns:
            What was kept and where, in a sentence.

        Raises:
            LLMSQLError: the correction may not run or does not bind; nothing is kept then.
        """
        if correction is None:
            return self._say("bad", self.sql)
        said = self._say("good", correction)
        self._say("bad", self.sql)
        return said

    def _say(self, verdict: str, sql: str) -> str:
        variables = {"llmsql_fiscal_year_start": str(self.draft.fiscal_year_start)}
        if self.draft.today is not None:
            variables["llmsql_today"] = self.draft.today.isoformat()
        return self._engine().feedback(self.connection, self.draft.asked, sql, verdict, variables)

    def _engine(self) -> Engine:
        if self.engine is None:
            raise ConfigError("This answer does not know who gave it.", "Use con.feedback(question, sql, verdict).")
        return self.engine

    @cached_property
    def relation(self) -> duckdb.DuckDBPyRelation:
        """The rows as a relation of the connection that was asked."""
        return self.connection.from_arrow(self.table)

    def arrow(self) -> Any:
        """The rows as a ``pyarrow.Table``."""
        return self.table

    def df(self) -> Any:
        """The rows as a ``pandas.DataFrame``; needs pandas."""
        return self.relation.df()

    def pl(self) -> Any:
        """The rows as a ``polars.DataFrame``; needs polars."""
        return self.relation.pl()

    def fetchall(self) -> list[tuple[Any, ...]]:
        """The rows as tuples."""
        return self.relation.fetchall()

    def show(self, **options: Any) -> None:
        """Print the rows as DuckDB does; takes what ``DuckDBPyRelation.show`` takes."""
        self.relation.show(**options)

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """The rows by Arrow's own means: ``polars.DataFrame(answer)``, ``pyarrow.table(answer)``."""
        return self.table.__arrow_c_stream__(requested_schema)

    def _repr_html_(self) -> str:
        from llmsql.answer_html import render_html

        return render_html(self.draft, self.relation, self.table, truncated=self.truncated, seconds=self.seconds)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return getattr(self.relation, name)

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *dir(self.relation)})

    def __reduce__(self) -> Any:
        raise TypeError("An answer cannot be pickled, for it holds a connection: pickle answer.df() or answer.arrow().")

    def __repr__(self) -> str:
        cut = " (cut by the row limit)" if self.truncated else ""
        return f"-- {self.model}\n{self.sql}\n{self.relation}{cut}"
