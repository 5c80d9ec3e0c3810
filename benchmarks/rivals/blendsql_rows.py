"""The job on standard input, done with BlendSQL, its grammars left out: they are in a form that only vLLM reads."""

import json
import os
import sys
import time
from importlib.metadata import version

import pandas as pd

job = json.load(sys.stdin)
os.environ["BLENDSQL_MAX_TOKENS"] = "64"  # a small model knows no end
from blendsql import BlendSQL  # noqa: E402
from blendsql.models import VLLM  # noqa: E402

table = pd.DataFrame({"id": range(len(job["rows"])), "body": job["rows"]})
bsql = BlendSQL({"t": table}, model=VLLM("local", base_url=job["url"], extra_body={"temperature": 0}))
refund = "{{LLMMap('Does the customer ask for money back?', t.body, return_type='bool')}}"
options = tuple(job["labels"])
sql = {
    "filter": f"SELECT {refund} FROM t ORDER BY id",
    "classify": f"SELECT {{{{LLMMap('Which category is it?', t.body, options={options})}}}} FROM t ORDER BY id",
    "filter_limit": f"SELECT body FROM t WHERE {refund} = TRUE LIMIT 3",
}[job["task"]]
started = time.perf_counter()
answers = bsql.execute(sql).df().iloc[:, 0].tolist()
print(
    json.dumps(
        {"seconds": time.perf_counter() - started, "answers": answers, "version": version("blendsql")}, default=str
    )
)
