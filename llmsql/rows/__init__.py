"""LLM functions over rows: ``ai_complete``, ``ai_filter``, ``ai_classify`` and their family, as ordinary SQL functions.

========================  ==============================================================================================
``install``               macros and Python functions on a connection
``chunks``                between DuckDB's chunks of rows and the distinct inputs in them
``engine``                each distinct input answered once, and the models, queries and books behind that
``queries``               what is known of a query while it runs
``plans``                 from a function's constant arguments to what it asks, and of whom
``answers``               what has come of inputs, and what is being asked for at the moment
``failures``              when failed inputs stop a query
``estimate``              ``ai_estimate``: a query run without asking, on a connection like the one that asks
``bounds``                what keeps an estimate from counting too little
``trees``                 syntax trees of queries, as DuckDB gives and takes them
``counting``              what an input would take, and a stand-in for its answer
``tasks``                 what each function asks, and how its answer is read
``shapes``                result types: what an answer must look like, and how it is read
``schemas``               JSON Schemas: a user's, and what models and servers are sent
``calls``                 one call of a model: budget, pacing, retries, the answers kept on disk
``embeddings``            vectors of texts, in batches
``early_stop``            how many rows a ``LIMIT`` wants of a function
``proxy``                 classifiers that answer for the model where they have shown that they can
``lessons``               when one is trained, and which inputs it may answer
``progress``              a line on standard error
``interrupts``            Ctrl-C
``models``                which model is asked, and how much fits into one of its prompts
``budget``                limits that stop before the call that would cross them
``pacing``                requests and tokens per minute, and Retry-After
``ledger``                what was called, what it took, what failed
``reports``               ``ai_usage()``, ``ai_usage_summary()``, ``ai_errors()``, ``ai_estimate()``
========================  ==============================================================================================
"""
