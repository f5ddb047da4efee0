"""What writes files and reads them from anywhere."""

import threading

import pytest

from lenet.files import write_whole


def test_several_writers_at_once_leave_a_whole_file(tmp_path):
    """As several trainings do that share a data folder; whoever reads it meanwhile finds a whole file, too."""
    path = tmp_path / "rendered"
    contents = [bytes([i]) * 200_000 for i in range(4)]
    errors = []

    def write(content: bytes) -> None:
        try:
            for _ in range(5):
                write_whole(path, content)
        except OSError as error:
            errors.append(error)

    writers = [threading.Thread(target=write, args=(content,)) for content in contents]
    write_whole(path, contents[0])
    for writer in writers:
        writer.start()
    while any(writer.is_alive() for writer in writers):
        assert path.read_bytes() in contents
    assert errors == []
    assert list(tmp_path.iterdir()) == [path]


def test_what_cannot_be_written_is_kept(tmp_path):
    path = tmp_path / "file"
    write_whole(path, b"old")
    with pytest.raises(TypeError):
        write_whole(path, None)  # pyright: ignore[reportArgumentType]  what fails while the new file is being written
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]
