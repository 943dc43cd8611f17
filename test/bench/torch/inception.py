"""PyTorch's side of `npm run bench -- features`: Inception as pytorch-fid runs it, convolutions and normalisations apart.

Run:  python3 inception.py TASK.json LAYOUT    (LAYOUT: nchw or channels_last; the protocol is that of worker.py)
"""
import json
import sys

import torch
from torch.nn import functional

from safetensors_file import read_safetensors
from worker import FORMATS, peak_bytes, report, time_chunks, version, wait_for_go


class Inception:
    """Put together by the layout of the task: see ../../../trainer/evaluate/networks/inceptionLayout.ts."""

    def __init__(self, stages, weights, memory_format):
        self.blocks = [block for stage in stages for block in stage["blocks"]]
        self.weights = {
            name: value.contiguous(memory_format=memory_format) if value.dim() == 4 else value for name, value in weights.items()
        }

    def __call__(self, images):
        x = images
        for block in self.blocks:
            x = torch.cat([self.branch(block, steps, x) for steps in block["branches"]], 1)
        features = x.mean((2, 3))
        return features, features @ self.weights["fc.weight"].T

    def branch(self, block, steps, x):
        for step in steps:
            x = self.step(block, step, x)
        return x

    def step(self, block, step, x):
        if step == "mean":
            return functional.avg_pool2d(x, 3, 1, 1, count_include_pad=False)
        if step == "max":
            return functional.max_pool2d(x, 3, 1, 1)
        if step == "halvingMax":
            return functional.max_pool2d(x, 3, 2)
        if "fork" in step:
            return torch.cat([self.convolution(block, part, x) for part in step["fork"]], 1)
        return self.convolution(block, step, x)

    def convolution(self, block, step, x):
        name = f"{block['name']}.{step['name']}" if block["name"] else step["name"]
        padding = [length // 2 for length in step["kernel"]] if step["pad"] == "same" else 0
        x = functional.conv2d(x, self.weights[f"{name}.conv.weight"], stride=step["stride"], padding=padding)
        mean, variance, scale, offset = (
            self.weights[f"{name}.bn.{part}"] for part in ("running_mean", "running_var", "weight", "bias")
        )
        return functional.batch_norm(x, mean, variance, scale, offset, eps=1e-3).relu_()


def main():
    with open(sys.argv[1]) as file:
        task = json.load(file)
    memory_format = FORMATS[sys.argv[2]]
    torch.set_num_threads(task["threads"])
    network = Inception(task["stages"], read_safetensors(task["weights"]), memory_format)
    images = read_safetensors(task["data"])["images"].permute(0, 3, 1, 2).contiguous(memory_format=memory_format)

    def measure(count):
        with torch.inference_mode():
            for _ in range(count):
                features, _ = network(images)
        return features.abs().mean().item()

    check = measure(task["warmup"])
    wait_for_go()
    times = time_chunks(task, measure)
    report({"type": "result", "losses": [], **times, "peak": peak_bytes(), "check": check, "engine": version()})


if __name__ == "__main__":
    main()
