"""A one-hidden-layer network on 8 x 8 handwritten digits, trained in plain numpy."""

from pathlib import Path

import numpy as np

DATA = np.load(Path(__file__).parent / "digits.npz")
TRAIN, VALIDATION = slice(0, 1297), slice(1297, 1797)
IMAGES, LABELS = DATA["images"] / 16.0, DATA["labels"].astype(int)
LEAK = 0.05  # slope of the leaky rectifier below zero


def initial_parameters(hidden_units, rng):
    return {
        "w1": rng.normal(size=(64, hidden_units)) * np.sqrt(2 / 64),
        "b1": np.zeros(hidden_units),
        "w2": rng.normal(size=(hidden_units, 10)) * np.sqrt(1 / hidden_units),
        "b2": np.zeros(10),
    }


def forward(parameters, images):
    before = images @ parameters["w1"] + parameters["b1"]
    hidden = np.maximum(before, LEAK * before)
    logits = hidden @ parameters["w2"] + parameters["b2"]
    return hidden, logits


def loss_and_gradients(parameters, images, labels):
    hidden, logits = forward(parameters, images)
    logits = logits - logits.max(axis=1, keepdims=True)
    log_probabilities = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
    rows = np.arange(len(labels))
    loss = -log_probabilities[rows, labels].mean()

    d_logits = np.exp(log_probabilities)
    d_logits[rows, labels] -= 1
    d_logits /= len(labels)
    d_hidden = (d_logits @ parameters["w2"].T) * np.where(hidden > 0, 1, LEAK)
    gradients = {
        "w1": images.T @ d_hidden,
        "b1": d_hidden.sum(axis=0),
        "w2": hidden.T @ d_logits,
        "b2": d_logits.sum(axis=0),
    }
    return loss, gradients


def error_rate(parameters, part):
    _, logits = forward(parameters, IMAGES[part])
    return float(np.mean(logits.argmax(axis=1) != LABELS[part]))


def train(trial):
    config = trial.config
    rng = np.random.default_rng(trial.seed)
    parameters = initial_parameters(config["hidden_units"], rng)
    velocity = {name: np.zeros_like(value) for name, value in parameters.items()}

    start = trial.restore(parameters=parameters, velocity=velocity, rng=rng)
    for step in trial.steps(start):
        batch = rng.integers(0, TRAIN.stop, size=config["batch_size"])
        with np.errstate(over="ignore", invalid="ignore"):  # too large a rate ends in NaN
            loss, gradients = loss_and_gradients(parameters, IMAGES[batch], LABELS[batch])
            norm = np.sqrt(sum(float(np.sum(g * g)) for g in gradients.values()))
            for name, gradient in gradients.items():
                velocity[name] *= config["momentum"]
                velocity[name] += gradient
                step_direction = gradient + config["momentum"] * velocity[name]  # Nesterov
                parameters[name] -= config["learning_rate"] * step_direction
        trial.log(step, train_loss=loss, gradient_norm=norm)

        if trial.evaluation_due(step):
            trial.evaluate(
                step,
                validation_error=error_rate(parameters, VALIDATION),
                train_error=error_rate(parameters, TRAIN),
            )
            trial.checkpoint(step, parameters=parameters, velocity=velocity, rng=rng)
