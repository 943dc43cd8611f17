import type {SchedulerConfig} from '../contract/model/schedulerConfig.ts';
import {UserError} from '../contract/errors.ts';

/** The noise variances beta_t of a scheduler config, rounded as the float32 arithmetic of PyTorch rounds them. */
export function createBetas(config: SchedulerConfig, where?: string): Float32Array {
  const betas = config.trained_betas ? Float32Array.from(config.trained_betas) : namedBetas(config, where);
  if (betas.length !== config.num_train_timesteps) {
    const message = `trained_betas has ${betas.length} values, but num_train_timesteps is ${config.num_train_timesteps}.`;
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
  return betas;
}

/** Running product of 1 - beta. PyTorch's `cumprod` of float32 accumulates in double and stores float32; plain float32 drifts by 5e-7. */
export function alphasCumprod(betas: Float32Array): Float32Array {
  let product = 1;
  return betas.map((beta) => (product *= Math.fround(1 - beta)));
}

function namedBetas(config: SchedulerConfig, where?: string): Float32Array {
  const {beta_schedule, beta_start, beta_end, num_train_timesteps: timesteps} = config;
  if (beta_schedule === 'linear') return linspace(beta_start, beta_end, timesteps);
  // Latent diffusion: evenly spaced roots, squared.
  if (beta_schedule === 'scaled_linear') {
    return linspace(Math.sqrt(beta_start), Math.sqrt(beta_end), timesteps).map((root) => root * root);
  }
  throw new UserError('scheduler-unsupported', `beta_schedule "${beta_schedule}" is not supported.`, {
    where,
    hint: 'Use linear, scaled_linear or trained_betas.',
  });
}

/**
 * `torch.linspace` in float32. The last bit of PyTorch's values depends on the processor; these are the ones of its AVX2 kernel: the
 * first half counts from the start, the second from the end, and blocks of 8 count on from their first value, up to a tail that does
 * not fill two blocks. Multiply-adds are fused, which is what one rounding of a double sum does.
 */
function linspace(start: number, end: number, steps: number): Float32Array {
  const [first, last] = [Math.fround(start), Math.fround(end)];
  if (steps === 1) return Float32Array.of(first);
  const step = Math.fround(Math.fround(last - first) / (steps - 1));
  const half = Math.floor(steps / 2);
  const tail = steps - (steps % 16);
  const single = (i: number) => Math.fround(i < half ? first + step * i : last - step * (steps - 1 - i));
  return Float32Array.from({length: steps}, (_, i) => (i < tail ? single(i - (i % 8)) + step * (i % 8) : single(i)));
}
