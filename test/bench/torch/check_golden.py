"""Checks the PyTorch side against arrays that diffusers itself made.

Run:  python3 check_golden.py FOLDER...    (folders of test/fixtures/golden: cifar, lsun, modern; and golden-sd: sd1, sd2)
Prints the largest deviation, relative to the largest number of its array; exit code 1 where that is more than rounding.
"""
import json
import os
import sys

import torch

from safetensors_file import read_safetensors
from sampling import sample_ddim
from training import Training, load
from unet2d import UNet2D

LIMIT = 1e-3
TRAINING = {
    "optimizer": {"learningRate": 5e-5, "betas": [0.95, 0.999], "weightDecay": 1e-6, "epsilon": 1e-8},
    "consistency": 1,
    "clipNorm": 1,
    "ema": {"maxDecay": 0.9999, "power": 0.75},
}


def deviations(folder, memory_format):
    """Name and deviation of each thing that diffusers computed."""
    config = read_json(folder, "unet/config.json")
    weights = read_safetensors(os.path.join(folder, "unet", "diffusion_pytorch_model.safetensors"))
    arrays = read_safetensors(os.path.join(folder, "arrays.safetensors"))
    if "cross_attention_dim" in config:
        yield "forward", conditional_deviation(load(UNet2D(config, projected=False), weights.items(), memory_format), arrays)
        return
    scheduler = read_json(folder, "scheduler/scheduler_config.json")
    betas = torch.linspace(scheduler["beta_start"], scheduler["beta_end"], scheduler["num_train_timesteps"])
    alphas_cumprod = torch.cumprod(1 - betas, dim=0)

    model = load(UNet2D(config, projected=False), weights.items(), memory_format).requires_grad_(False)
    yield "forward", deviation(model(arrays["forward.input"], arrays["forward.timesteps"]), arrays["forward.output"])
    timesteps = arrays["ddim.timesteps"].tolist()
    drawn = sample_ddim(model, arrays["ddim.noise"], timesteps, alphas_cumprod, {**scheduler, "set_alpha_to_one": True})
    yield "ddim", deviation(drawn, arrays["ddim.output"])

    training = Training(config, weights, alphas_cumprod, TRAINING, "epsilon", memory_format)
    for update in range(3):
        training.update(*(arrays[f"deme.{update}.{what}"] for what in ("images", "noise", "timesteps")))
    names = [name for name, _ in training.student.named_parameters()]
    for file, values in (("deme_expert_after3", training.params), ("deme_ema_after3", training.ema)):
        expected = read_safetensors(os.path.join(folder, f"{file}.safetensors"))
        yield file, max(deviation(value.detach(), expected[name]) for name, value in zip(names, values))


@torch.no_grad()
def conditional_deviation(model, arrays):
    timesteps = arrays["unet.timesteps"]
    context = arrays["text.last_hidden_state"][: len(timesteps)]
    return deviation(model(arrays["unet.input"], timesteps, context), arrays["unet.output"])


def deviation(actual, expected):
    return ((actual - expected).abs().max() / expected.abs().max()).item()


def read_json(folder, name):
    with open(os.path.join(folder, name)) as file:
        return json.load(file)


def main():
    torch.set_num_threads(1)
    formats = {"nchw": torch.contiguous_format, "channels_last": torch.channels_last}
    found = {
        f"{os.path.basename(folder)} {layout} {what}": value
        for folder in sys.argv[1:]
        for layout, memory_format in formats.items()
        for what, value in deviations(folder, memory_format)
    }
    worst = max(found, key=found.get)
    print(f"{len(found)} comparisons with diffusers, largest relative deviation {found[worst]:.1e} ({worst})")
    return 0 if found[worst] <= LIMIT else 1


if __name__ == "__main__":
    sys.exit(main())
