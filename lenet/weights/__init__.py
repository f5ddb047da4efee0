"""Where weights come from, and how they are loaded: a folder, the Hugging Face Hub, or the ones bundled here.

Nothing here imports PyTorch until weights are loaded, so that a download can start before that import, which is slow.
"""
