"""What each technique is worth: ``python -m benchmarks.accuracy --data-root DIR [--model NAME] [--limit N]``.

Asks held-out validation questions with all techniques on and with each one off, on the same questions, and writes
``benchmarks/accuracy.md``: accuracy with its 95 % interval, share of questions with SQL that binds, and median time
from question to SQL; one table for each model. A text that a model has written before in the run is not written again
but counted with the time that it took, so a row that changes what happens after the model costs no further calls.

Accuracy is of the questions asked, so that a question without an answer counts as wrong. A technique pays where its row
is below the first one by more than the intervals of McNemar's test allow; ``p`` is that test's (exact, two-sided).
"""

from __future__ import annotations

import argparse
import contextlib
import datetime
import math
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from unittest.mock import patch

from llmsql.asking.engine import calibrations_of
from llmsql.asking.pipeline import write_sql
from llmsql.clients import Generation, GenerationRequest, LLMClient
from llmsql.errors import LLMSQLError
from llmsql.machine import describe_machine
from llmsql.models import open_model
from llmsql.settings import Settings, load_settings
from training.calibrate import validation_records
from training.dataset import Databases, Record
from training.evaluate import Judge, wilson

REPORT = Path(__file__).parent / "accuracy.md"


@dataclass(frozen=True)
class Technique:
    """A row of the table.

    Args:
        name: what is off or on in it.
        parts: functions to put others in place of: path and stand-in.
        settings: fields of ``Settings`` that differ.
    """

    name: str
    parts: tuple[tuple[str, Callable[..., Any]], ...] = ()
    settings: tuple[tuple[str, object], ...] = ()

    @contextlib.contextmanager
    def applied(self) -> Iterator[None]:
        """With the stand-ins in place."""
        with contextlib.ExitStack() as stack:
            for path, stand_in in self.parts:
                stack.enter_context(patch(path, stand_in))
            yield


def _nothing(*_: object, **__: object) -> list[Any]:
    return []


def _settled(path: str) -> tuple[str, Callable[..., Any]]:
    return (f"llmsql.asking.settle.{path}", _nothing)


TECHNIQUES = (
    Technique("all on"),
    Technique("no stored values beside the question", (("llmsql.asking.link.link_values", _nothing),)),
    Technique("no choice of tables", (("llmsql.asking.link.select_tables", lambda catalog, *_: catalog),)),
    Technique("no misspelt values", (("llmsql.asking.link._misspelt", _nothing),)),
    Technique("no joins from the keys", (("llmsql.asking.settle.complete_joins", lambda tree, *_: tree),)),
    Technique("no repair of tables and columns", (_settled("repair_tables"), _settled("repair_columns"))),
    Technique("no repair of values", (_settled("repair_values"),)),
    Technique("no repair by the question's words", (_settled("repair_intent"),)),
    Technique("no repair after an error", (_settled("repair_error"),)),
    Technique("no dates from the question", (_settled("repair_dates"),)),
    Technique(
        "no second answer after an error",
        (("llmsql.asking.pipeline.build_correction", lambda messages, *_: list(messages)),),
    ),
    Technique("5 candidates", settings=(("candidates", 5),)),
    Technique("grammar", settings=(("grammar", True),)),
)
"""The last two are off by default: their rows say what switching them on gains and costs."""


class Recorder:
    """A client that gives a text again instead of having it written twice, and adds up what writing took.

    Args:
        client: the model.
    """

    def __init__(self, client: LLMClient) -> None:
        self._client = client
        self._written: dict[Any, list[Generation]] = {}
        self.seconds = 0.0

    def generate(self, request: GenerationRequest) -> Generation:
        """As ``LLMClient.generate``."""
        return self._several(request, 1, lambda: [self._client.generate(request)])[0]

    def generate_many(self, request: GenerationRequest, n: int) -> list[Generation]:
        """As ``LLMClient.generate_many``."""
        return self._several(request, n, lambda: self._client.generate_many(request, n))

    def _several(self, request: GenerationRequest, n: int, write: Callable[[], list[Generation]]) -> list[Generation]:
        key = (tuple(request.messages), request.temperature, request.grammar, request.max_tokens, n)
        if key not in self._written:
            self._written[key] = write()
        self.seconds += max(g.seconds for g in self._written[key])
        return self._written[key]


@dataclass(frozen=True)
class Row:
    """How a row of the table went.

    Args:
        name: of the technique.
        right: for each question, whether its answer was right.
        bound: questions with SQL that binds.
        milliseconds: for each question, from the question to the SQL.
        sure: confidence of each answer, None without one.
    """

    name: str
    right: list[bool]
    bound: int
    milliseconds: list[float]
    sure: list[float | None]


def measure(
    technique: Technique, records: Sequence[Record], databases: Databases, judges: dict[str, Judge], client: Recorder,
    model: str, settings: Settings,
) -> Row:  # fmt: skip
    """Ask every question with a technique on or off."""
    right: list[bool] = []
    times: list[float] = []
    sure: list[float | None] = []
    bound = 0
    for record in records:
        database = databases.open(record.database)
        mine = replace(settings, today=database.today, **dict(technique.settings))  # type: ignore[arg-type]
        client.seconds = 0.0
        started = time.perf_counter()
        draft = None
        with technique.applied(), contextlib.suppress(LLMSQLError):
            draft = write_sql(
                database.con,
                database.knowledge(record),
                client,  # type: ignore[arg-type]
                model,
                record.question,
                mine,
                calibrations=calibrations_of(model),
            )
        spent = (time.perf_counter() - started) * 1000
        # What was written in this call is in both figures.
        fresh = draft.milliseconds.get("generate", 0.0) if draft is not None else 0.0
        times.append(max(spent - fresh, 0.0) + client.seconds * 1000)
        is_right = False
        if draft is not None:
            bound += 1
            if record.database not in judges:
                judges[record.database] = Judge(database)
            is_right = judges[record.database].judge(record, draft.sql)[0]
        right.append(is_right)
        sure.append(draft.confidence if draft is not None else None)
    return Row(technique.name, right, bound, times, sure)


def mcnemar(first: Sequence[bool], second: Sequence[bool]) -> float:
    """How likely two rows on the same questions differ so much by chance (McNemar, 1947; exact, two-sided)."""
    only_first = sum(a and not b for a, b in zip(first, second, strict=True))
    only_second = sum(b and not a for a, b in zip(first, second, strict=True))
    n = only_first + only_second
    tail = sum(math.comb(n, k) for k in range(min(only_first, only_second) + 1)) / 2**n
    return min(1.0, 2 * tail)


def table(rows: Sequence[Row], n: int) -> list[str]:
    """The rows as Markdown."""
    lines = ["| | right % (95 %) | against all on | p | binds % | p50 ms |", "|---|---|---|---|---|---|"]
    for row in rows:
        count = sum(row.right)
        low, high = wilson(count, n)
        change = 100 * (count - sum(rows[0].right)) / n
        p = mcnemar(rows[0].right, row.right)
        lines.append(
            f"| {row.name} | {100 * count / n:.1f} ({low}–{high}) | "
            + ("| |" if row is rows[0] else f"{change:+.1f} | {p:.2f} |")
            + f" {100 * row.bound / n:.1f} | {statistics.median(row.milliseconds):.0f} |"
        )
    return lines


def selective(row: Row) -> str:
    """How right the surest 80 % of the questions are answered."""
    order = sorted(range(len(row.right)), key=lambda i: -(row.sure[i] or 0.0))
    kept = order[: max(1, round(0.8 * len(order)))]
    return f"{100 * sum(row.right[i] for i in kept) / len(kept):.1f} %"


def main() -> None:
    """Measure, print, write the report."""
    parser = argparse.ArgumentParser(description="What each technique is worth, on validation questions.")
    parser.add_argument("--model", nargs="*", default=[None], help="registry names or GGUF files; default: the default")
    parser.add_argument(
        "--dataset", type=Path, nargs="+", help="JSON or JSONL; default: the sales questions and Spider"
    )
    parser.add_argument("--data-root", type=Path, default=Path("data/training"))
    parser.add_argument("--limit", type=int, help="only so many questions of each dataset, evenly spread")
    parser.add_argument("--only", nargs="*", help="only the techniques whose names have one of these words")
    parser.add_argument("--output", type=Path, default=REPORT)
    options = parser.parse_args()
    spider = options.data_root / "spider" / "spider.jsonl"
    files = options.dataset or [Path("data/sales_queries.json"), *([spider] if spider.is_file() else [])]
    records = validation_records(files, options.limit)
    databases = Databases(options.data_root)
    chosen = [t for t in TECHNIQUES[1:] if not options.only or any(word in t.name for word in options.only)]
    # The folder is this machine's own affair.
    arguments = ["DIR" if word == str(options.data_root) else word for word in sys.argv[1:]]
    command = "python -m benchmarks.accuracy " + " ".join(arguments)
    lines = [
        "# What each technique is worth",
        "",
        f"`{command.strip()}`, {datetime.date.today()}, {describe_machine()}.",
        f"{len(records)} validation questions of {', '.join(f.name for f in files)}; none was trained on, none is of",
        "a test split. The repairs were made looking at failures on validation questions, so these figures are",
        "somewhat optimistic. p: McNemar's exact test against the first row.",
        "",
    ]
    judges: dict[str, Judge] = {}
    for named in options.model:
        settings = load_settings({"model": named, "timeout": 600.0})
        model, opened = open_model(settings)
        client = Recorder(opened)
        rows: list[Row] = []
        for technique in (TECHNIQUES[0], *chosen):
            rows.append(measure(technique, records, databases, judges, client, model, settings))
            print(f"{model}, {technique.name}: {sum(rows[-1].right)} of {len(records)} right", file=sys.stderr)
        opened.close()
        lines += [f"## {model}", "", *table(rows, len(records)), ""]
        lines += [f"Of the 80 % that it is surest of, {selective(rows[0])} are right.", ""]
    text = "\n".join(lines)
    options.output.write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
