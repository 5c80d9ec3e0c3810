"""LLM functions over rows: ``ai_complete``, ``ai_filter``, ``ai_classify`` and their family, as ordinary SQL functions.

========================  ==============================================================================================
``install``               macros and Python functions on a connection
``chunks``                between DuckDB's chunks of rows and the distinct inputs in them
``engine``                each distinct input answered once: memo, requests in flight, kept answers, errors by row
``tasks``                 what each function asks, and how its answer is read
``shapes``                result types and JSON Schema: what an answer must look like
``calls``                 one call of a model: budget, pacing, retries, the answers kept on disk
``budget``                limits that stop before the call that would cross them
``pacing``                requests and tokens per minute, and Retry-After
``ledger``                what was called, what it took, what failed
``reports``               ``ai_usage()``, ``ai_usage_summary()``, ``ai_errors()``, ``ai_estimate()``
========================  ==============================================================================================
"""
