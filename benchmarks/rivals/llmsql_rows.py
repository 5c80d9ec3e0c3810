"""The job on standard input, done with llmsql."""

import json
import sys
import time

import llmsql

job = json.load(sys.stdin)
con = llmsql.connect(provider="vllm", model="local", base_url=job["url"], keep_answers=False, timeout=600)
con.execute("CREATE TABLE t (id INTEGER, body VARCHAR)").fetchall()
con.executemany("INSERT INTO t VALUES (?, ?)", list(enumerate(job["rows"])))
labels = ", ".join(f"'{label}'" for label in job["labels"])
refund = "ai_filter(body, 'the customer asks for money back')"
sql = {
    "filter": f"SELECT {refund} FROM t ORDER BY id",
    "classify": f"SELECT ai_classify(body, [{labels}]) FROM t ORDER BY id",
    "filter_limit": f"SELECT body FROM t WHERE {refund} LIMIT 3",
}[job["task"]]
started = time.perf_counter()
answers = [row[0] for row in con.execute(sql).fetchall()]
print(json.dumps({"seconds": time.perf_counter() - started, "answers": answers, "version": llmsql.__version__}))
