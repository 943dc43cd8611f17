import type {LossWeighting} from '../contract/config/lossWeighting.ts';
import type {OptimizerConfig} from '../contract/config/training.ts';
import type {ClusterScale} from '../contract/run/records.ts';
import {equalRanges, rangesFromEdges, routeTimestep, type TimestepRange} from '../deme/timesteps.ts';
import {adamWFactors} from './adamW.ts';

export type UncertaintyWeighting = Extract<LossWeighting, {kind: 'uncertainty'}>;

/**
 * Weights of the denoising loss by cluster of timesteps, learned with the network: the loss is Σ_k ½ (e^(-s_k) L_k / K + s_k), with L_k the mean
 * over the images of cluster k, of K. Go et al. 2023, "Addressing Negative Transfer in Diffusion Models" (ANT, arXiv 2306.00354), with
 * uncertainty weighting, as the authors' code has it. That draws as many timesteps from each cluster; here they are drawn as for every training,
 * and a cluster that an update has no image of is left as it is.
 */
export class UncertaintyWeights {
  readonly #clusters: readonly TimestepRange[];
  readonly #scales: ClusterScale[];

  /**
   * @param timesteps T of the schedule
   * @param scales where an earlier part of the training ended; left out: the beginning
   */
  constructor(
    readonly weighting: UncertaintyWeighting,
    readonly optimizer: OptimizerConfig,
    timesteps: number,
    scales?: readonly ClusterScale[],
  ) {
    const {clusters = 5, edges} = weighting;
    this.#clusters = edges ? rangesFromEdges(edges, timesteps) : equalRanges(clusters, timesteps);
    const initial = () => ({scale: 0, first: 0, second: 0, steps: 0});
    this.#scales = scales ? scales.map((each) => ({...each})) : this.#clusters.map(initial);
    if (this.#scales.length !== this.#clusters.length)
      throw new Error(`${this.#scales.length} scales for ${this.#clusters.length} clusters`);
  }

  /** What the loss of an image at this timestep is multiplied by: ½ e^(-s). */
  weight(timestep: number): number {
    return Math.exp(-this.#scaleAt(timestep).scale) / 2;
  }

  /** s of each cluster with its moments, for a checkpoint. */
  scales(): ClusterScale[] {
    return this.#scales.map((each) => ({...each}));
  }

  /** One AdamW step of each s, without decay, on the unweighted losses of the images of an update. */
  learn(timesteps: readonly number[], losses: ArrayLike<number>): void {
    const count = this.#clusters.length;
    const byCluster = new Map<ClusterScale, number[]>();
    timesteps.forEach((timestep, i) => {
      const scale = this.#scaleAt(timestep);
      byCluster.set(scale, [...(byCluster.get(scale) ?? []), losses[i] ?? NaN]);
    });
    for (const [scale, own] of byCluster) {
      const mean = own.reduce((sum, loss) => sum + loss, 0) / own.length;
      this.#step(scale, (1 - (Math.exp(-scale.scale) * mean) / count) / 2);
    }
  }

  #step(scale: ClusterScale, gradient: number): void {
    const [beta1, beta2] = this.optimizer.betas;
    scale.steps++;
    scale.first = beta1 * scale.first + (1 - beta1) * gradient;
    scale.second = beta2 * scale.second + (1 - beta2) * gradient ** 2;
    const {rate, epsilon} = adamWFactors(this.optimizer, this.weighting.learningRate, scale.steps);
    scale.scale -= (rate * scale.first) / (Math.sqrt(scale.second) + epsilon);
  }

  #scaleAt(timestep: number): ClusterScale {
    return this.#scales[routeTimestep(timestep, this.#clusters)] as ClusterScale;
  }
}
