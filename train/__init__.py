"""Training, evaluation and publishing: `python -m train`, see `python -m train --help`.

The defaults take about 20 minutes on one core of a server. The bundled weights were trained with them; their metrics
are in `lenet/pretrained/textbook/metrics.json`.
"""
