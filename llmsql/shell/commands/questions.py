"""The dot commands for asking, and for judging answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from llmsql.shell.commands.command import Arguments, dot_command, only_argument
from llmsql.shell.session import ShellError

if TYPE_CHECKING:
    from llmsql.shell.session import Session


@dot_command("ask", "QUESTION", "Ask QUESTION, whatever it looks like", raw=True)
def _ask(session: Session, arguments: Arguments) -> None:
    from llmsql.shell.questions import ask

    if not arguments[0]:
        raise ShellError("Usage: .ask QUESTION")
    ask(session, arguments[0])


@dot_command("sql", "", "Show the SQL of the last question")
def _sql(session: Session, arguments: Arguments) -> None:
    from llmsql.asking.sql_text import laid_out
    from llmsql.shell.questions import last_sql

    session.output.write(laid_out(last_sql(session)) + "\n")


@dot_command("why", "", "Explain how the last answer came about")
def _why(session: Session, arguments: Arguments) -> None:
    from llmsql.shell.questions import explain

    session.output.write(explain(session))


@dot_command("good", "", "Keep the last answer: it is given whenever the same is asked")
def _good(session: Session, arguments: Arguments) -> None:
    from llmsql.shell.questions import judge, last_sql

    session.output.note(f"-- {judge(session, last_sql(session), 'good')}")


@dot_command("bad", "", "Never give the last answer to its question again")
def _bad(session: Session, arguments: Arguments) -> None:
    from llmsql.shell.questions import judge, last_sql

    session.output.note(f"-- {judge(session, last_sql(session), 'bad')}")


@dot_command(
    "fix",
    "?SQL?",
    "Run SQL as the right answer to the last question, and keep it",
    raw=True,
    details="Without SQL, the last answer's comes into the prompt, to be edited.",
)
def _fix(session: Session, arguments: Arguments) -> None:
    from llmsql.shell.questions import fix, last_sql

    if arguments[0]:
        fix(session, arguments[0].rstrip().rstrip(";"))
    elif session.interactive:
        session.next_input = f".fix {' '.join(last_sql(session).split())}"
    else:
        raise ShellError("Usage: .fix SQL")


@dot_command("cost", "", "Show what the questions of this session took")
def _cost(session: Session, arguments: Arguments) -> None:
    from llmsql.shell.questions import cost

    session.output.write(cost(session))


@dot_command("model", "?NAME?", "Show the models, or let another one answer from now on")
def _model(session: Session, arguments: Arguments) -> None:
    from llmsql.shell.questions import choose_model, list_models

    session.ready()
    if arguments:
        choose_model(session, only_argument(arguments, ".model ?NAME?"))
    else:
        session.output.write(list_models(session))
