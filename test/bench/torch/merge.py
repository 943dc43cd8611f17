"""The PyTorch side of one merge: theta + sum_i w_i (theta_i - theta) over safetensors files.

Run:  python3 merge.py MODE TASK.json    (TASK.json is a MergeTask, see ../merge/mergeTask.ts, and so is the line that this prints)
`task-vectors` goes the way of DeMe's released script: all models in memory, a task vector of each, scaled copies, their sum, saved by
torch.save. `fused` maps the files into memory and adds up tensor by tensor in place, which is the least that PyTorch needs.
"""
import copy
import ctypes
import json
import mmap
import os
import struct
import sys
import time
import warnings

import torch

from safetensors_file import DTYPES, read_safetensors
from worker import peak_bytes, version

NAMES = {dtype: name for name, dtype in DTYPES.items()}


def main():
    mode, path = sys.argv[1:]
    with open(path) as file:
        task = json.load(file)
    start = time.perf_counter()
    {"task-vectors": merge_task_vectors, "fused": merge_fused}[mode](task)
    seconds = time.perf_counter() - start
    print(json.dumps({"seconds": seconds, "peak": peak_bytes(), "library": version()}), flush=True)


def merge_task_vectors(task):
    base = read_safetensors(task["base"])
    models = [copy.deepcopy(read_safetensors(path)) for path in task["experts"]]
    vectors = [{name: model[name] - base[name] for name in base} for model in models]
    scaled = [{name: weight * value for name, value in vector.items()} for weight, vector in zip(task["weights"], vectors)]
    total = scaled[0]
    for vector in scaled[1:]:
        total = {name: total[name] + vector[name] for name in total}
    merged = copy.deepcopy(base)
    for name in merged:
        merged[name] = base[name] + total[name]
    dtype = DTYPES[task["dtype"]]
    with open(task["out"], "wb") as file:
        torch.save({name: value.to(dtype) for name, value in merged.items()}, file)
        flush(file)


def merge_fused(task):
    base = map_safetensors(task["base"])
    experts = [map_safetensors(path) for path in task["experts"]]
    dtype = DTYPES[task["dtype"]]
    with open(task["out"], "wb") as file:
        write_header(file, base, dtype)
        for name, value in base.items():
            origin = value.float()
            total = torch.zeros_like(origin)
            for weight, expert in zip(task["weights"], experts):
                total.add_(expert[name].float().sub(origin), alpha=weight)
            write_tensor(file, total.add_(origin).to(dtype))
        flush(file)


def map_safetensors(path):
    """All tensors of the file by name, in its order, as views of the mapped file."""
    with open(path, "rb") as file:
        mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    (length,) = struct.unpack("<Q", mapped[:8])
    header = json.loads(mapped[8 : 8 + length])
    header.pop("__metadata__", None)
    return {name: view(mapped, 8 + length, entry) for name, entry in header.items()}


def view(mapped, start, entry):
    begin, end = entry["data_offsets"]
    dtype = DTYPES[entry["dtype"]]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # The mapping is read only, and nobody writes to it.
        values = torch.frombuffer(mapped, dtype=dtype, count=(end - begin) // dtype.itemsize, offset=start + begin)
    return values.reshape(entry["shape"])


def write_header(file, tensors, dtype):
    header, begin = {"__metadata__": {"format": "pt"}}, 0
    for name, value in tensors.items():
        end = begin + value.numel() * dtype.itemsize
        header[name] = {"dtype": NAMES[dtype], "shape": list(value.shape), "data_offsets": [begin, end]}
        begin = end
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    file.write(struct.pack("<Q", len(text)) + text)


def write_tensor(file, value):
    file.write((ctypes.c_char * (value.numel() * value.itemsize)).from_address(value.data_ptr()))


def flush(file):
    file.flush()
    os.fsync(file.fileno())


if __name__ == "__main__":
    main()
