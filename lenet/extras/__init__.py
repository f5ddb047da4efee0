"""Files that a model folder may have besides the weights, for the page; read and checked only when it asks for them."""
