"""A small convolutional network on images of handwritten digits, in PyTorch."""

import math

import digit_images
import numpy as np
import torch
from torch import nn

(TRAIN_IMAGES, TRAIN_LABELS), VALIDATION, TEST = digit_images.load()
SOME_TRAINING = (TRAIN_IMAGES[:1000], TRAIN_LABELS[:1000])  # to see overfitting by


def build_model(config):
    width, side = config["width"], TRAIN_IMAGES.shape[-1] // 4
    return nn.Sequential(
        nn.Conv2d(1, width, 3, stride=2, padding=1),
        nn.ReLU(),
        nn.Conv2d(width, 2 * width, 3, stride=2, padding=1),
        nn.ReLU(),
        nn.Flatten(),
        nn.Dropout(config["dropout"]),
        nn.Linear(2 * width * side * side, 10),
    )


def build_optimizer(config, parameters):
    rate = config["learning_rate"]
    if config["optimizer"] == "adam":
        return torch.optim.Adam(parameters, lr=rate, betas=(config["beta1"], 0.999))
    return torch.optim.SGD(parameters, lr=rate, momentum=config["momentum"], nesterov=True)


def rate_factor(schedule, step, *, warmup_steps, last_step):
    """What the learning rate is multiplied with in the update ``step``, 1 to ``last_step``."""
    if step <= warmup_steps:
        return step / (warmup_steps + 1)
    done = (step - warmup_steps - 1) / (last_step - warmup_steps)
    if schedule == "linear":
        return 1 - done
    if schedule == "cosine":
        return (1 + math.cos(math.pi * done)) / 2
    return 1.0


@torch.no_grad()
def decay(model, share):
    """Weight decay apart from the gradient, so that it means the same for every optimizer."""
    for parameter in model.parameters():
        if parameter.ndim > 1:  # weights, not biases
            parameter.mul_(1 - share)


@torch.no_grad()
def error_rate(model, part):
    model.eval()
    pieces = zip(part[0].split(500), part[1].split(500), strict=True)  # they fit into the cache
    wrong = sum(int((model(images).argmax(dim=1) != labels).sum()) for images, labels in pieces)
    model.train()
    return wrong / len(part[1])


def train(trial):
    config = trial.config
    model = build_model(config)
    optimizer = build_optimizer(config, model.parameters())
    rng = np.random.default_rng(trial.seed)

    start = trial.restore(model, optimizer, rng)
    for step in trial.steps(start):
        factor = rate_factor(
            config["schedule"],
            step,
            warmup_steps=config["warmup_steps"],
            last_step=trial.max_train_steps,
        )
        rate = config["learning_rate"] * factor
        optimizer.param_groups[0]["lr"] = rate
        batch = torch.as_tensor(rng.integers(0, len(TRAIN_LABELS), size=config["batch_size"]))
        loss = nn.functional.cross_entropy(model(TRAIN_IMAGES[batch]), TRAIN_LABELS[batch])
        optimizer.zero_grad()
        loss.backward()
        gradient_norm = nn.utils.get_total_norm(p.grad for p in model.parameters())
        optimizer.step()
        decay(model, config["weight_decay"] * factor)
        trial.log(step, train_loss=loss, gradient_norm=gradient_norm, learning_rate=rate)

        if trial.evaluation_due(step):
            trial.evaluate(
                step,
                validation_error=error_rate(model, VALIDATION),
                train_error=error_rate(model, SOME_TRAINING),
                test_error=error_rate(model, TEST),  # kept under lock until exploration is over
            )
            trial.checkpoint(step, model, optimizer, rng)
