"""python app.py: the page on which to draw a digit and look inside LeNet-5; a Space runs this file, too."""

import os
import sys

from lenet.page.__main__ import main  # sets variables that Gradio reads when it is imported; does not import PyTorch
from lenet.page.stubs import without_stubs

if os.environ.get("SPACES_ZERO_GPU"):  # set by the Hub on its ZeroGPU hardware
    with without_stubs():  # which Gradio, that it imports, would write, too
        import spaces  # before main imports PyTorch, whose CUDA functions this package replaces

    spaces.disable_gradio_auto_wrap()  # which a variable of the Space could turn on: it decorates /predict

    @spaces.GPU(duration=1)
    def unused() -> None:
        """Never called: ZeroGPU does not start a Space without a decorated function.

        Drawing and /predict run on the CPU, and use nobody's GPU quota.
        """


if __name__ == "__main__":
    sys.exit(main())
