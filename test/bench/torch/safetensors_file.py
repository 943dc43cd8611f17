"""Reads safetensors files with nothing but torch."""
import json
import struct

import torch

DTYPES = {"F32": torch.float32, "F16": torch.float16, "BF16": torch.bfloat16, "I64": torch.int64, "I32": torch.int32, "U8": torch.uint8}


def read_safetensors(path):
    """All tensors of the file by name, floats widened to float32."""
    return dict(each_tensor(path))


def each_tensor(path):
    """The same one after the other, as (name, tensor)."""
    with open(path, "rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        header = json.loads(file.read(length))
        start = 8 + length
        for name, entry in header.items():
            if name != "__metadata__":
                yield name, read_entry(file, start, entry)


def read_entry(file, start, entry):
    begin, end = entry["data_offsets"]
    file.seek(start + begin)
    values = torch.frombuffer(bytearray(file.read(end - begin)), dtype=DTYPES[entry["dtype"]])
    values = values.reshape(entry["shape"])
    return values.float() if values.dtype.is_floating_point else values
