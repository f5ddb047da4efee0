"""Weights and page to the Hugging Face Hub: the model card, the Space, and the upload."""
