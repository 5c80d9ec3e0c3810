"""Fine-tuning at OpenAI, through the real client, against a stub of the documented protocol."""

from __future__ import annotations

import io
import json
import re
import threading
from collections.abc import Iterator
from email import message_from_bytes
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Self

import pytest

from llmsql.asking.link import link_values
from llmsql.asking.prompt import build_messages
from llmsql.errors import ProviderConnectionError, TrainingError
from llmsql.registry import load_registry
from tests.clients.stubs import send
from training.chat_jsonl import TokenCounter, check_chat_jsonl
from training.dataset import Databases, Record, target_sql
from training.finetune_openai import Jobs, family, likely_epochs, main, training_price, wait_for

KEY = "sk-very-secret-1234567890"
TUNED = "ft:gpt-4o-mini-2024-07-18:acme:sql:abc123"


class StubFineTuning:
    """Speaks ``/v1/files`` and ``/v1/fine_tuning/jobs``; a job takes the next of ``statuses`` at every look."""

    def __init__(self) -> None:
        self.requests: list[tuple[str, str]] = []
        self.files: dict[str, tuple[str, str, bytes]] = {}
        self.jobs: dict[str, dict[str, Any]] = {}
        self.created: list[dict[str, Any]] = []
        self.statuses = ["queued", "running", "succeeded"]
        self.refusal: tuple[int, str] | None = None
        stub = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_: object) -> None:
                pass

            def answer(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                stub.answer(self, body)

            do_GET = do_POST = do_DELETE = answer

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/v1"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def answer(self, handler: BaseHTTPRequestHandler, body: bytes) -> None:
        path = handler.path.partition("?")[0].removeprefix("/v1/")
        self.requests.append((handler.command, path))
        given = handler.headers.get("Authorization", "")
        if given != f"Bearer {KEY}":
            send(
                handler, 401, {"error": {"message": f"Incorrect API key provided: {given}", "code": "invalid_api_key"}}
            )
        elif path == "files":
            send(handler, 200, self._file(handler.headers["Content-Type"], body))
        elif path.startswith("files/") and handler.command == "DELETE":
            del self.files[path.removeprefix("files/")]
            send(handler, 200, {"id": path.removeprefix("files/"), "object": "file", "deleted": True})
        elif path == "fine_tuning/jobs" and handler.command == "POST":
            if self.refusal:
                send(handler, self.refusal[0], {"error": {"message": self.refusal[1], "code": None, "param": None}})
            else:
                send(handler, 200, self._job(json.loads(body)))
        elif path == "fine_tuning/jobs":
            send(handler, 200, {"object": "list", "data": [*reversed(self.jobs.values())], "has_more": False})
        else:
            self._one_job(handler, *path.removeprefix("fine_tuning/jobs/").split("/"))

    def _one_job(self, handler: BaseHTTPRequestHandler, job_id: str, verb: str = "") -> None:
        job = self.jobs.get(job_id)
        if job is None:
            send(handler, 404, {"error": {"message": f"Could not find fine tune: {job_id}", "code": "not_found"}})
        elif verb == "events":
            texts = ["Created fine-tuning job", "Step 21/100: training loss=0.53"]
            events = [
                {"id": f"ftevent-{i}", "object": "fine_tuning.job.event", "created_at": 1_760_000_000 + i,
                 "level": "info", "message": text, "type": "message", "data": {}}
                for i, text in enumerate(texts)
            ]  # fmt: skip
            send(handler, 200, {"object": "list", "data": events[::-1], "has_more": False})
        elif verb == "cancel":
            job["status"] = "cancelled"
            send(handler, 200, job)
        else:
            if job["status"] not in ("succeeded", "failed", "cancelled"):
                job["status"] = self.statuses.pop(0)
            if job["status"] == "succeeded":
                job |= {"fine_tuned_model": TUNED, "trained_tokens": 4321, "finished_at": 1_760_000_900}
            if job["status"] == "failed":
                job["error"] = {"code": "invalid_training_file", "message": "The job failed\nbecause.", "param": None}
            send(handler, 200, job)

    def _file(self, content_type: str, body: bytes) -> dict[str, Any]:
        form = message_from_bytes(b"Content-Type: " + content_type.encode() + b"\r\n\r\n" + body)
        parts = {p.get_param("name", header="content-disposition"): p for p in form.get_payload()}
        purpose = parts["purpose"].get_payload(decode=True).decode()
        content = parts["file"].get_payload(decode=True)
        name = str(parts["file"].get_filename())
        file_id = f"file-{len(self.files) + 1}"
        self.files[file_id] = (purpose, name, content)
        return {
            "id": file_id, "object": "file", "bytes": len(content), "created_at": 1, "filename": name,
            "purpose": purpose, "status": "processed",
        }  # fmt: skip

    def _job(self, body: dict[str, Any]) -> dict[str, Any]:
        assert body["training_file"] in self.files
        self.created.append(body)
        job_id = f"ftjob-{len(self.jobs) + 1}"
        self.jobs[job_id] = {
            "id": job_id, "object": "fine_tuning.job", "created_at": 1_760_000_000, "model": body["model"],
            "status": "validating_files", "fine_tuned_model": None, "finished_at": None, "error": None,
            "hyperparameters": {"n_epochs": 3, "batch_size": 1, "learning_rate_multiplier": 1.8},
            "method": {"type": "supervised", "supervised": {"hyperparameters": {
                "n_epochs": 3, "batch_size": 1, "learning_rate_multiplier": 1.8}}},
            "organization_id": "org-1", "result_files": [], "seed": body.get("seed", 7), "trained_tokens": None,
            "training_file": body["training_file"], "validation_file": body.get("validation_file"),
            "metadata": body.get("metadata"), "estimated_finish": None,
        }  # fmt: skip
        return self.jobs[job_id]


@pytest.fixture
def stub(hermetic: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[StubFineTuning]:
    # A vocabulary that cannot be fetched, on every machine alike.
    monkeypatch.setenv("TIKTOKEN_CACHE_DIR", str(hermetic / "none"))
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    with StubFineTuning() as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.url)
        yield server


def chat(question: str, sql: str = "SELECT 1") -> dict[str, Any]:
    return {
        "messages": [
            {"role": "system", "content": "Write SQL."},
            {"role": "user", "content": question},
            {"role": "assistant", "content": sql},
        ]
    }


def write_chats(path: Path, chats: list[Any]) -> Path:
    path.write_text("".join((c if isinstance(c, str) else json.dumps(c)) + "\n" for c in chats), encoding="utf-8")
    return path


@pytest.fixture
def chats(hermetic: Path) -> Path:
    return write_chats(hermetic / "train.jsonl", [chat(f"question {i}") for i in range(12)])


def run(*arguments: str | Path) -> int:
    return main([*map(str, arguments), "--poll-seconds", "0.001"])


def start(chats: Path, *arguments: str | Path) -> int:
    return run("--train", "--dataset", chats, "--yes", *arguments)


def test_prepared_chats_are_the_prompt_that_is_served(data_root: Path, tmp_path: Path) -> None:
    records = [
        Record("toy/shop", f"orders of customers in Paris above {i}",
               "SELECT count(*) FROM orders JOIN customers ON orders.customer_id = customers.customer_id "
               f"WHERE city = 'Paris' AND total > {i}", split)
        for i, split in enumerate(["train"] * 10 + ["validation", "test"])
    ]  # fmt: skip
    dataset = tmp_path / "toy.jsonl"
    dataset.write_text("".join(json.dumps({k: getattr(r, k) for k in ("database", "question", "sql", "split")}) + "\n"
                               for r in records))  # fmt: skip
    target, validation = tmp_path / "out" / "train.jsonl", tmp_path / "out" / "validation.jsonl"
    assert main(["--prepare", "--dataset", str(dataset), "--data-root", str(data_root), "--output", str(target),
                 "--validation-output", str(validation)]) == 0  # fmt: skip
    lines = [json.loads(line)["messages"] for line in target.read_text().splitlines()]
    assert (len(lines), len(validation.read_text().splitlines())) == (10, 1)
    database = Databases(data_root).open("toy/shop")
    values = link_values(database.values, database.catalog, records[3].question)
    assert values
    assert lines[3][:2] == [m.as_dict() for m in build_messages(database.catalog, records[3].question, values)]
    assert lines[3][2] == {"role": "assistant", "content": target_sql(records[3], database)}
    check_chat_jsonl(target, validation, counter=TokenCounter(len, "characters"), longest=10_000)


def test_from_file_to_registry(
    stub: StubFineTuning, chats: Path, hermetic: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    validation = write_chats(hermetic / "validation.jsonl", [chat("another question")])
    assert start(chats, "--validation", validation, "--suffix", "sql", "--seed", "5", "--epochs", "2", "--wait") == 0
    body = stub.created[0]
    assert body["method"] == {
        "type": "supervised",
        "supervised": {
            "hyperparameters": {"n_epochs": 2, "batch_size": "auto", "learning_rate_multiplier": "auto"},
        },
    }
    assert "hyperparameters" not in body
    assert (body["model"], body["suffix"], body["seed"]) == ("gpt-4o-mini-2024-07-18", "sql", 5)
    assert stub.files[body["training_file"]] == ("fine-tune", "train.jsonl", chats.read_bytes())
    assert stub.files[body["validation_file"]] == ("fine-tune", "validation.jsonl", validation.read_bytes())
    entry = load_registry().get("gpt-4o-mini-finetuned")
    assert (entry.id, entry.provider, entry.deployment.status) == (TUNED, "openai", "needs-key")
    assert entry.training.method == "openai-fine-tuning"
    assert re.fullmatch(r"train\.jsonl, sha256 [0-9a-f]{64}", entry.training.dataset or "")
    assert entry.training.hyperparameters == {
        "n_epochs": 3, "batch_size": 1, "learning_rate_multiplier": 1.8, "job": "ftjob-1", "seed": 5,
        "trained_tokens": 4321, "prompt_version": "1",
    }  # fmt: skip
    assert load_registry().get("gpt-4o-mini-ft").id == TUNED
    out, err = capsys.readouterr()
    assert "job: ftjob-1" in out
    assert "an estimate" in out
    assert re.search(r"about \$0\.\d\d by the prices of \d{4}-\d\d", out)
    assert err.count("training loss=0.53") == 1
    assert KEY not in out + err


def test_monitoring_goes_on_where_it_was_left(stub: StubFineTuning, chats: Path) -> None:
    stub.statuses = ["queued", "running", "running", "succeeded"]
    assert start(chats, "--register-as", "my-sql") == 0

    def interrupt(seconds: float) -> None:
        raise KeyboardInterrupt

    with Jobs() as jobs, pytest.raises(KeyboardInterrupt):
        wait_for(jobs, "ftjob-1", 0, sleep=interrupt)
    assert run("--status", "--job-id", "ftjob-1") == 0
    assert "my-sql" not in load_registry().names()
    assert run("--status", "--job-id", "ftjob-1", "--wait") == 0
    assert load_registry().get("my-sql").id == TUNED
    assert len(stub.created) == 1


def test_status_registers_a_finished_job_once(
    stub: StubFineTuning, chats: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    stub.statuses = ["succeeded"]
    assert start(chats) == 0
    assert run("--status", "--job-id", "ftjob-1") == 0
    assert "written to" in capsys.readouterr().err
    assert run("--status", "--job-id", "ftjob-1") == 0
    assert "written to" not in capsys.readouterr().err


def test_another_model_s_entry_is_not_overwritten(
    stub: StubFineTuning, chats: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert start(chats, "--wait", "--register-as", "gpt-4") == 1
    assert "--register-as" in capsys.readouterr().err
    assert load_registry().get("gpt-4").id == "gpt-4"


def test_a_failed_job_says_why(stub: StubFineTuning, chats: Path, capsys: pytest.CaptureFixture[str]) -> None:
    stub.statuses = ["queued", "failed"]
    assert start(chats, "--wait") == 1
    assert "error: ftjob-1 failed: The job failed because." in capsys.readouterr().err
    assert load_registry().get("gpt-4o-mini-finetuned").id is None


def test_a_job_can_be_cancelled_listed_and_looked_at(
    stub: StubFineTuning, chats: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    start(chats)
    assert run("--cancel", "--job-id", "ftjob-1") == 0
    assert run("--list") == 0
    assert run("--events", "--job-id", "ftjob-1") == 0
    assert run("--status", "--job-id", "ftjob-1", "--wait") == 1
    out, err = capsys.readouterr()
    assert "ftjob-1: cancelled" in out
    assert re.search(r"ftjob-1  2025-10-09 08:53 UTC  cancelled +gpt-4o-mini-2024-07-18", out)
    assert out.index("Created fine-tuning job") < out.index("Step 21/100")
    assert "error: ftjob-1 was cancelled." in err


@pytest.mark.parametrize(
    ("status", "message"),
    [
        (403, "Project does not have access"),
        (400, "Fine-tuning is no longer available to your organization."),
        (404, "You do not have permission to use the fine-tuning API."),
    ],
)
def test_a_shut_out_organisation_is_told_what_to_do(
    stub: StubFineTuning, chats: Path, capsys: pytest.CaptureFixture[str], status: int, message: str
) -> None:
    stub.refusal = (status, message)
    assert start(chats) == 1
    err = capsys.readouterr().err
    assert "does not let this key fine-tune" in err
    assert "2027-01-06" in err
    assert "training.finetune_qwen" in err
    assert not stub.files, "what was sent for nothing is deleted"


def test_another_refusal_is_not_taken_for_that(
    stub: StubFineTuning, chats: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    stub.refusal = (400, "Model gpt-2 is unknown.")
    assert start(chats) == 1
    err = capsys.readouterr().err
    assert "Model gpt-2 is unknown" in err
    assert "2027" not in err


def test_a_wrong_key_is_one_line_without_it(
    stub: StubFineTuning, chats: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-wrong-0987654321")
    assert start(chats) == 1
    err = capsys.readouterr().err
    assert "refused the API key" in err
    assert "sk-wrong" not in err
    assert err.count("\n") == 1


@pytest.mark.parametrize("key", ["sk-in-two\nlines-123456", "sk-with-“quotes”-123456"])
def test_what_cannot_be_a_key_is_said(
    key: str, stub: StubFineTuning, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", key)
    assert run("--list") == 1
    err = capsys.readouterr().err
    assert "OPENAI_API_KEY has a character that no key has" in err and "sk-" not in err and err.count("\n") == 1
    assert not stub.requests


@pytest.mark.parametrize("sent", [{}, None, [], {"id": "ftjob-1"}, {"error": "no"}, "text"], ids=str)
@pytest.mark.parametrize(
    "call",
    [["--status"], ["--status", "--wait"], ["--events"], ["--cancel"], ["--list"]],
    ids=lambda c: " ".join(c),
)
def test_json_that_is_no_job_is_one_line(
    sent: Any, call: list[str], stub: StubFineTuning, capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(stub, "answer", lambda handler, body: send(handler, 200, json.dumps(sent)))
    assert run(*call, "--job-id", "ftjob-1") == 1
    out, err = capsys.readouterr()
    assert out == "" and err.startswith("error: openai at http://127.0.0.1") and err.count("\n") == 1
    assert "no answer about fine-tuning. Check --base-url" in err


def test_a_server_that_fails_for_a_while_is_waited_for(capsys: pytest.CaptureFixture[str]) -> None:
    class Flaky:
        looks = iter([*["running", None, None, "running"], *[None] * 15, "succeeded"])

        def retrieve(self, job_id: str) -> Any:
            status = next(self.looks)
            if status is None:
                raise ProviderConnectionError("openai cannot be reached.", retryable=True)
            return SimpleNamespace(id=job_id, status=status, estimated_finish=None)

        def events(self, job_id: str) -> list[Any]:
            raise ProviderConnectionError("openai cannot be reached.", retryable=True)

    assert wait_for(Flaky(), "ftjob-1", 0, sleep=lambda _: None).status == "succeeded"  # type: ignore[arg-type]
    assert capsys.readouterr().err.count("The job goes on; looking again.") == 17
    for looks in ([None], ["running", *[None] * 16]):
        flaky = Flaky()
        flaky.looks = iter(looks)
        with pytest.raises(ProviderConnectionError):
            wait_for(flaky, "ftjob-1", 0, sleep=lambda _: None)  # type: ignore[arg-type]


def test_an_unknown_job(stub: StubFineTuning, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--status", "--job-id", "ftjob-9") == 1
    assert "no such job" in capsys.readouterr().err


def test_without_a_key_nothing_starts(chats: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--list") == 1
    assert "Set OPENAI_API_KEY" in capsys.readouterr().err


def test_the_key_may_be_in_the_dotenv_file(
    stub: StubFineTuning, hermetic: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OPENAI_API_KEY")
    (hermetic / ".env").write_text(f"OPENAI_API_KEY={KEY}\n")
    assert run("--list") == 0


def test_a_dry_run_sends_nothing_and_needs_no_key(
    stub: StubFineTuning, chats: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("OPENAI_API_KEY")
    assert run("--train", "--dataset", chats, "--dry-run") == 0
    assert "nothing was sent" in capsys.readouterr().out
    assert not stub.requests


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("stdin", "sent"), [(Terminal("y\n"), True), (Terminal("\n"), False), (io.StringIO("y\n"), False)]
)
def test_consent_comes_from_a_terminal(
    stub: StubFineTuning, chats: Path, monkeypatch: pytest.MonkeyPatch, stdin: io.StringIO, sent: bool
) -> None:
    monkeypatch.setattr("sys.stdin", stdin)
    assert run("--train", "--dataset", chats) == (0 if sent else 1)
    assert bool(stub.requests) == sent


BAD_LINES: dict[str, tuple[Any, str]] = {
    "not JSON": ("{oops", "line 3: not JSON"),
    "empty line": ("", "line 3: an empty line"),
    "another form": ({"prompt": "x", "completion": "y"}, "line 3: not of the form"),
    "wrong role": ({"messages": [{"role": "bot", "content": "x"}]}, "line 3: message 1 has the role 'bot'"),
    "no text": (chat("  "), "line 3: message 2 has no text"),
    "no answer": ({"messages": chat("x")["messages"][:2]}, "line 3: the last message is not the assistant's"),
    "order": ({"messages": chat("x")["messages"][::2]}, "line 3: the turns are not"),
    "unknown key": ({"messages": [{"role": "user", "content": "x", "mood": "y"}]}, "line 3: message 1 has the unknown"),
    "weight": ({"messages": [{"role": "user", "content": "x", "weight": 1}]}, "line 3: message 1: weight"),
    "too long": (chat("x" * 500), "line 3: .* tokens, the model takes 300"),
    "no message": ({"messages": []}, "line 3: the last message"),
}


@pytest.mark.parametrize("name", BAD_LINES)
def test_a_bad_line_is_named(name: str, tmp_path: Path) -> None:
    line, expected = BAD_LINES[name]
    lines = [chat(f"question {i}") for i in range(12)]
    path = write_chats(tmp_path / "bad.jsonl", [*lines[:2], line, *lines[2:]])
    with pytest.raises(TrainingError, match=expected):
        check_chat_jsonl(path, None, counter=TokenCounter(len, "characters"), longest=300)


def test_bad_files_are_never_sent(
    stub: StubFineTuning, hermetic: Path, chats: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    few = write_chats(hermetic / "few.jsonl", [chat(f"q{i}") for i in range(9)])
    assert start(few) == 1
    overlapping = write_chats(hermetic / "overlapping.jsonl", [chat("new"), chat("question 4", "SELECT 2")])
    assert start(chats, "--validation", overlapping) == 1
    assert start(hermetic / "absent.jsonl") == 1
    assert start(chats, "--suffix", "x" * 65) == 1
    errors = capsys.readouterr().err.splitlines()
    assert "9 examples" in errors[0]
    assert "line 2: the same question as line 5" in errors[1]
    assert "cannot be read" in errors[2]
    assert "65 characters" in errors[3]
    assert not stub.requests


def test_prices_are_found_by_family() -> None:
    assert training_price("gpt-4o-mini-2024-07-18", 1_000_000) == (3.0, training_price("gpt-4o-mini", 1)[1])  # type: ignore[index]
    assert training_price("ft:gpt-4o-mini-2024-07-18:acme::x", 2_000_000)[0] == 6.0  # type: ignore[index]
    assert training_price("mistral-7b", 1) is None
    assert family("gpt-3.5-turbo-0125") == "gpt-3.5-turbo"


def test_auto_epochs_are_guessed_as_openai_chooses_them() -> None:
    assert [likely_epochs("auto", n) for n in (10, 40, 1000, 20_000)] == [10, 3, 3, 1]
    assert likely_epochs(5, 1000) == 5


def test_the_help_says_that_openai_closes_it(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["--help"])
    assert stopped.value.code == 0
    assert "2027-01-06" in " ".join(capsys.readouterr().out.split())


@pytest.mark.parametrize(
    "arguments",
    [
        ["--train"],
        ["--status"],
        ["--list", "--train"],
        [],
        ["--list", "--epochs", "0"],
        ["--list", "--learning-rate-multiplier", "nan"],
        ["--list", "--poll-seconds", "-1"],
    ],
)
def test_a_wrong_command_line_is_refused(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(arguments)
    assert stopped.value.code == 2
