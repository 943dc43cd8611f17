"""One DeMe expert in PyTorch: what the trainer does in an update, with the foreach forms of clipping, AdamW and EMA."""
import torch
import torch.nn.functional as F

from unet2d import UNet2D


class Training:
    """`config` is the trainer's TrainingConfig with `consistency`; `weights` are those of the teacher, by name."""

    def __init__(self, unet_config, weights, alphas_cumprod, config, prediction_type, memory_format):
        self.config = config
        self.prediction_type = prediction_type
        self.memory_format = memory_format
        self.signal, self.sigma = alphas_cumprod.sqrt(), (1 - alphas_cumprod).sqrt()
        self.precision, self.teacher_precision = config.get("precision", "f32"), config.get("teacherPrecision", "f32")
        self.teacher = load(UNet2D(unet_config, projected=False), weights.items(), memory_format).requires_grad_(False)
        student = UNet2D(unet_config, projected=True, checkpointing=config.get("gradientCheckpointing", False))
        self.student = load(student, weights.items(), memory_format)
        self.params = list(self.student.parameters())
        self.ema = [param.detach().clone() for param in self.params]
        optimizer = config["optimizer"]
        self.optimizer = torch.optim.AdamW(
            self.params,
            lr=optimizer["learningRate"],
            betas=tuple(optimizer["betas"]),
            eps=optimizer["epsilon"],
            weight_decay=optimizer["weightDecay"],
            foreach=True,
        )
        self.updates = 0

    def update(self, images, noise, timesteps, context=None):
        """
        [N,C,H,W] images and noise, [N] timesteps and, for networks that have it, [N,tokens,width] context -> denoising loss,
        consistency loss, gradient norm, all on the device.
        """
        signal, sigma = self.signal[timesteps][:, None, None, None], self.sigma[timesteps][:, None, None, None]
        noisy = (signal * images + sigma * noise).contiguous(memory_format=self.memory_format)
        target = self.target(images, noise, signal, sigma)
        with torch.no_grad(), in_precision(self.teacher_precision):
            original = self.teacher(noisy, timesteps, context).float()
        with in_precision(self.precision):
            prediction = self.student(noisy, timesteps, context).float()
        denoise, consistency = F.mse_loss(prediction, target), F.mse_loss(prediction, original)
        (denoise + self.config["consistency"] * consistency).backward()
        norm = torch.nn.utils.clip_grad_norm_(self.params, self.config["clipNorm"], foreach=True)
        self.optimizer.step()
        self.optimizer.zero_grad(set_to_none=True)
        self.average()
        return torch.stack([denoise.detach(), consistency.detach(), norm])

    def target(self, images, noise, signal, sigma):
        if self.prediction_type == "epsilon":
            return noise
        return images if self.prediction_type == "sample" else signal * noise - sigma * images

    @torch.no_grad()
    def average(self):
        """EMA with the warm-up form of diffusers' EMAModel."""
        ema = self.config["ema"]
        decay = min(ema["maxDecay"], 1 - (1 + self.updates) ** -ema["power"]) if self.updates > 0 else 0
        self.updates += 1
        torch._foreach_lerp_(self.ema, self.params, 1 - decay)

    @torch.no_grad()
    def distance(self, weights):
        """Euclidean distance of the average from the weights that the training began with, projections included."""
        names = [name for name, _ in self.student.named_parameters()]
        squares = 0.0
        for name, average in zip(names, self.ema):
            start = weights[name] if name in weights else torch.eye(average.shape[0])[:, :, None, None]
            squares += (average.double() - start).square().sum().item()
        return squares**0.5


def in_precision(name):
    """Autocast of convolutions and matrix products; nothing for f32."""
    return torch.autocast("cpu", dtype=torch.bfloat16, enabled=name == "bf16")


@torch.no_grad()
def load(model, weights, memory_format):
    """
    `weights` are (name, tensor), of which one at a time need be in memory. All must fit; only projections may be missing, which then stay
    identities.
    """
    missing = dict(model.state_dict())
    for name, values in weights:
        missing.pop(name).copy_(values)
    absent = [name for name in missing if not name.startswith("adapter_list.")]
    if absent:
        raise ValueError(f"missing {absent[:3]}")
    return model.to(memory_format=memory_format)
