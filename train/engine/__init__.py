"""The training loop and its parts: augmentation, optimizer, checkpoints, distributed training."""
