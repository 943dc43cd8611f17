"""DDIM (Song et al. 2021, Eq. 12) with eta 0, as the trainer samples."""
import torch


@torch.inference_mode()
def sample_ddim(model, noise, timesteps, alphas_cumprod, scheduler, context=None, precision="f32"):
    """[N,C,H,W] noise -> [N,C,H,W] images; `timesteps` from the noisiest to the cleanest."""
    current = noise
    for timestep, previous in zip(timesteps, [*timesteps[1:], -1]):
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=precision == "bf16"):
            prediction = model(current, torch.full((len(noise),), timestep), context).float()
        current = ddim_step(current, prediction, timestep, previous, alphas_cumprod, scheduler)
    return current


def ddim_step(noisy, prediction, timestep, previous, alphas_cumprod, scheduler):
    alpha = alphas_cumprod[timestep]
    signal, sigma = alpha.sqrt(), (1 - alpha).sqrt()
    kind = scheduler["prediction_type"]
    if kind == "epsilon":
        original, epsilon = (noisy - sigma * prediction) / signal, prediction
    elif kind == "sample":
        original, epsilon = prediction, (noisy - signal * prediction) / sigma
    else:
        original, epsilon = signal * noisy - sigma * prediction, signal * prediction + sigma * noisy
    if scheduler["clip_sample"]:
        original = original.clamp(-scheduler["clip_sample_range"], scheduler["clip_sample_range"])
    following = previous_alpha(previous, alphas_cumprod, scheduler)
    return following.sqrt() * original + (1 - following).sqrt() * epsilon


def previous_alpha(previous, alphas_cumprod, scheduler):
    if previous >= 0:
        return alphas_cumprod[previous]
    return torch.tensor(1.0) if scheduler["set_alpha_to_one"] else alphas_cumprod[0]
