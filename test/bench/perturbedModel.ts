import {ModelRecord} from '../../trainer/contract/run/records.ts';
import {SchedulerConfig} from '../../trainer/contract/model/schedulerConfig.ts';
import {createRandom} from '../../trainer/random.ts';
import {readModelFolder, writeModelFolder} from '../../trainer/store/weights/modelFolder.ts';
import type {TensorSource} from '../../trainer/store/weights/safetensors.ts';

/** Writes a stand-in for an expert of `base`: its weights, each changed by about `share` of itself. */
export async function writePerturbed(base: string, path: string, seed: number, share = 0.05): Promise<string> {
  const folder = await readModelFolder(base);
  const reader = await folder.openWeights();
  const tensors = [...reader.shapes].map(([name, shape]): TensorSource => {
    const read = async () => {
      const random = createRandom(seed, name);
      return (await reader.read(name)).map((value) => value * (1 + share * random.normal()));
    };
    return {name, shape, dtype: 'F32', read};
  });
  const {unetConfig, schedulerConfig} = folder;
  const record = ModelRecord.parse({role: 'expert', base: await folder.weightsHash()});
  await writeModelFolder(path, {
    unetConfig,
    schedulerConfig: schedulerConfig ?? SchedulerConfig.parse({}),
    tensors,
    record,
  });
  await reader.close();
  return path;
}
