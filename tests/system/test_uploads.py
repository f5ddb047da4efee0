"""The folder of uploads when the process ends."""

import os
import subprocess
import sys
from pathlib import Path

from lenet.page.uploads import PREFIX, YOUNG, Uploads


def test_the_folder_is_removed_when_the_process_ends(tmp_path):
    script = "from lenet.page.uploads import Uploads; f = Uploads().folder; (f / 'a').write_text('a'); print(f)"
    environment = {**os.environ, "GRADIO_TEMP_DIR": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=True)
    assert Path(done.stdout.strip()).parent == tmp_path
    assert list(tmp_path.iterdir()) == []


KILLED = f"""
import os, signal, time
from lenet.page.uploads import Uploads
uploads = Uploads()
(uploads.folder / "digit.png").write_bytes(b"0")
past = time.time() - {2 * YOUNG}
os.utime(uploads.folder, (past, past))
print(uploads.folder, flush=True)
input()
"""


def test_the_folder_of_a_killed_process_is_removed_by_the_next(tmp_path, monkeypatch):
    """But not that of a process that runs, nor one that was made just now."""
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path))
    process = subprocess.Popen([sys.executable, "-c", KILLED], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    folder = Path(process.stdout.readline().strip())
    young = tmp_path / f"{PREFIX}young"
    young.mkdir()
    Uploads().close()
    assert folder.exists()
    process.kill()
    process.communicate()
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path))
    Uploads().close()
    assert not folder.exists()
    assert young.exists()
