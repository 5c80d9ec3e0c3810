"""The job on standard input, done as one would without any package: a Python function that calls the server."""

import json
import sys
import time

import duckdb
import openai

job = json.load(sys.stdin)
client = openai.OpenAI(base_url=job["url"], api_key="none")


def ask(prompt: str) -> str:
    answer = client.chat.completions.create(
        model="local", temperature=0, max_tokens=16, messages=[{"role": "user", "content": prompt}]
    )
    return (answer.choices[0].message.content or "").strip().strip("-. ").lower()


con = duckdb.connect()
con.create_function("ask", ask, ["VARCHAR"], "VARCHAR")
con.execute("CREATE TABLE t (id INTEGER, body VARCHAR)").fetchall()
con.executemany("INSERT INTO t VALUES (?, ?)", list(enumerate(job["rows"])))
refund = "ask('Does the customer ask for money back? Answer yes or no.\n\n' || body) LIKE 'yes%'"
labels = ", ".join(job["labels"])
sql = {
    "filter": f"SELECT {refund} FROM t ORDER BY id",
    "classify": f"SELECT ask('Answer with one of these categories: {labels}.\n\n' || body) FROM t ORDER BY id",
    "filter_limit": f"SELECT body FROM t WHERE {refund} LIMIT 3",
}[job["task"]]
started = time.perf_counter()
answers = [row[0] for row in con.execute(sql).fetchall()]
print(
    json.dumps(
        {"seconds": time.perf_counter() - started, "answers": answers, "version": f"duckdb {duckdb.__version__}"}
    )
)
