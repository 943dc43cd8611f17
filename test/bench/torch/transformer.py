"""The transformers of diffusers' UNet2DConditionModel, with its attribute names, so that its weights load."""
import torch.nn.functional as F
from torch import nn


class SpatialTransformer(nn.Module):
    """Transformer2DModel with one block: norm, projection, block over the pixels as tokens, projection, plus the input."""

    def __init__(self, config, channels, heads):
        super().__init__()
        self.linear = config["use_linear_projection"]
        self.norm = nn.GroupNorm(config["norm_num_groups"], channels, 1e-6)
        self.proj_in = self.projection(channels)
        self.transformer_blocks = nn.ModuleList([TransformerBlock(channels, heads, config["cross_attention_dim"])])
        self.proj_out = self.projection(channels)

    def projection(self, channels):
        return nn.Linear(channels, channels) if self.linear else nn.Conv2d(channels, channels, 1)

    def forward(self, x, context):
        """[N,C,H,W] and [N,tokens,width] -> [N,C,H,W]."""
        if self.linear:
            tokens = self.proj_in(self.norm(x).flatten(2).transpose(1, 2))
        else:
            tokens = self.proj_in(self.norm(x)).flatten(2).transpose(1, 2)
        tokens = self.transformer_blocks[0](tokens, context)
        if self.linear:
            tokens = self.proj_out(tokens)
        mixed = tokens.transpose(1, 2).reshape(x.shape)
        return x + (mixed if self.linear else self.proj_out(mixed))


class TransformerBlock(nn.Module):
    """BasicTransformerBlock."""

    def __init__(self, channels, heads, context_width):
        super().__init__()
        self.norm1, self.norm2, self.norm3 = (nn.LayerNorm(channels) for _ in range(3))
        self.attn1 = TokenAttention(channels, channels, heads)
        self.attn2 = TokenAttention(channels, context_width, heads)
        self.ff = FeedForward(channels)

    def forward(self, x, context):
        normed = self.norm1(x)
        x = x + self.attn1(normed, normed)
        x = x + self.attn2(self.norm2(x), context)
        return x + self.ff(self.norm3(x))


class TokenAttention(nn.Module):
    """Attention with AttnProcessor2_0."""

    def __init__(self, channels, context_width, heads):
        super().__init__()
        self.heads = heads
        self.to_q = nn.Linear(channels, channels, bias=False)
        self.to_k = nn.Linear(context_width, channels, bias=False)
        self.to_v = nn.Linear(context_width, channels, bias=False)
        self.to_out = nn.ModuleList([nn.Linear(channels, channels)])

    def forward(self, x, context):
        query, key, value = self.split(self.to_q(x)), self.split(self.to_k(context)), self.split(self.to_v(context))
        return self.to_out[0](F.scaled_dot_product_attention(query, key, value).transpose(1, 2).flatten(2))

    def split(self, tokens):
        """[N,T,C] -> [N,heads,T,width]."""
        return tokens.unflatten(2, (self.heads, -1)).transpose(1, 2)


class FeedForward(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.net = nn.ModuleList([Geglu(channels, 4 * channels), nn.Identity(), nn.Linear(4 * channels, channels)])

    def forward(self, x):
        return self.net[2](self.net[0](x))


class Geglu(nn.Module):
    def __init__(self, width_in, width):
        super().__init__()
        self.proj = nn.Linear(width_in, 2 * width)

    def forward(self, x):
        value, gate = self.proj(x).chunk(2, dim=-1)
        return value * F.gelu(gate)
