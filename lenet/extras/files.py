"""The names and size limits of the extra files, and whose digits they contain."""

SNAPSHOTS, MISREAD_DIGITS, NEIGHBORS = "snapshots.safetensors", "misread.json", "neighbors.safetensors"

# Maximum size in bytes, by name.
# snapshots.safetensors: the weights at about 16 steps of the training, in half precision.
# misread.json: digits of MNIST's test set that the network misreads, with their probabilities.
# neighbors.safetensors: training digits that cover each class, with the output of F6 for them.
EXTRAS = {SNAPSHOTS: 4_000_000, MISREAD_DIGITS: 200_000, NEIGHBORS: 300_000}

# In the files that contain digits, since the license asks for it.
ATTRIBUTION = (
    "MNIST is by Yann LeCun, Corinna Cortes and Christopher Burges, CC BY-SA 3.0 "
    "(https://creativecommons.org/licenses/by-sa/3.0/)"
)
