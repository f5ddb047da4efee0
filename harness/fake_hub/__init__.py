"""A Hugging Face Hub on the loopback interface, for the real client to use, and the ways in which it can fail."""
