"""The job on standard input, done with duckdb-llm-udf: one question about all rows, for it only writes SQL."""

import json
import os
import sys
import time
from importlib.metadata import version

import duckdb

job = json.load(sys.stdin)
os.environ |= {
    "OPENAI_BASE_URL": job["url"],
    "OPENAI_API_KEY": "none",
    "LLM_TEMPERATURE": "0",
    "LLM_MAX_TOKENS": "256",  # a small model knows no end
}
from duckdb_llm_udf import ask_llm, register_llm_functions  # noqa: E402

con = duckdb.connect()
register_llm_functions(con)
con.execute("CREATE TABLE t (id INTEGER, body VARCHAR)").fetchall()
con.executemany("INSERT INTO t VALUES (?, ?)", list(enumerate(job["rows"])))
question = {
    "filter": "For each row of t, ordered by id: true if the customer asks for money back in its body, else false",
    "classify": f"For each row of t, ordered by id: which category its body is, one of {', '.join(job['labels'])}",
    "filter_limit": "The body of 3 rows of t in which the customer asks for money back",
}[job["task"]]
started = time.perf_counter()
sql = ask_llm(
    question, con, provider="openai", model="local", execute=False
)  # the function in SQL waits for a keyboard
answers = [row[-1] for row in con.execute(sql).fetchall()]
print(
    json.dumps(
        {"seconds": time.perf_counter() - started, "answers": answers, "version": version("duckdb-llm-udf")},
        default=str,
    )
)
