"""Makes ``data/sales_queries.json``: questions about the sales database with SQL that was run and checked.

Questions come from families (``training/sales_families/*.txt``): one SQL template and several hand-written phrasings
with the same slots. A family is either for training or for validation, and no validation query has the skeleton of a
training query, nor either of them that of a hand-written test query: a good figure there is not memory. To the training
split come questions written one by one (``data/sales_written_questions.jsonl``), by others than who wrote the test.

A family in a file, blocks apart by an empty line::

    name | kind | difficulty | split [| number of pairs] [| slot = choice, choice]
    SELECT {dim}, {metric.as} FROM auto.order_lines WHERE {period:orders.order_date} GROUP BY ALL
    - {metric} by {dim} {period}
    - [show me|give me] the {metric} [per|for each] {dim} {period}

``auto.order_lines`` stands for ``order_lines`` and whatever the SELECT names besides, joined by the keys.
"""

from __future__ import annotations

import argparse
import json
import random
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from string import Formatter

import duckdb
import sqlglot
from sqlglot import exp

from llmsql.asking.scopes import own_columns
from llmsql.catalog import Catalog
from llmsql.catalog.snapshot import snapshot
from llmsql.errors import TrainingError
from llmsql.files import written_whole
from llmsql.sales import SALES_TODAY, build_sales_database
from training.canonical import canonical_sql
from training.sales_slots import InSQL, InWords, Slot, Slots, clash
from training.skeleton import skeleton
from training.written import read_written

FAMILIES = Path(__file__).parent / "sales_families"
TEST_QUESTIONS = Path("data/sales_test_questions.json")
WRITTEN_QUESTIONS = Path("data/sales_written_questions.jsonl")
PAIRS_A_FAMILY = 10
MOST_ROWS = 700
CONTEXT = (
    "A seller of office goods. Revenue is sum(quantity * unit_price * (1 - discount)) over order_lines, orders of "
    "every status; profit takes off quantity * unit_cost; an order's region is its customer's; today is 2024-12-31."
)
# A tree of joins: table -> (the table it hangs on, the condition).
_KEYS = {
    "orders": ("order_lines", "order_lines.order_id = orders.order_id"),
    "products": ("order_lines", "order_lines.product_id = products.product_id"),
    "categories": ("products", "products.category_id = categories.category_id"),
    "customers": ("orders", "orders.customer_id = customers.customer_id"),
    "regions": ("customers", "customers.region_id = regions.region_id"),
    "sales_people": ("orders", "orders.sales_person_id = sales_people.sales_person_id"),
    "returns": ("order_lines", "returns.order_line_id = order_lines.order_line_id"),
}
_TYPOS = {
    "revenue": ("revenu", "reveneu", "revnue"),
    "customers": ("custmers", "costumers", "customrs"),
    "customer": ("custmer", "costumer"),
    "category": ("catagory", "categroy"),
    "quarter": ("quater",),
    "products": ("prodcuts", "produts"),
    "product": ("prodcut", "produt"),
    "orders": ("oders", "ordres"),
    "region": ("regoin", "regin"),
    "returns": ("retruns",),
    "average": ("avarage", "averge"),
    "total": ("totla",),
    "month": ("mounth",),
    "which": ("wich",),
    "sales": ("slaes",),
    "channel": ("chanel",),
    "profit": ("proft",),
    "target": ("taget",),
    "number": ("nubmer",),
    "country": ("contry",),
}


@dataclass(frozen=True, slots=True)
class Family:
    """A SQL template with its phrasings.

    Args:
        name: unique; ids of pairs start with it.
        kind: what sort of question it is.
        difficulty: ``easy``, ``medium`` or ``hard``.
        split: ``train`` or ``validation``.
        pairs: how many pairs to make of it.
        choices: slots of its own: name to numbers or words.
        sql: the template.
        phrasings: the ways to ask.
    """

    name: str
    kind: str
    difficulty: str
    split: str
    pairs: int
    choices: dict[str, list[str]]
    sql: str
    phrasings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Example:
    """A record of ``data/sales_queries.json``."""

    id: str
    split: str
    kind: str
    difficulty: str
    ordered: bool
    question: str
    sql: str


def load_families(folder: Path = FAMILIES) -> list[Family]:
    """Read the families of all files of a folder.

    Raises:
        TrainingError: a block is not a family, or a name comes twice.
    """
    families: list[Family] = []
    for file in sorted(folder.glob("*.txt")):
        for block in re.split(r"\n\s*\n", file.read_text(encoding="utf-8").strip()):
            families.append(_parse_family(block, file.name))
    twice = [name for name, count in Counter(f.name for f in families).items() if count > 1]
    if twice:
        raise TrainingError(f"Two families are called {twice[0]}.", "Rename one.")
    return families


def _parse_family(block: str, file: str) -> Family:
    head, *lines = block.splitlines()
    fields = [part.strip() for part in head.split("|")]
    sql = " ".join(line.strip() for line in lines if not line.startswith("- "))
    phrasings = tuple(line[2:].strip() for line in lines if line.startswith("- "))
    if len(fields) < 4 or not sql or len(phrasings) < 4 or fields[3] not in ("train", "validation"):
        raise TrainingError(f"{file}: not a family: {head}", "It takes a head, SQL and four phrasings or more.")
    pairs, choices = PAIRS_A_FAMILY, {}
    for extra in fields[4:]:
        name, _, options = extra.partition("=")
        if options:
            choices[name.strip()] = [option.strip() for option in options.split(",")]
        else:
            pairs = int(name)
    return Family(fields[0], fields[1], fields[2], fields[3], pairs, choices, sql, phrasings)


def _parse(sql: str) -> exp.Select | exp.SetOperation:
    tree = sqlglot.parse_one(sql, read="duckdb")
    if not isinstance(tree, exp.Select | exp.SetOperation):
        raise TrainingError(f"Not a query: {sql}")
    return tree


def expand_sql(template: str, catalog: Catalog) -> str:
    """A filled template as canonical SQL: the joins that ``auto`` stands for are written out."""
    tree = _parse(template)
    for select in list(tree.find_all(exp.Select)):
        start = select.args.get("from_")
        if start is not None and isinstance(start.this, exp.Table) and start.this.db == "auto":
            named = [column.table for column in own_columns(select) if column.table]
            joined = _parse(f"SELECT 1 FROM {_joined(start.this.name, named)}")
            select.set("from_", joined.args["from_"])
            select.set("joins", joined.args.get("joins"))
    return _spell_out_groups(canonical_sql(tree, catalog))


def _spell_out_groups(sql: str) -> str:
    """The query with GROUP BY ALL written out beside QUALIFY or a window over columns: DuckDB refuses them together."""
    tree = _parse(sql)
    for select in tree.find_all(exp.Select):
        group = select.args.get("group")
        windows = [window for e in select.expressions for window in e.find_all(exp.Window)]
        over_columns = any(
            column.find_ancestor(exp.AggFunc, exp.Window) is window
            for window in windows
            for column in window.find_all(exp.Column)
        )
        if group is not None and group.args.get("all") and (select.args.get("qualify") or over_columns):
            plain = [e.unalias().copy() for e in select.expressions if not e.find(exp.AggFunc)]
            select.set("group", exp.Group(expressions=plain))
    return tree.sql("duckdb")


def _joined(base: str, named: Iterable[str]) -> str:
    """FROM text: ``base``, and every table named, along the tree of keys."""

    def chain(table: str) -> list[str]:
        return [table, *chain(_KEYS[table][0])] if table in _KEYS else [table]

    text = base
    joined = [base]
    for table in dict.fromkeys(named):
        up, down = chain(table), chain(base)
        meeting = next(step for step in up if step in down)
        # From the base up to where the two chains meet, then down to the table.
        path = down[1 : down.index(meeting) + 1] + up[: up.index(meeting)][::-1]
        for step in path:
            if step in joined:
                continue
            child = (
                step
                if step in _KEYS and _KEYS[step][0] in joined
                else next(t for t in joined if t in _KEYS and _KEYS[t][0] == step)
            )
            text += f" JOIN {step} ON {_KEYS[child][1]}"
            joined.append(step)
    return text


@dataclass
class Checker:
    """Runs queries on the sales database as it is asked on its last day.

    Args:
        con: the database.
    """

    con: duckdb.DuckDBPyConnection
    seen: dict[str, str | None] = field(default_factory=dict)

    def fault(self, sql: str) -> str | None:
        """What is wrong with a query, or None: no rows, only NULLs, too many rows, fewer than asked for, or an
        order that is not certain.

        Raises:
            duckdb.Error: it does not run.
        """
        if sql not in self.seen:
            self.seen[sql] = self._fault(sql)
        return self.seen[sql]

    def _fault(self, sql: str) -> str | None:
        rows = self.con.execute(on_last_day(sql)).fetchall()
        if not rows or all(cell is None for row in rows for cell in row):
            return "empty"
        if len(rows) > MOST_ROWS:
            return "long"
        limit = _parse(sql).args.get("limit")
        if limit is not None and len(rows) < int(limit.expression.name):
            return "short"
        return "tied" if self._is_tied(sql) else None

    def _is_tied(self, sql: str) -> bool:
        tree = _parse(on_last_day(sql))
        order, limit = tree.args.get("order"), tree.args.get("limit")
        if order is None:
            return limit is not None
        keys = [key.this.sql("duckdb") for key in order.expressions]
        # One row more than is shown: the last one shown must not tie with the first one left out.
        if limit is not None:
            limit.set("expression", exp.Literal.number(int(limit.expression.name) + 1))
        tree.select(*(f"{key} AS sort_{i}" for i, key in enumerate(keys)), copy=False, dialect="duckdb")
        names = ", ".join(f"sort_{i}" for i in range(len(keys)))
        found = self.con.execute(
            f"SELECT count(*) - count(DISTINCT row({names})) FROM ({tree.sql('duckdb')}) AS answer"
        ).fetchall()
        return bool(found[0][0])


def on_last_day(sql: str) -> str:
    """The query with ``current_date`` as the day at which the data ends."""
    return re.sub(r"\bcurrent_date\b", f"DATE '{SALES_TODAY}'", sql, flags=re.IGNORECASE)


def _fields(*templates: str) -> list[str]:
    names = [name.split(".")[0] for t in templates for _, name, _, _ in Formatter().parse(t) if name]
    return list(dict.fromkeys(names))


def _say(phrasing: str, words: dict[str, InWords], rng: random.Random) -> str:
    chosen = re.sub(r"\[([^\[\]]*)\]", lambda match: rng.choice(match[1].split("|")), phrasing)
    text = " ".join(chosen.format(**words).split())
    if rng.random() < 0.06:
        text = _with_typo(text, rng)
    return text.lower() if rng.random() < 0.15 else text


def _with_typo(text: str, rng: random.Random) -> str:
    wrong = [word for word in re.findall(r"\w+", text) if word in _TYPOS]
    if not wrong:
        return text
    word = rng.choice(wrong)
    return re.sub(rf"\b{word}\b", rng.choice(_TYPOS[word]), text, count=1)


def make_examples(families: list[Family], catalog: Catalog, checker: Checker, seed: int) -> list[Example]:
    """Fill every family's slots until it has its number of pairs, or no more are found.

    Args:
        families: what to fill.
        catalog: of the sales database.
        checker: on the same database.
        seed: the same seed gives the same examples.

    Raises:
        TrainingError: a family gave no pair at all.
        duckdb.Error: a template does not run.
    """
    slots = Slots(checker.con)
    asked: set[str] = set()
    examples: list[Example] = []
    for family in families:
        rng = random.Random(f"{seed}/{family.name}")
        names = _fields(family.sql, *family.phrasings)
        mine: list[Example] = []
        uses: Counter[str] = Counter()
        for attempt in range(family.pairs * 12):
            if len(mine) == family.pairs:
                break
            filling = {
                name: Slot(choice, choice)
                if name in family.choices and (choice := rng.choice(family.choices[name]))
                else slots.draw(name, rng)
                for name in names
            }
            if clash(filling):
                continue
            sql = expand_sql(family.sql.format(**{n: InSQL(s) for n, s in filling.items()}), catalog)
            phrasing = family.phrasings[(len(mine) + attempt // (family.pairs * 2)) % len(family.phrasings)]
            question = _say(phrasing, {n: InWords(s, rng) for n, s in filling.items()}, rng)
            # A template without slots has one query for all its phrasings; others should rather vary.
            if question.casefold() in asked or (names and uses[sql] >= 2) or checker.fault(sql):
                continue
            asked.add(question.casefold())
            uses[sql] += 1
            ordered = _parse(sql).args.get("order") is not None
            number = f"{family.name}-{len(mine) + 1}"
            mine.append(Example(number, family.split, family.kind, family.difficulty, ordered, question, sql))
        if not mine:
            raise TrainingError(f"No question comes out of the family {family.name}.", "Look at what its SQL answers.")
        examples += mine
    return examples


def load_test_examples(path: Path) -> list[Example]:
    """Read the hand-written test questions; none where the file is absent.

    Raises:
        TrainingError: a record is not a test question.
    """
    if not path.is_file():
        return []
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
        records = raw["examples"] if isinstance(raw, dict) else raw
        examples = [Example(**{key: record[key] for key in Example.__dataclass_fields__}) for record in records]
    except (ValueError, KeyError, TypeError) as error:
        raise TrainingError(f"{path} is not a list of test questions ({error!r}).", "See data/README.md.") from error
    if any(example.split != "test" for example in examples):
        raise TrainingError(f"{path} has a record that is not of the split test.", "Correct its split.")
    return examples


def load_written_examples(path: Path, catalog: Catalog) -> list[Example]:
    """Read training questions that were written one by one; none where the file is absent.

    Args:
        path: JSONL of ``question``, ``sql`` and ``difficulty``.
        catalog: of the sales database.

    Raises:
        TrainingError: a line is not such a question.
    """
    if not path.is_file():
        return []
    return [
        Example(f"written-{number}", r.split, r.kind, r.difficulty, r.ordered, r.question, r.sql)
        for number, r in enumerate(read_written(path, "sales", catalog, "train"), 1)
    ]


def keep_apart(examples: list[Example], tests: list[Example], catalog: Catalog) -> list[Example]:
    """Examples without those that ask a test question or have a test query's skeleton.

    Raises:
        TrainingError: a validation query has the skeleton of a training query.
    """
    taken = {skeleton(test.sql, catalog) for test in tests}
    questions = {test.question.casefold() for test in tests}
    shapes = {example.id: skeleton(example.sql, catalog) for example in examples}
    trained = {shapes[example.id]: example.id for example in examples if example.split == "train"}
    for example in examples:
        if example.split == "validation" and shapes[example.id] in trained:
            raise TrainingError(
                f"{example.id} has the skeleton of {trained[shapes[example.id]]}: {example.sql}",
                "Move one of them to the other split, or drop it.",
            )
    return [e for e in examples if shapes[e.id] not in taken and e.question.casefold() not in questions]


def build_dataset(seed: int, tests: Path = TEST_QUESTIONS, written: Path = WRITTEN_QUESTIONS) -> dict[str, object]:
    """The whole content of ``data/sales_queries.json``.

    Args:
        seed: the same seed gives the same pairs.
        tests: the hand-written test questions.
        written: the hand-written training questions.
    """
    con = duckdb.connect(config={"threads": 1})
    build_sales_database(con)
    catalog = snapshot(con)
    test_examples = load_test_examples(tests)
    made = make_examples(load_families(), catalog, Checker(con), seed)
    asked = {example.question.casefold() for example in made}
    made += [e for e in load_written_examples(written, catalog) if e.question.casefold() not in asked]
    kept = keep_apart(made, test_examples, catalog)
    return {
        "database": "sales",
        "today": SALES_TODAY.isoformat(),
        "context": CONTEXT,
        "examples": [asdict(example) for example in [*kept, *test_examples]],
    }


def main(argv: list[str] | None = None) -> None:
    """Write the dataset."""
    parser = argparse.ArgumentParser(prog="python -m training.sales_questions", description=__doc__.splitlines()[0])
    parser.add_argument("--output", type=Path, default=Path("data/sales_queries.json"))
    parser.add_argument("--tests", type=Path, default=TEST_QUESTIONS, help="hand-written test questions to add")
    parser.add_argument("--seed", type=int, default=7)
    args = parser.parse_args(argv)
    dataset = build_dataset(args.seed, args.tests)
    with written_whole(args.output) as file:
        file.write_text(json.dumps(dataset, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    examples = dataset["examples"]
    assert isinstance(examples, list)
    print(dict(Counter(example["split"] for example in examples)), "->", args.output)


if __name__ == "__main__":
    main()
