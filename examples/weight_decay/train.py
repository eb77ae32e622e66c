"""A small convolutional network on 8 x 8 images of handwritten digits, in PyTorch."""

from importlib.resources import files

import numpy as np
import torch
from torch import nn

with (files("tuning_playbook.demo") / "project" / "digits.npz").open("rb") as file:
    DIGITS = np.load(file)
    IMAGES = torch.tensor(DIGITS["images"] / 16.0, dtype=torch.float32).reshape(-1, 1, 8, 8)
    LABELS = torch.tensor(DIGITS["labels"].astype(int))
# Few training images, so that there is something to overfit.
TRAIN, VALIDATION = slice(0, 400), slice(400, 1797)


def build_model(width):
    return nn.Sequential(
        nn.Conv2d(1, width, 3, padding=1),
        nn.ReLU(),
        nn.Conv2d(width, 2 * width, 3, stride=2, padding=1),
        nn.ReLU(),
        nn.Flatten(),
        nn.Linear(2 * width * 16, 10),
    )


@torch.no_grad()
def decay(model, share):
    """Weight decay apart from the gradient: the learning rate does not change its strength."""
    for parameter in model.parameters():
        if parameter.ndim > 1:  # weights, not biases
            parameter.mul_(1 - share)


@torch.no_grad()
def error_rate(model, part):
    model.eval()
    wrong = (model(IMAGES[part]).argmax(dim=1) != LABELS[part]).float().mean().item()
    model.train()
    return wrong


def train(trial):
    config = trial.config
    model = build_model(config["width"])
    optimizer = torch.optim.SGD(
        model.parameters(),
        lr=config["learning_rate"],
        momentum=config["momentum"],
        nesterov=True,
    )
    rng = np.random.default_rng(trial.seed)

    start = trial.restore(model, optimizer, rng)
    for step in trial.steps(start):
        rate_left = 1 - (step - 1) / trial.max_train_steps  # of either, down to zero
        rate = config["learning_rate"] * rate_left
        optimizer.param_groups[0]["lr"] = rate
        batch = torch.as_tensor(rng.integers(0, TRAIN.stop, size=config["batch_size"]))
        loss = nn.functional.cross_entropy(model(IMAGES[batch]), LABELS[batch])
        optimizer.zero_grad()
        loss.backward()
        gradient_norm = nn.utils.get_total_norm(p.grad for p in model.parameters())
        optimizer.step()
        decay(model, config["weight_decay"] * rate_left)
        trial.log(step, train_loss=loss, gradient_norm=gradient_norm, learning_rate=rate)

        if trial.evaluation_due(step):
            trial.evaluate(
                step,
                validation_error=error_rate(model, VALIDATION),
                train_error=error_rate(model, TRAIN),
            )
            trial.checkpoint(step, model, optimizer, rng)
