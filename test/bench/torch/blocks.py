"""The parts of diffusers' UNet2DModel, with its attribute names, so that its weights load."""
import torch.nn.functional as F
from torch import nn


class ResnetBlock(nn.Module):
    """ResnetBlock2D: norm, SiLU, conv, time embedding, norm, SiLU, dropout, conv, plus the input."""

    def __init__(self, config, channels_in, channels_out, divisor=1):
        super().__init__()
        groups, eps = config["norm_num_groups"], config["norm_eps"]
        self.scale_shift = config["resnet_time_scale_shift"] == "scale_shift"
        self.divisor = divisor
        self.norm1 = nn.GroupNorm(groups, channels_in, eps)
        self.conv1 = nn.Conv2d(channels_in, channels_out, 3, padding=1)
        self.time_emb_proj = nn.Linear(config["time_width"], channels_out * (2 if self.scale_shift else 1))
        self.norm2 = nn.GroupNorm(groups, channels_out, eps)
        self.conv2 = nn.Conv2d(channels_out, channels_out, 3, padding=1)
        self.conv_shortcut = None if channels_in == channels_out else nn.Conv2d(channels_in, channels_out, 1)

    def forward(self, x, time):
        """[N,in,H,W] and the activated time embedding [N,width] -> [N,out,H,W]."""
        hidden = self.conv1(F.silu(self.norm1(x)))
        embedding = self.time_emb_proj(time)[:, :, None, None]
        if self.scale_shift:
            scale, shift = embedding.chunk(2, dim=1)
            hidden = self.norm2(hidden) * (1 + scale) + shift
        else:
            hidden = self.norm2(hidden + embedding)
        hidden = self.conv2(F.silu(hidden))
        shortcut = x if self.conv_shortcut is None else self.conv_shortcut(x)
        return divided(shortcut + hidden, self.divisor)


class Attention(nn.Module):
    """Attention with AttnProcessor2_0: norm, self-attention over the pixels, plus the input."""

    def __init__(self, config, channels, groups, divisor=1):
        super().__init__()
        width = config["attention_head_dim"] or channels
        self.heads = channels // width
        self.divisor = divisor
        self.group_norm = None if groups is None else nn.GroupNorm(groups, channels, config["norm_eps"])
        inner = self.heads * width
        self.to_q = nn.Linear(channels, inner)
        self.to_k = nn.Linear(channels, inner)
        self.to_v = nn.Linear(channels, inner)
        self.to_out = nn.ModuleList([nn.Linear(inner, channels)])

    def forward(self, x):
        """[N,C,H,W] -> [N,C,H,W]."""
        batch, channels, height, width = x.shape
        normed = x if self.group_norm is None else self.group_norm(x)
        tokens = normed.reshape(batch, channels, height * width).transpose(1, 2)
        query, key, value = (self.split(layer(tokens)) for layer in (self.to_q, self.to_k, self.to_v))
        mixed = F.scaled_dot_product_attention(query, key, value).transpose(1, 2).flatten(2)
        out = self.to_out[0](mixed).transpose(1, 2).reshape(batch, channels, height, width)
        # The input comes first because the sum takes over its memory layout.
        return divided(x + out, self.divisor)

    def split(self, tokens):
        """[N,T,inner] -> [N,heads,T,width]."""
        return tokens.unflatten(2, (self.heads, -1)).transpose(1, 2)


class Downsample(nn.Module):
    """Downsample2D: padding 0 pads one row at the bottom and one column at the right, 1 pads all sides."""

    def __init__(self, channels, padding):
        super().__init__()
        self.padding = padding
        self.conv = nn.Conv2d(channels, channels, 3, stride=2, padding=padding)

    def forward(self, x):
        return self.conv(F.pad(x, (0, 1, 0, 1)) if self.padding == 0 else x)


class Upsample(nn.Module):
    """Upsample2D: nearest neighbour, then a convolution."""

    def __init__(self, channels):
        super().__init__()
        self.conv = nn.Conv2d(channels, channels, 3, padding=1)

    def forward(self, x):
        return self.conv(F.interpolate(x, scale_factor=2.0, mode="nearest"))


def divided(x, divisor):
    return x if divisor == 1 else x / divisor
