"""The PyTorch side of one measurement.

Run:  python3 worker.py TASK.json LAYOUT    (LAYOUT: nchw or channels_last)
TASK.json is a BenchTask, see ../contract.ts, and so are the lines that this prints. After `ready` it waits for a line on
standard input, so that several processes can begin at the same time.
"""
import json
import resource
import sys
import time

import torch

from safetensors_file import each_tensor, read_safetensors
from sampling import sample_ddim
from training import Training, load
from unet2d import UNet2D

FORMATS = {"nchw": torch.contiguous_format, "channels_last": torch.channels_last}


def main():
    with open(sys.argv[1]) as file:
        task = json.load(file)
    memory_format = FORMATS[sys.argv[2]]
    torch.set_num_threads(task["threads"])
    data = read_safetensors(task["data"])
    measure = measure_updates if task["kind"] == "update" else measure_sampling
    report({"type": "result", **measure(task, data, memory_format)})


def measure_updates(task, data, memory_format):
    prediction = task["scheduler"]["prediction_type"]
    weights = read_safetensors(task["weights"])
    training = Training(task["unet"], weights, data["alphas_cumprod"], task["training"], prediction, memory_format)
    del weights
    images, noise = (to_device(data[name], memory_format) for name in ("images", "noise"))
    timesteps = data["timesteps"]

    def update():
        index = training.updates % len(images)
        return training.update(images[index], noise[index], timesteps[index], data.get("context"))

    losses = [update().tolist() for _ in range(task["warmup"])]
    wait_for_go()
    times = time_chunks(task, lambda count: torch.stack([update() for _ in range(count)]).tolist())
    peak = peak_bytes()
    return {"losses": losses, **times, "peak": peak, "check": training.distance(read_safetensors(task["weights"])), "engine": version()}


def measure_sampling(task, data, memory_format):
    model = load(UNet2D(task["unet"], projected=False), each_tensor(task["weights"]), memory_format).requires_grad_(False)
    (noise,) = to_device(data["noise"][:1], memory_format)
    timesteps = data["ddim_timesteps"].tolist()

    def draw():
        condition, precision = data.get("context"), task["precision"]
        images = sample_ddim(model, noise, timesteps, data["alphas_cumprod"], task["scheduler"], condition, precision)
        return images.abs().mean().item()

    check = [draw() for _ in range(task["warmup"])][-1]
    wait_for_go()
    times = time_chunks(task, lambda count: [draw() for _ in range(count)])
    return {"losses": [], **times, "peak": peak_bytes(), "check": check, "engine": version()}


def time_chunks(task, act):
    """Seconds, and those of the processor over all threads, of one update or sampling in each chunk."""
    seconds, processor = [], []
    for _ in range(task["chunks"]):
        start, used = time.perf_counter(), time.process_time()
        act(task["chunk"])
        seconds.append((time.perf_counter() - start) / task["chunk"])
        processor.append((time.process_time() - used) / task["chunk"])
    return {"seconds": seconds, "processor": processor}


def to_device(values, memory_format):
    """[K,N,H,W,C] -> K batches [N,C,H,W] that lie in memory as the layout says."""
    return [batch.permute(0, 3, 1, 2).contiguous(memory_format=memory_format) for batch in values]


def wait_for_go():
    report({"type": "ready"})
    sys.stdin.readline()


def peak_bytes():
    """High-water mark of this process. ru_maxrss would begin at that of the process that started it."""
    try:
        with open("/proc/self/status") as file:
            return next(int(line.split()[1]) * 1024 for line in file if line.startswith("VmHWM"))
    except (OSError, StopIteration):
        unit = 1 if sys.platform == "darwin" else 1024
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


def version():
    return f"PyTorch {torch.__version__}"


def report(line):
    print(json.dumps(line, separators=(",", ":")), flush=True)


if __name__ == "__main__":
    main()
