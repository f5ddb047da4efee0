"""The Hugging Face Hub: its client made safe, its errors as one sentence, and files fetched with a deadline."""
