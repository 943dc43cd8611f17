import {join} from 'node:path';
import {mul} from '@tensorflow/tfjs-core';
import type {OpenOrder} from '../../../trainer/contract/panel/preview.ts';
import {ModelRecord} from '../../../trainer/contract/run/records.ts';
import {SchedulerConfig} from '../../../trainer/contract/model/schedulerConfig.ts';
import {initialiseParams} from '../../../trainer/models/initialise.ts';
import {savePretrained} from '../../../trainer/models/pretrained.ts';
import {disposeParams, mapParams} from '../../../trainer/nn/params.ts';
import {readModelFolder} from '../../../trainer/store/weights/modelFolder.ts';
import {temporaryFolder} from '../../helpers/temporaryFolder.ts';
import {tinyUnetConfig, writeTinyBase} from '../../helpers/runs/tinyExperiment.ts';
import {withProjections} from '../../helpers/models/withProjections.ts';

/** A base and two experts in a folder, of which the second has projections as well. A backend must be current. */
export async function previewFolders(change: Partial<OpenOrder> = {}): Promise<OpenOrder & {folder: string}> {
  const folder = await temporaryFolder();
  const base = join(folder, 'base');
  await writeTinyBase(base);
  const sha256 = await (await readModelFolder(base)).weightsHash();
  await writeExpert(join(folder, 'expert-0'), 2, sha256, 'off');
  await writeExpert(join(folder, 'expert-1'), 3, sha256, 'full');
  const experts = [{path: join(folder, 'expert-0')}, {path: join(folder, 'expert-1')}];
  return {folder, kind: 'open', base, experts, saved: null, dtype: 'F32', engine: {name: 'wasm'}, ...change};
}

async function writeExpert(path: string, seed: number, base: string, projection: 'off' | 'full'): Promise<void> {
  const plain = initialiseParams(tinyUnetConfig, seed);
  const whole = withProjections(plain, tinyUnetConfig, projection);
  const params = mapParams(whole, (tensor) => mul(tensor, 1.25));
  const schedulerConfig = SchedulerConfig.parse({});
  const record = ModelRecord.parse({role: 'expert', base, projection});
  await savePretrained(path, {unetConfig: tinyUnetConfig, schedulerConfig, params, record, dtype: 'F32'});
  [whole, params].forEach(disposeParams);
}
