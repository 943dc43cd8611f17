import {readFileSync} from 'node:fs';
import {goldenFolder} from './goldenImages.ts';

/** What one update measured in PyTorch. */
export interface GoldenUpdate {
  readonly denoise: number;
  readonly consistency: number;
  readonly grad_norm: number;
}

const manifest = JSON.parse(readFileSync(`${goldenFolder('.')}/manifest.json`, 'utf8')) as Record<
  string,
  {deme: GoldenUpdate[]} | undefined
>;

/** The three DeMe updates of a golden model, in order. */
export function goldenTrace(model: string): readonly [GoldenUpdate, ...GoldenUpdate[]] {
  const [first, ...others] = manifest[model]?.deme ?? [];
  if (first === undefined) throw new Error(`the manifest has no updates of ${model}`);
  return [first, ...others];
}
