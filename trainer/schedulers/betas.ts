import type {TrainingKeys} from '../contract/model/schedulerSettings.ts';
import {UserError} from '../contract/errors.ts';

/** The noise variances beta_t of a scheduler config, rounded as the float32 arithmetic of PyTorch rounds them. */
export function createBetas(settings: TrainingKeys, where?: string): Float32Array {
  const betas = settings.trained_betas ? Float32Array.from(settings.trained_betas) : namedBetas(settings, where);
  if (betas.length !== settings.num_train_timesteps) {
    const message = `trained_betas has ${betas.length} values, but num_train_timesteps is ${settings.num_train_timesteps}.`;
    throw new UserError('scheduler-invalid', message, {where});
  }
  const wrong = betas.findIndex((beta) => !(beta > 0 && beta < 1));
  if (wrong >= 0) {
    throw new UserError(
      'scheduler-invalid',
      `beta must lie between 0 and 1, but is ${betas[wrong]} at timestep ${wrong}.`,
      {where},
    );
  }
  return settings.rescale_betas_zero_snr ? withZeroTerminalSnr(betas) : betas;
}

/** Running product of 1 - beta. PyTorch's `cumprod` of float32 accumulates in double and stores float32; plain float32 drifts by 5e-7. */
export function alphasCumprod(betas: Float32Array): Float32Array {
  let product = 1;
  return betas.map((beta) => (product *= f32(1 - beta)));
}

const f32 = Math.fround;

function namedBetas(settings: TrainingKeys, where?: string): Float32Array {
  const {beta_schedule, beta_start, beta_end, num_train_timesteps: timesteps} = settings;
  if (beta_schedule === 'linear') return linspace(beta_start, beta_end, timesteps);
  // Latent diffusion: evenly spaced roots, squared.
  if (beta_schedule === 'scaled_linear') {
    return linspace(Math.sqrt(beta_start), Math.sqrt(beta_end), timesteps).map((root) => root * root);
  }
  if (beta_schedule === 'squaredcos_cap_v2') return squaredCosines(timesteps);
  throw new UserError('scheduler-unsupported', `beta_schedule "${beta_schedule}" is not supported.`, {
    where,
    hint: 'Use linear, scaled_linear, squaredcos_cap_v2 or trained_betas.',
  });
}

/** Betas whose alphas multiply to ᾱ(t) = cos²((t + 0.008) / 1.008 · π/2), at most 0.999 (Nichol and Dhariwal 2021, Eq. 17). */
function squaredCosines(timesteps: number): Float32Array {
  const alphaBar = (t: number) => Math.cos((((t / timesteps + 0.008) / 1.008) * Math.PI) / 2) ** 2;
  return Float32Array.from({length: timesteps}, (_, t) => Math.min(1 - alphaBar(t + 1) / alphaBar(t), 0.999));
}

/**
 * Betas of a schedule that ends in pure noise (Lin et al. 2024, algorithm 1): sqrt(ᾱ) is shifted so that the last is 0, and scaled so that
 * the first stays as it is.
 */
function withZeroTerminalSnr(betas: Float32Array): Float32Array {
  const roots = alphasCumprod(betas).map(Math.sqrt);
  const [first = NaN, last = NaN] = [roots[0], roots.at(-1)];
  const scale = f32(first / f32(first - last));
  const alphaBars = roots.map((root) => f32(f32(root - last) * scale) ** 2);
  return alphaBars.map((alphaBar, t) => 1 - f32(t === 0 ? alphaBar : alphaBar / (alphaBars[t - 1] as number)));
}

/**
 * `torch.linspace` in float32. The last bit of PyTorch's values depends on the processor; these are the ones of its AVX2 kernel: the
 * first half counts from the start, the second from the end, and blocks of 8 count on from their first value, up to a tail that does
 * not fill two blocks. Multiply-adds are fused, which is what one rounding of a double sum does.
 */
function linspace(start: number, end: number, steps: number): Float32Array {
  const [first, last] = [f32(start), f32(end)];
  if (steps === 1) return Float32Array.of(first);
  const step = f32(f32(last - first) / (steps - 1));
  const half = Math.floor(steps / 2);
  const tail = steps - (steps % 16);
  const single = (i: number) => f32(i < half ? first + step * i : last - step * (steps - 1 - i));
  return Float32Array.from({length: steps}, (_, i) => (i < tail ? single(i - (i % 8)) + step * (i % 8) : single(i)));
}
