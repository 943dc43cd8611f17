import type {DemeConfig} from '../../contract/config/config.ts';
import type {DataConfig} from '../../contract/config/dataConfig.ts';
import type {ResolvedConfig} from '../../contract/run/pipeline.ts';
import type {TrainingConfig} from '../../contract/config/training.ts';
import type {NetworkConfig} from '../../contract/model/networkConfig.ts';
import {readModel} from '../../store/weights/readModel.ts';
import {isTraining, type PlannedStage} from '../graph/stagePlan.ts';
import {componentNeeds, newComponentNeeds} from './componentNeeds.ts';
import {keepsEncoded} from '../stages/data/networkData.ts';
import type {TrainingNeeds} from './memoryEstimate.ts';

/** What the largest training among these stages of a run needs; null where none of them trains. */
export async function trainingNeeds(
  {config, baseFolder}: Pick<ResolvedConfig, 'config' | 'baseFolder'>,
  stages: readonly Pick<PlannedStage, 'stage'>[],
): Promise<TrainingNeeds | null> {
  const {pretrain, decouple, data} = config;
  const kinds = stages.filter(isTraining).map(({stage}) => stage.kind);
  if (pretrain && kinds.includes('pretrain')) {
    return {...shared(pretrain, pretrain.model, data), components: newComponentNeeds(pretrain), ...plain};
  }
  if (!decouple || baseFolder === null || kinds.length === 0) return null;
  const base = await readModel(baseFolder);
  const components = await componentNeeds(base);
  return {
    ...shared(decouple, base.unetConfig, data),
    components,
    ...(kinds.includes('expert') ? expertNeeds(decouple) : plain),
  };
}

/** Pretraining and the ordinary finetune. */
const plain = {teacher: false, projections: false} as const;

function expertNeeds({consistency, projection, precision, teacherPrecision}: NonNullable<DemeConfig['decouple']>) {
  return {teacher: consistency > 0, projections: projection !== 'off', teacherPrecision: teacherPrecision ?? precision};
}

function shared(training: TrainingConfig, unetConfig: NetworkConfig, data: DataConfig | undefined) {
  if (data === undefined) throw new Error('a training needs data');
  const {batch, accumulation, gradientCheckpointing, dropout, ema, precision} = training;
  const size = imageSize(data);
  const unloads = keepsEncoded(data);
  return {unetConfig, size, unloads, batch, accumulation, gradientCheckpointing, dropout, precision, ema: ema !== null};
}

/** Height and width of the images that a config trains on. */
export function imageSize(data: DataConfig): [number, number] {
  if ('resolution' in data) return [data.resolution, data.resolution];
  return data.kind === 'mnist' ? [28, 28] : [32, 32];
}
