#!/bin/sh
# Set up .venv: sh install.sh PYTHON REQUIREMENTS
#
# PyPI's torch for Linux brings 5 GB for NVIDIA's cards. Where there is none, PyTorch's own index has a build of 0.2 GB,
# so that is tried first: once and briefly, because not every network lets it through.
set -eu
python=$1
requirements=$2

"$python" -c 'import sys; sys.exit("Python 3.11 or later is needed, not " + sys.version.split()[0] if sys.version_info < (3, 11) else 0)'
[ -x .venv/bin/pip ] || "$python" -m venv .venv
if [ "$(uname -s)" = Linux ] && ! nvidia-smi -L >/dev/null 2>&1; then
    pins=$(sed -n 's/^\(torch[a-z]*==[0-9.]*\).*/\1/p' "$requirements")
    echo "No NVIDIA card: asking PyTorch's index for the build without CUDA."
    # shellcheck disable=SC2086  # two pins are two words
    .venv/bin/python -m pip install --quiet --no-deps --retries 0 --timeout 10 \
        --index-url https://download.pytorch.org/whl/cpu $pins 2>/dev/null ||
        echo "It cannot be had from here; PyPI's build comes instead (5.5 GB on disk)."
fi
echo "Installing into .venv; this takes a few minutes the first time."
.venv/bin/python -m pip install --quiet -r "$requirements"
