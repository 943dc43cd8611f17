import {join} from 'node:path';
import {mul} from '@tensorflow/tfjs-core';
import type {OpenOrder} from '../../../trainer/contract/panel/preview.ts';
import {ModelRecord} from '../../../trainer/contract/run/records.ts';
import {loadPretrained, savePretrained} from '../../../trainer/models/pretrained.ts';
import {disposeParams, mapParams} from '../../../trainer/nn/params.ts';
import {writeGoldenPipeline} from '../../helpers/golden/goldenSd.ts';
import {temporaryFolder} from '../../helpers/temporaryFolder.ts';

/** The golden pipeline of Stable Diffusion 1 as base, and two experts of other weights for high and low noise. A backend must be current. */
export async function promptFolders(change: Partial<OpenOrder> = {}): Promise<OpenOrder & {folder: string}> {
  const folder = await temporaryFolder();
  const base = await writeGoldenPipeline(join(folder, 'base'));
  const {folder: model, params, weightsHash} = await loadPretrained(base);
  const {unetConfig, schedulerConfig} = model;
  if (schedulerConfig === null) throw new Error('the golden pipeline has no scheduler');
  for (const [i, factor] of [0.9, 1.2].entries()) {
    const own = mapParams(params, (tensor) => mul(tensor, factor));
    const record = ModelRecord.parse({role: 'expert', base: weightsHash, projection: 'off'});
    await savePretrained(join(folder, `expert-${i}`), {unetConfig, schedulerConfig, params: own, record, dtype: 'F32'});
    disposeParams(own);
  }
  disposeParams(params);
  const experts: OpenOrder['experts'] = [
    {path: join(folder, 'expert-0'), range: [500, 1000]},
    {path: join(folder, 'expert-1'), range: [0, 500]},
  ];
  return {folder, kind: 'open', base, experts, saved: null, dtype: 'F32', engine: {name: 'wasm'}, ...change};
}
