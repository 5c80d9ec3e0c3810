"""Questions about data that llmsql did not make: ``python examples/real_data.py [--chinook FILE]``.

Writes a folder of CSV and Parquet files, an Excel file and a DataFrame of its own, asks about each, and prints every
question with its SQL and first rows, as docs/real-data.md shows them.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

import pandas as pd

import llmsql
from llmsql.connection import Connection
from llmsql.sources import open_source

CHINOOK = (
    "how many tracks are there",
    "number of albums by artist, top 5",
    "total sales by country",
    "which customers live in Brazil",
    "top 3 genres by number of tracks",
    "which employee supports the most customers",
)
FOLDER = ("average temperature by city", "which station has the most rainy readings", "readings per month in Lisbon")
EXCEL = ("total budget by department", "who earns the most")
FRAME = ("average score by team", "players with a score above 90")


def make_folder(folder: Path) -> None:
    """Weather stations as CSV, their readings as Parquet."""
    stations = pd.DataFrame(
        {
            "station_id": [1, 2, 3, 4],
            "name": ["Harbour", "Airport", "Old Town", "Hill"],
            "city": ["Lisbon", "Lisbon", "Porto", "Faro"],
        }
    )
    days = pd.date_range("2024-01-01", periods=120, freq="D")
    readings = pd.DataFrame(
        [
            {"station_id": s, "day": day.date(), "temperature": 12 + s + (i % 30) / 3, "rain": (i * s) % 5 == 0}
            for s in stations.station_id
            for i, day in enumerate(days)
        ]
    )
    stations.to_csv(folder / "stations.csv", index=False)
    readings.to_parquet(folder / "readings.parquet", index=False)


def make_excel(file: Path) -> None:
    """Two sheets: departments with budgets, employees with salaries."""
    departments = pd.DataFrame({"department": ["Sales", "Support", "Research"], "budget": [120000, 80000, 200000]})
    employees = pd.DataFrame(
        {
            "name": ["Ana", "Ben", "Chi", "Dov"],
            "department": ["Sales", "Support", "Research", "Research"],
            "salary": [52000, 41000, 88000, 91000],
        }
    )
    with pd.ExcelWriter(file) as writer:
        departments.to_excel(writer, sheet_name="departments", index=False)
        employees.to_excel(writer, sheet_name="employees", index=False)


def ask_all(title: str, con: Connection, questions: tuple[str, ...]) -> None:
    """Ask, and print question, SQL and first rows."""
    print(f"## {title}\n")
    for question in questions:
        print(f"**{question}**\n")
        try:
            answer = con.ask(question)
        except llmsql.LLMSQLError as error:
            print(f"no answer: {error}\n")
            continue
        print(f"```text\n{answer.sql}\n```\n")
        for row in answer.fetchall()[:5]:
            print("    " + ", ".join(str(v) for v in row))
        print()


def main() -> None:
    """Ask about everything."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--chinook", type=Path, help="the Chinook database as a SQLite file")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        if options.chinook:
            with open_source(options.chinook) as con:
                ask_all("Chinook, a SQLite file", con, CHINOOK)
        make_folder(folder)
        with open_source(folder) as con:
            ask_all("A folder of CSV and Parquet files", con, FOLDER)
        make_excel(folder / "company.xlsx")
        with open_source(folder / "company.xlsx") as con:
            ask_all("An Excel file", con, EXCEL)
    players = pd.DataFrame(
        {"player": ["Kim", "Lou", "Max", "Noa"], "team": ["red", "blue", "red", "blue"], "score": [91, 78, 64, 95]}
    )
    with llmsql.connect() as con:
        con.register("players", players)
        ask_all("A DataFrame", con, FRAME)


if __name__ == "__main__":
    main()
