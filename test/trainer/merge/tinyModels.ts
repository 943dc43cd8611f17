import {SchedulerConfig} from '../../../trainer/contract/model/schedulerConfig.ts';
import {ModelRecord} from '../../../trainer/contract/run/records.ts';
import {UNet2DConfig} from '../../../trainer/contract/model/unet2dConfig.ts';
import {writeModelFolder} from '../../../trainer/store/weights/modelFolder.ts';
import {writeSafetensors, type TensorSource} from '../../../trainer/store/weights/safetensors.ts';

/** Tensors of two blocks' worth of hooks (down 0-1, mid 2, up 3-4) whose weights are `value`, except where `changes` says otherwise. */
export interface TinyModel {
  value: number;
  /** Hooks that have a projection, each `value` times the identity. */
  projections?: readonly number[];
  /** More tensors, or others in place of the usual ones; null leaves one out. */
  changes?: Readonly<Record<string, TensorSource | null>>;
}

export function tinyTensors({value, projections = [], changes = {}}: TinyModel): TensorSource[] {
  const usual = [
    tensor('conv_in.weight', [2, 1, 1, 1], [value, -value]),
    tensor('conv_in.bias', [2], [value / 3, 1]),
    ...projections.map((hook) => tensor(`adapter_list.${hook}.weight`, [2, 2, 1, 1], [value, 0, 0, value])),
  ];
  const kept = usual.filter(({name}) => !(name in changes));
  return [...kept, ...Object.values(changes).filter((source) => source !== null)];
}

export function tensor(name: string, shape: readonly number[], values: readonly number[]): TensorSource {
  return {name, shape, dtype: 'F32', read: () => Float32Array.from(values)};
}

export function counter(value: bigint, dtype: 'I64' | 'U8' = 'I64'): TensorSource {
  const bytes = Uint8Array.of(Number(value));
  return {name: 'steps', shape: [1], dtype, read: () => (dtype === 'I64' ? BigInt64Array.of(value) : bytes)};
}

export async function writeBare(path: string, model: TinyModel): Promise<string> {
  await writeSafetensors(path, tinyTensors(model));
  return path;
}

export interface TinyFolder extends TinyModel {
  record: Partial<ModelRecord> & Pick<ModelRecord, 'role'>;
  scheduler?: Partial<SchedulerConfig>;
  config?: Partial<UNet2DConfig>;
}

/** A model folder; its network exists in name only. */
export async function writeFolder(
  path: string,
  {record, scheduler = {}, config = {}, ...model}: TinyFolder,
): Promise<string> {
  const unetConfig = UNet2DConfig.parse({
    block_out_channels: [2, 2],
    down_block_types: ['DownBlock2D', 'DownBlock2D'],
    up_block_types: ['UpBlock2D', 'UpBlock2D'],
    ...config,
  });
  const schedulerConfig = SchedulerConfig.parse(scheduler);
  await writeModelFolder(path, {
    unetConfig,
    schedulerConfig,
    tensors: tinyTensors(model),
    record: ModelRecord.parse(record),
  });
  return path;
}
