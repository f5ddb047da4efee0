"""From any image to the network's 32x32 input: `decode` reads it, `preprocess` crops, scales and centers the ink."""
