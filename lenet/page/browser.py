"""What the browser builds its copy of the reader from: network, preprocessing, rejection and rows, as data."""

import json

from lenet import rejection, row
from lenet.image import color, decode, frames, paper, photo, pieces, preprocess, specks
from lenet.image.formats import pixels
from lenet.networks.description import describe
from lenet.weights.model import Weights, safetensors

DESCRIPTION, TENSORS = "description.json", "model.safetensors"


def network_files(weights: Weights) -> dict[str, bytes]:
    """The two files that the browser builds a network from: the description, as JSON, and the weights."""
    return {DESCRIPTION: json.dumps(description(weights)).encode(), TENSORS: safetensors(weights.model)}


def description(weights: Weights) -> dict:
    """The JSON that `static/network/` reads. Every number in it is the one that the server itself uses."""
    return {
        "network": describe(weights.model, weights.calibration),
        "preprocessing": {
            "side": preprocess.SIDE,
            "digit_side": preprocess.DIGIT_SIDE,
            "center": preprocess.CENTER,
            "tie": preprocess.TIE,
            "min_contrast": preprocess.MIN_CONTRAST,
            "crop_threshold": preprocess.CROP_THRESHOLD,
            "size": {"pixels": pixels.MAX_PIXELS, "reduced": pixels.MAX_REDUCED, "side": pixels.MAX_SIDE},
            "specks": {"cells": specks.CELLS, "small": specks.SMALL, "light": specks.LIGHT, "far": specks.FAR},
            "paper": {
                "working_side": decode.WORKING_SIDE,
                "min_contrast": preprocess.MIN_CONTRAST,
                "min_photo": preprocess.MIN_PHOTO,
                "noise_factor": preprocess.NOISE_FACTOR,
                "flat": preprocess.FLAT,
                "quadratic": preprocess.QUADRATIC,
                "same": paper.SAME,
                "inner": paper.INNER,
            },
            "picture": {
                "solid": paper.SOLID,
                "mostly": paper.MOSTLY,
                "same": paper.SAME,
                "border": paper.BORDER,
                "uniform": paper.UNIFORM,
                "inner": paper.INNER,
            },
            "color": {
                "side": color.SIDE,
                "ink": color.INK,
                "least": color.LEAST,
                "dull": color.DULL,
                "luma": color.LUMA.tolist(),
                "same": paper.SAME,
                "inner": paper.INNER,
            },
            "frames": {
                "cells": frames.CELLS,
                "span": frames.SPAN,
                "length": frames.LENGTH,
                "thick": frames.THICK,
                "band": frames.BAND,
                "middle": frames.MIDDLE,
                "digit": frames.DIGIT,
                "straight": frames.STRAIGHT,
            },
            "photo": {
                "side": photo.SIDE,
                "thin_stroke": photo.THIN_STROKE,
                "widest": photo.WIDEST,
                "noise": photo.NOISE,
                "soft": photo.SOFT,
                "min_contrast": photo.MIN_CONTRAST,
                "clear": photo.CLEAR,
                "thin": photo.THIN,
                "line": photo.LINE,
                "filled": photo.FILLED,
                "central": photo.CENTRAL,
                "near": photo.NEAR,
                "stray": photo.STRAY,
                "slopes": photo.SLOPES.tolist(),
            },
        },
        "rejection": {
            "clear": rejection.CLEAR,
            "solid": rejection.SOLID,
            "squarish": rejection.SQUARISH,
            "tall": rejection.TALL,
            "wide": rejection.WIDE,
        },
        "row": {
            "rows": pieces.ROWS,
            "overlap": pieces.OVERLAP,
            "most": pieces.MOST,
            "main": pieces.MAIN,
            "narrow": pieces.NARROW,
            "near": pieces.NEAR,
            "thick": pieces.THICK,
            "widest": row.WIDEST,
            "cut": row.CUT,
            "least": row.LEAST,
            "least_cut": row.LEAST_CUT,
            "shortest": row.SHORTEST,
            "shortest_one": row.SHORTEST_ONE,
            "shortest_one_cut": row.SHORTEST_ONE_CUT,
            "shortest_ones": row.SHORTEST_ONES,
        },
    }
