import {describe, expect, it} from 'vitest';
import {LossWeighting} from '../../../trainer/contract/config/lossWeighting.ts';
import {SchedulerConfig} from '../../../trainer/contract/model/schedulerConfig.ts';
import {lossMultiplier} from '../../../trainer/schedulers/lossWeighting.ts';
import {createSchedule, type NoiseSchedule} from '../../../trainer/schedulers/schedule.ts';

const schedules = {
  linear: {beta_schedule: 'linear', beta_start: 0.0001, beta_end: 0.02},
  // Stable Diffusion's.
  scaled: {beta_schedule: 'scaled_linear', beta_start: 0.00085, beta_end: 0.012},
} as const;

const timesteps = [0, 250, 500, 999];

type Row = readonly [weighting: Record<string, unknown>, prediction: string, multipliers: readonly number[]];

/**
 * Multipliers at the timesteps 0, 250, 500 and 999, computed by NumPy in float64 from the betas on: ᾱ = cumprod(1 - beta),
 * SNR = ᾱ / (1 - ᾱ), then the formulas of the papers for the error of x_0, over SNR for epsilon and over SNR + 1 for v.
 */
const expected: Record<keyof typeof schedules, readonly Row[]> = {
  linear: [
    [{kind: 'min-snr'}, 'epsilon', [0.000500050005, 1, 1, 1]],
    [{kind: 'min-snr'}, 'v_prediction', [0.0005, 0.521423031, 0.0777966584, 4.03582977e-5]],
    [{kind: 'min-snr'}, 'sample', [5, 1.08952805, 0.0843595494, 4.03599265e-5]],
    [{kind: 'min-snr', gamma: 1}, 'epsilon', [0.000100010001, 0.917828598, 1, 1]],
    [{kind: 'min-snr', gamma: 1}, 'v_prediction', [0.0001, 0.478576969, 0.0777966584, 4.03582977e-5]],
    [{kind: 'min-snr', gamma: 1}, 'sample', [1, 1, 0.0843595494, 4.03599265e-5]],
    [{kind: 'p2'}, 'epsilon', [0.0001, 0.478576969, 0.922203342, 0.999959642]],
    [{kind: 'p2'}, 'v_prediction', [9.999e-5, 0.249541054, 0.0717443383, 4.03566689e-5]],
    [{kind: 'p2'}, 'sample', [0.9999, 0.521423031, 0.0777966584, 4.03582977e-5]],
    [{kind: 'p2', k: 0.5, gamma: 2}, 'epsilon', [1.00010001e-8, 0.395788899, 2.92846278, 3.99935432]],
    [{kind: 'p2', k: 0.5, gamma: 2}, 'v_prediction', [9.99999997e-9, 0.206373447, 0.227824619, 0.000161407132]],
    [{kind: 'p2', k: 0.5, gamma: 2}, 'sample', [9.99999997e-5, 0.431223106, 0.247043801, 0.000161413646]],
    [{kind: 'snr+1'}, 'epsilon', [1.00010001, 1.9178286, 12.8540225, 24778.0521]],
    [{kind: 'snr+1'}, 'v_prediction', [1, 1, 1, 1]],
    [{kind: 'snr+1'}, 'sample', [10000, 2.08952805, 1.08435955, 1.00004036]],
    [{kind: 'truncated-snr'}, 'epsilon', [1, 1, 11.8540225, 24777.0521]],
    [{kind: 'truncated-snr'}, 'v_prediction', [0.9999, 0.521423031, 0.922203342, 0.999959642]],
    [{kind: 'truncated-snr'}, 'sample', [9999, 1.08952805, 1, 1]],
    [{kind: 'debiased'}, 'epsilon', [0.0100005, 0.958033715, 3.44296711, 157.407281]],
    [{kind: 'debiased'}, 'v_prediction', [0.00999949999, 0.499540843, 0.267851336, 0.00635268989]],
    [{kind: 'debiased'}, 'sample', [99.9949999, 1.0438046, 0.290447154, 0.00635294629]],
  ],
  scaled: [
    [{kind: 'min-snr'}, 'epsilon', [0.00425361557, 1, 1, 1]],
    [{kind: 'min-snr'}, 'v_prediction', [0.00425, 0.673792625, 0.276332684, 0.00466009851]],
    [{kind: 'min-snr'}, 'sample', [5, 2.06553462, 0.381850441, 0.00468191671]],
    [{kind: 'min-snr', gamma: 1}, 'epsilon', [0.000850723115, 0.484136161, 1, 1]],
    [{kind: 'min-snr', gamma: 1}, 'v_prediction', [0.00085, 0.326207375, 0.276332684, 0.00466009851]],
    [{kind: 'min-snr', gamma: 1}, 'sample', [1, 1, 0.381850441, 0.00468191671]],
    [{kind: 'p2'}, 'epsilon', [0.00085, 0.326207375, 0.723667316, 0.995339901]],
    [{kind: 'p2'}, 'v_prediction', [0.0008492775, 0.219796123, 0.199972932, 0.00463838199]],
    [{kind: 'p2'}, 'sample', [0.99915, 0.673792625, 0.276332684, 0.00466009851]],
    [{kind: 'p2', k: 0.5, gamma: 2}, 'epsilon', [7.23114517e-7, 0.151930246, 1.28590868, 3.92612852]],
    [{kind: 'p2', k: 0.5, gamma: 2}, 'v_prediction', [7.22499869e-7, 0.102369479, 0.355338596, 0.0182961457]],
    [{kind: 'p2', k: 0.5, gamma: 2}, 'sample', [0.000849999846, 0.313817183, 0.491024796, 0.0183818067]],
    [{kind: 'snr+1'}, 'epsilon', [1.00085072, 1.48413616, 3.61882636, 214.587738]],
    [{kind: 'snr+1'}, 'v_prediction', [1, 1, 1, 1]],
    [{kind: 'snr+1'}, 'sample', [1176.47059, 3.06553462, 1.38185044, 1.00468192]],
    [{kind: 'truncated-snr'}, 'epsilon', [1, 1, 2.61882636, 213.587738]],
    [{kind: 'truncated-snr'}, 'v_prediction', [0.99915, 0.673792625, 0.723667316, 0.995339901]],
    [{kind: 'truncated-snr'}, 'sample', [1175.47059, 2.06553462, 1, 1]],
    [{kind: 'debiased'}, 'epsilon', [0.0291671582, 0.695798937, 1.61827883, 14.6146412]],
    [{kind: 'debiased'}, 'v_prediction', [0.0291423661, 0.468824192, 0.447183331, 0.0681056679]],
    [{kind: 'debiased'}, 'sample', [34.2851365, 1.43719679, 0.617940483, 0.0684245329]],
  ],
};

function schedule(name: keyof typeof schedules, prediction: string): NoiseSchedule {
  return createSchedule(SchedulerConfig.parse({...schedules[name], prediction_type: prediction}));
}

describe.each(['linear', 'scaled'] as const)('multipliers of the denoising loss on the %s schedule', (name) => {
  it.each(expected[name])('are those of the formula: %o, %s', (settings, prediction, multipliers) => {
    const weighting = LossWeighting.parse(settings);
    timesteps.forEach((timestep, i) => {
      const found = lossMultiplier(schedule(name, prediction), weighting, timestep);
      // ᾱ is float32, as in PyTorch: 1 - ᾱ at timestep 0 is 1e-4 with an error of 2e-8.
      expect(found / (multipliers[i] ?? NaN) - 1).toBeCloseTo(0, timestep === 0 ? 3 : 5);
    });
  });
});

describe('a loss weighting', () => {
  const all = [{kind: 'min-snr'}, {kind: 'p2'}, {kind: 'snr+1'}, {kind: 'truncated-snr'}, {kind: 'debiased'}] as const;

  it('is 1 everywhere where there is none', () => {
    const none = LossWeighting.parse({kind: 'none'});
    expect(timesteps.map((t) => lossMultiplier(schedule('linear', 'sample'), none, t))).toEqual([1, 1, 1, 1]);
  });

  it('weighs the same error of x_0 the same, whatever the network predicts', () => {
    for (const settings of all) {
      const weighting = LossWeighting.parse(settings);
      for (const timestep of [3, 400, 998]) {
        const alpha = schedule('linear', 'epsilon').alphasCumprod[timestep] ?? NaN;
        const snr = alpha / (1 - alpha);
        const [epsilon, v, sample] = ['epsilon', 'v_prediction', 'sample'].map((prediction) =>
          lossMultiplier(schedule('linear', prediction), weighting, timestep),
        ) as [number, number, number];
        expect((epsilon * snr) / sample).toBeCloseTo(1, 12);
        expect((v * (snr + 1)) / sample).toBeCloseTo(1, 12);
      }
    }
  });

  it('is cut at the largest multiplier that is allowed', () => {
    const cut = LossWeighting.parse({kind: 'snr+1', max: 10});
    const multipliers = timesteps.map((t) => lossMultiplier(schedule('linear', 'epsilon'), cut, t));
    expect(multipliers[2]).toBe(10);
    expect(multipliers[3]).toBe(10);
    expect(multipliers[1]).toBeCloseTo(1.9178286, 5);
  });

  it('is finite where a schedule ends in pure noise or begins without any', () => {
    const extreme = (prediction: string): NoiseSchedule => ({
      ...schedule('linear', prediction),
      timesteps: 3,
      alphasCumprod: Float32Array.of(1, 0.5, 0),
    });
    for (const prediction of ['epsilon', 'v_prediction', 'sample']) {
      for (const settings of all) {
        const weighting = LossWeighting.parse(settings);
        const multipliers = [0, 1, 2].map((t) => lossMultiplier(extreme(prediction), weighting, t));
        expect(multipliers.every(Number.isFinite), `${settings.kind}, ${prediction}: ${multipliers.join()}`).toBe(true);
      }
    }
    const limits = [{kind: 'min-snr'}, {kind: 'p2', k: 2, gamma: 1}].map((settings) =>
      lossMultiplier(extreme('epsilon'), LossWeighting.parse(settings), 2),
    );
    expect(limits).toEqual([1, expect.closeTo(0.5, 9)]);
  });

  it.each([[{kind: 'min-snr', gamma: 0}], [{kind: 'p2', k: 0}], [{kind: 'snr'}], [{kind: 'debiased', gamma: 1}], [{}]])(
    'is refused: %o',
    (settings) => {
      expect(LossWeighting.safeParse(settings).success).toBe(false);
    },
  );
});
