"""A small convolutional network on handwritten digits, in PyTorch."""

import numpy as np
import torch
from sklearn.datasets import load_digits
from torch import nn

DIGITS = load_digits()
IMAGES = torch.tensor(DIGITS.images / 16.0, dtype=torch.float32).unsqueeze(1)
LABELS = torch.tensor(DIGITS.target)
TRAIN, VALIDATION = slice(0, 1297), slice(1297, 1797)


def build_model(config):
    width = config["width"]
    return nn.Sequential(
        nn.Conv2d(1, width, 3, padding=1),
        nn.ReLU(),
        nn.Conv2d(width, 2 * width, 3, stride=2, padding=1),
        nn.ReLU(),
        nn.Flatten(),
        nn.Dropout(config["dropout"]),
        nn.Linear(2 * width * 16, 10),
    )


def build_optimizer(config, parameters):
    if config["optimizer"] == "adam":
        betas = (config["beta1"], 0.999)
        return torch.optim.Adam(parameters, lr=config["learning_rate"], betas=betas)
    return torch.optim.SGD(
        parameters, lr=config["learning_rate"], momentum=config["momentum"], nesterov=True
    )


@torch.no_grad()
def error_rate(model, part):
    model.eval()
    wrong = (model(IMAGES[part]).argmax(dim=1) != LABELS[part]).float().mean().item()
    model.train()
    return wrong


def train(trial):
    config = trial.config
    model = build_model(config)
    optimizer = build_optimizer(config, model.parameters())
    schedule = torch.optim.lr_scheduler.LinearLR(
        optimizer, start_factor=1.0, end_factor=0.01, total_iters=trial.max_train_steps
    )
    rng = np.random.default_rng(trial.seed)

    start = trial.restore(model, optimizer, schedule, rng)
    for step in trial.steps(start):
        batch = torch.as_tensor(rng.integers(0, TRAIN.stop, size=config["batch_size"]))
        loss = nn.functional.cross_entropy(model(IMAGES[batch]), LABELS[batch])
        optimizer.zero_grad()
        loss.backward()
        gradient_norm = nn.utils.get_total_norm(p.grad for p in model.parameters())
        optimizer.step()
        schedule.step()
        trial.log(step, train_loss=loss, gradient_norm=gradient_norm)

        if trial.evaluation_due(step):
            trial.evaluate(
                step,
                validation_error=error_rate(model, VALIDATION),
                train_error=error_rate(model, TRAIN),
            )
            trial.checkpoint(step, model, optimizer, schedule, rng)
