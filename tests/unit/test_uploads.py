"""The folder of uploads: what is removed from it, and when."""

import os
import time
from pathlib import Path

import pytest

from lenet.page.in_flight import FullError, InFlight
from lenet.page.uploads import KEPT, MAX_AGE, MAX_TOTAL, PREFIX, Uploads

NOW = 1_000_000.0


@pytest.fixture
def uploads(tmp_path, monkeypatch) -> Uploads:
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path))
    return Uploads()


def write(path: Path, age: float = 0, size: int = 1) -> Path:
    """A file of `size` bytes, which takes no space, and was written `age` seconds before NOW."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "wb") as file:
        file.truncate(size)
    os.utime(path, (NOW - age, NOW - age))
    return path


def test_gradio_uses_the_folder(uploads, tmp_path):
    """It is below the folder that the user has set for Gradio."""
    assert Path(os.environ["GRADIO_TEMP_DIR"]) == uploads.folder
    assert uploads.folder.parent == tmp_path


def test_pages_of_one_process_share_the_folder(uploads):
    """Gradio takes the uploads of all its pages from one variable; the last page removes the folder."""
    other = Uploads()
    assert other.folder == uploads.folder
    uploads.close()
    assert other.folder.exists()
    other.close()
    assert not other.folder.exists()


def test_old_files_are_swept(uploads):
    """Also those of uploads that were broken off, which have no folder of their own."""
    old = [write(uploads.folder / name, MAX_AGE + 1) for name in ("hash/digit.png", "tmp123")]
    new = [write(uploads.folder / name, MAX_AGE - 1) for name in ("other/digit.png", "tmp456")]
    uploads.sweep(NOW)
    assert [path.exists() for path in old + new] == [False, False, True, True]
    assert not (uploads.folder / "hash").exists()


def test_a_file_that_has_been_read_is_removed_after_a_while(uploads, tmp_path):
    """Unless it has been uploaded again since; files elsewhere keep their times."""
    read, again, other = (
        write(path) for path in (uploads.folder / "a.png", uploads.folder / "b.png", tmp_path / "c.png")
    )
    for path in (read, again, other, uploads.folder / "gone.png"):
        uploads.release(path, NOW)
    write(again, age=-1)
    uploads.sweep(NOW + KEPT - 1)
    assert read.exists()
    uploads.sweep(NOW + KEPT + 1)
    assert not read.exists()
    assert again.exists()
    assert other.stat().st_mtime == NOW


def test_files_are_swept_without_another_upload(uploads, monkeypatch):
    """In the background, and with them what a killed process has left, once it is certain that nobody uses it."""
    monkeypatch.setattr("lenet.page.uploads.KEPT", 0.05)
    path = uploads.folder / "digit.png"
    path.write_bytes(b"1")
    uploads.release(path, 0)
    uploads.start()
    left = uploads.folder.parent / f"{PREFIX}left"
    left.mkdir()
    os.utime(left, (0, 0))
    for _ in range(200):
        if not path.exists() and not left.exists():
            break
        time.sleep(0.05)
    assert (path.exists(), left.exists(), uploads.folder.exists()) == (False, False, True)


def test_uploads_in_quick_succession_are_swept_once(uploads, monkeypatch):
    """Then again after a second."""
    clock = [100.0]
    monkeypatch.setattr("lenet.page.uploads.time.monotonic", lambda: clock[0])
    swept = []
    monkeypatch.setattr(uploads, "sweep", lambda: swept.append(clock[0]))
    for clock[0] in (100.0, 100.1, 100.9, 101.5, 101.6):
        uploads.sweep_before_upload()
    assert swept == [100.0, 101.5]


def test_the_oldest_files_make_room(uploads):
    """If all take more than the limit."""
    files = [write(uploads.folder / f"{age}" / "a.png", age, MAX_TOTAL // 3) for age in (1, 2, 3, 4)]
    uploads.sweep(NOW)
    assert [path.exists() for path in files] == [True, True, True, False]


def test_only_uploads_are_removed(uploads, tmp_path):
    """Nothing outside the folder, not through `..` or a link either; a file that is gone is ignored."""
    other = write(tmp_path / "other" / "file")
    (uploads.folder / "link").symlink_to(other)
    for path in (other, uploads.folder / ".." / "other" / "file", uploads.folder / "link", uploads.folder / "gone"):
        uploads.remove(path)
    assert other.exists()


def test_what_is_under_way_leaves_less_room_for_what_is_stored(uploads):
    """Both together stay below the limit."""
    old, new = (write(uploads.folder / name / "a.png", age, MAX_TOTAL // 3) for name, age in (("a", 20), ("b", 10)))
    uploads.sweep(NOW)
    assert old.exists()
    with uploads.under_way.counting(MAX_TOTAL // 2):
        uploads.sweep(NOW)
    assert (old.exists(), new.exists()) == (False, True)


def test_bytes_in_flight_are_limited_and_released():
    """By what is declared, or by what arrives if that is more; also after an error."""
    in_flight = InFlight(100)
    with in_flight.counting(60) as add:
        add(50)
        add(30)
        assert in_flight.held == 80
        with pytest.raises(FullError), in_flight.counting(21):
            pass
        with in_flight.counting() as other:
            other(20)
            with pytest.raises(FullError):
                other(1)
        assert in_flight.held == 80
    assert in_flight.held == 0
