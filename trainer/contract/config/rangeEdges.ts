/** Edges of `count` contiguous ranges that tile [0, timesteps): edge i = floor(i * T / N) where T is not divisible by N. */
export function equalEdges(count: number, timesteps: number): number[] {
  return Array.from({length: count + 1}, (_, i) => Math.floor((i * timesteps) / count));
}

/** The setting of a config: `edges: [0, 400, 1000]`. */
export function edgesText(edges: readonly number[]): string {
  return `edges: [${edges.join(', ')}]`;
}
