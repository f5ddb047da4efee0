"""python app.py: the page on which to draw a digit and look inside LeNet-5; a Space runs this file, too."""

import sys

from lenet.page.__main__ import main

if __name__ == "__main__":
    sys.exit(main())
