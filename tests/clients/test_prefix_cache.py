from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from llmsql.clients.prefix_cache import PrefixCache

KEY, OTHER = "a1" * 32, "b2" * 32


def write(cache: PrefixCache, key: str, content: bytes) -> None:
    cache.add(key, lambda name: (cache.folder / name).write_bytes(content) and None)


def test_what_was_added_is_found(tmp_path: Path) -> None:
    cache = PrefixCache(tmp_path / "new" / "folder")
    write(cache, KEY, b"state")
    name = cache.find(KEY)
    assert name is not None
    assert (cache.folder / name).read_bytes() == b"state"
    assert cache.find(OTHER) is None
    assert stat.S_IMODE(cache.folder.stat().st_mode) == 0o700
    assert stat.S_IMODE((cache.folder / name).stat().st_mode) == 0o600


@pytest.mark.parametrize("content", [b"", b"statf", b"state and more"])
def test_a_damaged_file_is_removed(content: bytes, tmp_path: Path) -> None:
    cache = PrefixCache(tmp_path)
    write(cache, KEY, b"state")
    path = tmp_path / str(cache.find(KEY))
    path.write_bytes(content)
    assert cache.find(KEY) is None
    assert not path.exists()


def test_a_foreign_file_under_the_key_is_removed(tmp_path: Path) -> None:
    cache = PrefixCache(tmp_path)
    (tmp_path / f"{KEY}.cafe.kv").write_bytes(b"from elsewhere")
    assert cache.find(KEY) is None
    assert not list(tmp_path.iterdir())


def test_the_least_recently_used_goes_first(tmp_path: Path) -> None:
    cache = PrefixCache(tmp_path, limit_bytes=25)
    for age, key in ((300, "01" * 32), (200, "02" * 32)):
        write(cache, key, b"x" * 10)
        path = tmp_path / str(cache.find(key))
        os.utime(path, (path.stat().st_atime - age, path.stat().st_mtime - age))
    assert cache.find("01" * 32)
    write(cache, "03" * 32, b"x" * 10)
    assert cache.find("01" * 32) and cache.find("03" * 32)
    assert cache.find("02" * 32) is None


def test_a_state_larger_than_the_limit_is_not_kept(tmp_path: Path) -> None:
    cache = PrefixCache(tmp_path, limit_bytes=5)
    write(cache, KEY, b"too large")
    assert not list(tmp_path.iterdir())


def test_a_failed_save_leaves_nothing(tmp_path: Path) -> None:
    cache = PrefixCache(tmp_path)

    def half(name: str) -> None:
        (tmp_path / name).write_bytes(b"half")
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        cache.add(KEY, half)
    assert not list(tmp_path.iterdir())


def test_what_a_killed_process_left_is_swept(tmp_path: Path) -> None:
    cache = PrefixCache(tmp_path)
    old, new = tmp_path / "old.tmp", tmp_path / "new.tmp"
    for path in (old, new):
        path.write_bytes(b"half")
    os.utime(old, (0, 0))
    write(cache, KEY, b"state")
    assert not old.exists()
    assert new.exists()
