"""diffusers' UNet2DModel and UNet2DConditionModel with DeMe's channel projections, for every config that the trainer takes."""
import math

import torch
import torch.nn.functional as F
from torch import nn
from torch.utils.checkpoint import checkpoint

from blocks import Attention, Downsample, ResnetBlock, Upsample
from transformer import SpatialTransformer


class UNet2D(nn.Module):
    """
    `config` is a unet/config.json with all keys; `projected` adds the projections, which start as identities; `checkpointing`
    computes the activations of each layer again in the backward pass.
    """

    def __init__(self, config, projected, checkpointing=False):
        super().__init__()
        self.checkpointing = checkpointing
        widths = config["block_out_channels"]
        config = {**config, "time_width": config["time_embedding_dim"] or 4 * widths[0]}
        self.config = config
        self.conv_in = nn.Conv2d(config["in_channels"], widths[0], 3, padding=1)
        self.time_embedding = TimeEmbedding(widths[0], config["time_width"])
        self.down_blocks = nn.ModuleList(DownBlock(config, index) for index in range(len(widths)))
        self.mid_block = None if config["mid_block_type"] is None else MidBlock(config)
        self.up_blocks = nn.ModuleList(UpBlock(config, index) for index in range(len(widths)))
        self.conv_norm_out = nn.GroupNorm(config["norm_num_groups"], widths[0], config["norm_eps"])
        self.conv_out = nn.Conv2d(widths[0], config["out_channels"], 3, padding=1)
        channels = [*widths, widths[-1], *reversed(widths)]
        self.adapter_list = nn.ModuleList(identity_projection(c) for c in channels) if projected else None

    def forward(self, noisy, timesteps, context=None):
        """[N,C,H,W] noisy images, [N] timesteps and [N,tokens,width] hidden states of a text -> [N,C,H,W] prediction."""
        config = self.config
        sinusoids = embed_timesteps(timesteps, config)
        time = F.silu(self.time_embedding(sinusoids))
        hidden = self.conv_in(2 * noisy - 1 if config["center_input_sample"] else noisy)
        skips = [hidden]
        projections = iter(self.adapter_list or [nn.Identity()] * (2 * len(self.down_blocks) + 1))
        run = checkpointed if self.checkpointing and torch.is_grad_enabled() else call
        for block in self.down_blocks:
            hidden, outputs = block(run, hidden, time, context)
            skips += outputs
            hidden = next(projections)(hidden)
        hidden = next(projections)(hidden if self.mid_block is None else self.mid_block(run, hidden, time, context))
        for block in self.up_blocks:
            hidden = next(projections)(block(run, hidden, time, context, skips))
        return self.conv_out(F.silu(self.conv_norm_out(hidden)))


class TimeEmbedding(nn.Module):
    def __init__(self, width_in, width):
        super().__init__()
        self.linear_1 = nn.Linear(width_in, width)
        self.linear_2 = nn.Linear(width, width)

    def forward(self, sinusoids):
        return self.linear_2(F.silu(self.linear_1(sinusoids)))


class DownBlock(nn.Module):
    """DownBlock2D, AttnDownBlock2D or CrossAttnDownBlock2D."""

    def __init__(self, config, index):
        super().__init__()
        widths = config["block_out_channels"]
        width, before = widths[index], widths[max(index - 1, 0)]
        layers = config["layers_per_block"]
        self.resnets = nn.ModuleList(ResnetBlock(config, before if i == 0 else width, width) for i in range(layers))
        self.attentions = block_attentions(config, config["down_block_types"][index], index, width, layers)
        last = index == len(widths) - 1
        self.downsamplers = None if last else nn.ModuleList([Downsample(width, config["downsample_padding"])])

    def forward(self, run, hidden, time, context):
        outputs = []
        for layer, resnet in enumerate(self.resnets):
            hidden = run(resnet, attention_of(self, layer), hidden, time, context)
            outputs.append(hidden)
        if self.downsamplers is not None:
            hidden = self.downsamplers[0](hidden)
            outputs.append(hidden)
        return hidden, outputs


class MidBlock(nn.Module):
    """
    UNetMidBlock2D or UNetMidBlock2DCrossAttn; scale_shift models have no norm before its attention unless its groups are
    given.
    """

    def __init__(self, config):
        super().__init__()
        width, divisor = config["block_out_channels"][-1], config["mid_block_scale_factor"]
        self.resnets = nn.ModuleList(ResnetBlock(config, width, width, divisor) for _ in range(2))
        self.attentions = nn.ModuleList(mid_attentions(config, width, divisor))

    def forward(self, run, hidden, time, context):
        hidden = run(self.resnets[0], next(iter(self.attentions), None), hidden, time, context)
        return run(self.resnets[1], None, hidden, time, context)


class UpBlock(nn.Module):
    """UpBlock2D, AttnUpBlock2D or CrossAttnUpBlock2D, counted from the middle; takes its skips off the end of the list."""

    def __init__(self, config, index):
        super().__init__()
        widths = config["block_out_channels"][::-1]
        width, before = widths[index], widths[max(index - 1, 0)]
        oldest = widths[min(index + 1, len(widths) - 1)]
        layers = config["layers_per_block"] + 1
        channels = [(before if i == 0 else width) + (oldest if i == layers - 1 else width) for i in range(layers)]
        self.resnets = nn.ModuleList(ResnetBlock(config, c, width) for c in channels)
        self.attentions = block_attentions(config, config["up_block_types"][index], len(widths) - 1 - index, width, layers)
        self.upsamplers = None if index == len(widths) - 1 else nn.ModuleList([Upsample(width)])

    def forward(self, run, hidden, time, context, skips):
        for layer, resnet in enumerate(self.resnets):
            joined = torch.cat([hidden, skips.pop()], dim=1)
            hidden = run(resnet, attention_of(self, layer), joined, time, context)
        return hidden if self.upsamplers is None else self.upsamplers[0](hidden)


def block_attentions(config, block_type, level, width, layers):
    if block_type.startswith("CrossAttn"):
        return nn.ModuleList(SpatialTransformer(config, width, heads_of(config, level)) for _ in range(layers))
    if not block_type.startswith("Attn"):
        return None
    return nn.ModuleList(Attention(config, width, config["norm_num_groups"]) for _ in range(layers))


def mid_attentions(config, width, divisor):
    if config["_class_name"] == "UNet2DConditionModel":
        return [SpatialTransformer(config, width, heads_of(config, -1))]
    scale_shift = config["resnet_time_scale_shift"] == "scale_shift"
    groups = config["attn_norm_num_groups"] or (None if scale_shift else config["norm_num_groups"])
    return [Attention(config, width, groups, divisor)] if config["add_attention"] else []


def heads_of(config, level):
    """What diffusers calls attention_head_dim is the number of heads."""
    heads = config["attention_head_dim"]
    return heads if isinstance(heads, int) else heads[level]


def attention_of(block, layer):
    return None if block.attentions is None else block.attentions[layer]


def call(resnet, attention, hidden, time, context):
    """A resnet and what follows it."""
    hidden = resnet(hidden, time)
    if attention is None:
        return hidden
    return attention(hidden) if context is None else attention(hidden, context)


def checkpointed(*layer):
    return checkpoint(call, *layer, use_reentrant=False)


def identity_projection(channels):
    projection = nn.Conv2d(channels, channels, 1, bias=False)
    nn.init.dirac_(projection.weight)
    return projection


def embed_timesteps(timesteps, config):
    """[N] -> [N,width] sinusoids, as diffusers' get_timestep_embedding."""
    half = config["block_out_channels"][0] // 2
    exponents = torch.arange(half, dtype=torch.float32) / (half - config["freq_shift"])
    angles = timesteps[:, None].float() * torch.exp(-math.log(10000) * exponents)
    parts = [torch.sin(angles), torch.cos(angles)]
    return torch.cat(parts[::-1] if config["flip_sin_to_cos"] else parts, dim=1)
