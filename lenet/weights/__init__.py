"""Where weights come from, and how they are loaded. Imports PyTorch only when they are, since that takes seconds."""
