"""One rival in its own virtual environment: reads ``{"database", "question"}`` lines, writes ``{"sql", "seconds"}``.

Run by ``benchmarks.rivals``; imports nothing of llmsql. Each rival is set up as its own documentation does it, with the
address, key and name of the model from the environment: ``OPENAI_BASE_URL``, ``OPENAI_API_KEY``, ``LLM_MODEL``.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from collections.abc import Callable

Ask = Callable[[str], str]


def vanna(database: str) -> Ask:
    """Vanna 2's agent with its DuckDB runner; the SQL is the last that it ran. The schema goes into its memory."""
    import duckdb
    from vanna import Agent, AgentConfig
    from vanna.core.registry import ToolRegistry
    from vanna.core.system_prompt import DefaultSystemPromptBuilder
    from vanna.core.user import RequestContext, User, UserResolver
    from vanna.integrations.duckdb import DuckDBRunner
    from vanna.integrations.local.agent_memory import DemoAgentMemory
    from vanna.integrations.openai import OpenAILlmService
    from vanna.tools import RunSqlTool

    ran: list[str] = []

    class Runner(DuckDBRunner):
        async def run_sql(self, args, context):  # type: ignore[no-untyped-def]
            ran.append(args.sql)
            return await super().run_sql(args, context)

    class Anyone(UserResolver):
        async def resolve_user(self, request_context: RequestContext) -> User:
            return User(id="one", username="one", email="one@example.com", group_memberships=["user"])

    with duckdb.connect(database, read_only=True) as con:
        ddl = "\n".join(row[0] for row in con.execute("SELECT sql FROM duckdb_tables()").fetchall())
    tools = ToolRegistry()
    tools.register_local_tool(RunSqlTool(sql_runner=Runner(database, read_only=True)), access_groups=[])
    agent = Agent(
        llm_service=OpenAILlmService(model=os.environ["LLM_MODEL"]),
        tool_registry=tools,
        user_resolver=Anyone(),
        agent_memory=DemoAgentMemory(),
        config=AgentConfig(stream_responses=False, temperature=0.0, max_tool_iterations=3),
        system_prompt_builder=DefaultSystemPromptBuilder(
            f"You answer questions about a DuckDB database by calling run_sql with one query.\n{ddl}"
        ),
    )

    async def answer(question: str) -> str:
        ran.clear()
        async for _ in agent.send_message(RequestContext(), question):
            pass
        return ran[-1] if ran else ""

    return lambda question: asyncio.run(answer(question))


def langchain(database: str) -> Ask:
    """LangChain's SQL query chain."""
    from langchain_classic.chains import create_sql_query_chain
    from langchain_community.utilities import SQLDatabase
    from langchain_openai import ChatOpenAI

    db = SQLDatabase.from_uri(f"duckdb:///{database}", engine_args={"connect_args": {"read_only": True}})
    chain = create_sql_query_chain(ChatOpenAI(model=os.environ["LLM_MODEL"], temperature=0), db)
    return lambda question: chain.invoke({"question": question}).split("SQLQuery:")[-1]


def llamaindex(database: str) -> Ask:
    """LlamaIndex's NLSQLTableQueryEngine."""
    from llama_index.core import SQLDatabase
    from llama_index.core.query_engine import NLSQLTableQueryEngine
    from llama_index.llms.openai_like import OpenAILike
    from sqlalchemy import create_engine, inspect

    engine = create_engine(f"duckdb:///{database}", connect_args={"read_only": True})
    llm = OpenAILike(
        model=os.environ["LLM_MODEL"],
        api_base=os.environ["OPENAI_BASE_URL"],
        api_key=os.environ["OPENAI_API_KEY"],
        is_chat_model=True,
        temperature=0.0,
    )
    queries = NLSQLTableQueryEngine(
        SQLDatabase(engine), tables=inspect(engine).get_table_names(), llm=llm, sql_only=True, embed_model="default"
    )
    return lambda question: str(queries.query(question).metadata.get("sql_query", ""))


def llmudf(database: str) -> Ask:
    """duckdb-llm-udf's ``ask_llm``."""
    import duckdb
    from duckdb_llm_udf import ask_llm, register_llm_functions

    con = duckdb.connect(database, read_only=True)
    register_llm_functions(con)
    return lambda question: str(ask_llm(question, con, provider="openai", model=os.environ["LLM_MODEL"], execute=False))


RIVALS: dict[str, Callable[[str], Ask]] = {
    "vanna": vanna,
    "langchain": langchain,
    "llamaindex": llamaindex,
    "llmudf": llmudf,
}


def main() -> None:
    """Answer line by line; what libraries print goes to standard error."""
    answers = sys.stdout
    sys.stdout = sys.stderr
    opened: dict[str, Ask] = {}
    for line in sys.stdin:
        asked = json.loads(line)
        started = time.perf_counter()
        sql, error = "", ""
        try:
            if asked["database"] not in opened:
                opened[asked["database"]] = RIVALS[sys.argv[1]](asked["database"])
                started = time.perf_counter()
            sql = opened[asked["database"]](asked["question"])
        except Exception as raised:
            error = f"{type(raised).__name__}: {raised}"[:300]
        said = {"sql": sql, "error": error, "seconds": time.perf_counter() - started}
        print(json.dumps(said), file=answers, flush=True)


if __name__ == "__main__":
    main()
