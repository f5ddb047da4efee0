"""Weights in the formats of other runtimes: ONNX, and a program of torch.export."""
