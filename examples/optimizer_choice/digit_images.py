"""Images of handwritten digits: MNIST where MNIST_FOLDER says where it lies, else small ones."""

import gzip
import os
from importlib.resources import files
from pathlib import Path

import numpy as np
import torch

# Of 60,000 training images, and of 10,000 for the test. Nothing is trained on validation images.
TRAIN, VALIDATION, TEST = 10_000, 5_000, 2_500


def load():
    """Three pairs (images, labels): for training, validation and the test."""
    folder = os.environ.get("MNIST_FOLDER")
    parts = mnist(Path(folder)) if folder else small_digits()
    return [(torch.tensor(images).unsqueeze(1), torch.tensor(labels)) for images, labels in parts]


def mnist(folder):
    """28 x 28 pixels, the same random part of MNIST in every run."""
    images, labels = read_idx(folder, "train")
    order = np.random.default_rng(0).permutation(len(labels))
    train, validation = order[:TRAIN], order[TRAIN : TRAIN + VALIDATION]
    test_images, test_labels = read_idx(folder, "t10k")
    test = np.random.default_rng(0).permutation(len(test_labels))[:TEST]
    return [
        (images[train], labels[train]),
        (images[validation], labels[validation]),
        (test_images[test], test_labels[test]),
    ]


def read_idx(folder, name):
    """One of MNIST's two parts, from the gzip-compressed files it is distributed as."""
    with gzip.open(folder / f"{name}-images-idx3-ubyte.gz") as file:
        images = np.frombuffer(file.read(), np.uint8, offset=16).reshape(-1, 28, 28)
    with gzip.open(folder / f"{name}-labels-idx1-ubyte.gz") as file:
        labels = np.frombuffer(file.read(), np.uint8, offset=8)
    return (images / np.float32(255) - np.float32(0.13)) / np.float32(0.31), labels.astype(int)


def small_digits():
    """1,797 images of 8 x 8 pixels, which come with the package."""
    with (files("tuning_playbook.demo") / "project" / "digits.npz").open("rb") as file:
        data = np.load(file)
        images = data["images"].reshape(-1, 8, 8).astype(np.float32) / 16
        labels = data["labels"].astype(int)
    cuts = [slice(0, 1000), slice(1000, 1400), slice(1400, 1797)]
    return [(images[cut], labels[cut]) for cut in cuts]
