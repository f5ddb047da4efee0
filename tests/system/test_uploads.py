"""The folder of uploads when the process ends."""

import os
import subprocess
import sys
from pathlib import Path


def test_the_folder_is_removed_when_the_process_ends(tmp_path):
    script = "from lenet.page.uploads import Uploads; f = Uploads().folder; (f / 'a').write_text('a'); print(f)"
    environment = {**os.environ, "GRADIO_TEMP_DIR": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=True)
    assert Path(done.stdout.strip()).parent == tmp_path
    assert list(tmp_path.iterdir()) == []
