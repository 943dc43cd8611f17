"""Checks a model folder with the readers that PyTorch users have.

Run:   python3 check_folder.py WRITTEN REFERENCE
Needs: torch, safetensors. WRITTEN was written by savePretrained from the model in REFERENCE, which diffusers wrote.

The weights must load with the official safetensors reader and have the same names, shapes, dtypes and bits; each config must have
the same values under the same keys.
"""
import argparse
import json
import os
import sys

import torch
from safetensors import safe_open
from safetensors.torch import load_file

WEIGHTS = os.path.join("unet", "diffusion_pytorch_model.safetensors")
CONFIGS = ("model_index.json", os.path.join("unet", "config.json"), os.path.join("scheduler", "scheduler_config.json"))


def weight_problems(written, reference):
    """What differs between two files of weights, a sentence each."""
    with safe_open(written, framework="pt") as file:
        if (file.metadata() or {}).get("format") != "pt":
            yield "the metadata lack format: pt, without which transformers refuses the file"
    ours, theirs = load_file(written), load_file(reference)
    for name in sorted(theirs.keys() - ours.keys()):
        yield f"{name} is missing"
    for name in sorted(ours.keys() - theirs.keys()):
        yield f"{name} is unknown"
    for name in sorted(ours.keys() & theirs.keys()):
        a, b = ours[name], theirs[name]
        if a.dtype != b.dtype or a.shape != b.shape:
            yield f"{name} is {a.dtype} {tuple(a.shape)} instead of {b.dtype} {tuple(b.shape)}"
        elif not torch.equal(a, b):
            yield f"{name} differs by up to {(a - b).abs().max().item()}"


def config_problems(written, reference, name):
    """Which keys of two JSON files differ, a sentence each."""
    with open(os.path.join(written, name)) as ours_file, open(os.path.join(reference, name)) as theirs_file:
        ours, theirs = json.load(ours_file), json.load(theirs_file)
    absent = object()
    for key in sorted(ours.keys() | theirs.keys()):
        a, b = ours.get(key, absent), theirs.get(key, absent)
        if a is absent or b is absent:
            yield f"{name}: {key} is {'missing' if a is absent else 'unknown'}"
        elif a != b:
            yield f"{name}: {key} is {a!r} instead of {b!r}"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("written")
    parser.add_argument("reference")
    args = parser.parse_args()
    problems = list(weight_problems(os.path.join(args.written, WEIGHTS), os.path.join(args.reference, WEIGHTS)))
    for name in CONFIGS:
        problems += config_problems(args.written, args.reference, name)
    for problem in problems:
        print(problem)
    if not problems:
        tensors = load_file(os.path.join(args.written, WEIGHTS)).values()
        print(f"equal: {len(tensors)} tensors, {sum(tensor.numel() for tensor in tensors)} parameters, {len(CONFIGS)} configs")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
