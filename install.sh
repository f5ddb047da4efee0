#!/bin/sh
# Set up .venv: sh install.sh PYTHON REQUIREMENTS CONSTRAINTS
#
# On Linux, PyPI's PyTorch includes 5 GB of CUDA libraries. Without an NVIDIA GPU, the build of 0.2 GB from PyTorch's own
# index is enough, so that is tried first: once and with a short timeout, because some networks block it.
set -eu
python=$1
requirements=$2
constraints=$3

"$python" -c 'import sys; sys.exit("Python 3.11 or later is required, found " + sys.version.split()[0] if sys.version_info < (3, 11) else 0)'
[ -x .venv/bin/pip ] || "$python" -m venv .venv
if [ "$(uname -s)" = Linux ] && ! nvidia-smi -L >/dev/null 2>&1; then
    pins=$(sed -n 's/^\(torch[a-z]*==[0-9.]*\).*/\1/p' "$requirements")
    echo "No NVIDIA GPU found: installing the build without CUDA from PyTorch's index."
    # shellcheck disable=SC2086  # two pins are two words
    .venv/bin/python -m pip install --quiet --no-deps --retries 0 --timeout 10 \
        --index-url https://download.pytorch.org/whl/cpu $pins 2>/dev/null ||
        echo "Not available from PyTorch's index: installing the build from PyPI instead (5.5 GB on disk)."
fi
echo "Installing into .venv. This takes a few minutes the first time."
.venv/bin/python -m pip install --quiet -r "$requirements" -c "$constraints"
