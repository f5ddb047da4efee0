"""Any image to the 32x32 input of the network: `decode` reads it, `preprocess` crops, scales and centres it."""
