"""The job on standard input, done with LOTUS."""

import json
import sys
import time
from importlib.metadata import version

import lotus
import pandas as pd
from lotus.models import LM

job = json.load(sys.stdin)
lotus.settings.configure(lm=LM(model="openai/local", api_base=job["url"], api_key="none", temperature=0, max_tokens=64))
table = pd.DataFrame({"body": job["rows"]})
labels = ", ".join(job["labels"])
started = time.perf_counter()
if job["task"] == "classify":
    mapped = table.sem_map(f"Answer with one of these categories, and nothing else: {labels}. The text is {{body}}")
    answers = [str(value).strip().strip("-. ").lower() for value in mapped.iloc[:, -1]]
else:
    kept = table.sem_filter("In {body}, the customer asks for money back")
    chosen = set(kept.index)
    answers = [i in chosen for i in table.index] if job["task"] == "filter" else kept["body"].head(3).tolist()
print(json.dumps({"seconds": time.perf_counter() - started, "answers": answers, "version": version("lotus-ai")}))
