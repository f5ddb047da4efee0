"""The files of a model folder: their names and size limits."""

WEIGHTS, CONFIG, METRICS = "model.safetensors", "config.json", "metrics.json"

# Maximum size in bytes. The largest network has 61,706 parameters of four bytes; a larger file is something else.
LIMITS = {WEIGHTS: 2_000_000, CONFIG: 10_000, METRICS: 1_000_000}
