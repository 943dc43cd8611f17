import type {DemeConfig} from '../../contract/config/config.ts';
import type {LowPrecision, Precision} from '../../contract/config/precision.ts';
import type {EngineInfo} from '../../contract/engine/engineInfo.ts';
import type {StageKind} from '../../contract/run/stage.ts';
import {fastPrecisions} from '../../engine/fastPrecisions.ts';
import {requirePrecision} from '../../engine/ops/requirePrecision.ts';
import type {PlannedStage} from '../graph/stagePlan.ts';

type Stages = readonly Pick<PlannedStage, 'stage'>[];

/** Throws a UserError that names the setting where the engine does not have a number format that one of these stages computes in. */
export function requirePrecisions(config: DemeConfig, stages: Stages, {name}: Pick<EngineInfo, 'name'>): void {
  for (const {setting, precision} of askedPrecisions(config, stages)) requirePrecision(precision, name, setting);
}

/**
 * What to say of the number formats that these stages compute in: that the processor has no instructions for one, and is slower in it.
 *
 * @param fast the formats that the processor has instructions for; null where nobody knows
 */
export async function precisionWarnings(
  config: DemeConfig,
  stages: Stages,
  {device}: Pick<EngineInfo, 'device'>,
  fast?: readonly LowPrecision[] | null,
): Promise<string[]> {
  const asked = askedPrecisions(config, stages);
  if (asked.length === 0 || device === 'GPU') return [];
  const own = fast === undefined ? await fastPrecisions() : fast;
  if (own === null) return [];
  return asked
    .filter(({precision}) => !own.includes(precision))
    .map(({setting, precision}) => slowText(setting, precision));
}

function slowText(setting: string, precision: LowPrecision): string {
  const lacking =
    precision === 'bf16'
      ? 'none of avx512_bf16 and amx_bf16 among its flags'
      : 'no avx512_fp16 or amx_fp16 among its flags';
  return `${setting} is ${precision}, but this processor has no instructions for it (${lacking}): it will be slower than f32, not faster.`;
}

/** The settings of these stages that ask for less than f32. */
function askedPrecisions(
  {pretrain, decouple, merge, evaluate}: DemeConfig,
  stages: Stages,
): {setting: string; precision: LowPrecision}[] {
  const kinds = new Set(stages.map(({stage}) => stage.kind));
  const has = (...names: readonly StageKind[]) => names.some((name) => kinds.has(name));
  const settings: [string, Precision | undefined, boolean][] = [
    ['pretrain.precision', pretrain?.precision, has('pretrain')],
    ['pretrain.samples.precision', pretrain?.samples?.precision, has('pretrain')],
    ['decouple.precision', decouple?.precision, has('expert', 'ordinary', 'baseline')],
    ['decouple.teacherPrecision', decouple?.teacherPrecision, has('expert') && (decouple?.consistency ?? 0) > 0],
    ['decouple.samples.precision', decouple?.samples?.precision, has('expert', 'ordinary', 'baseline')],
    ['merge.search.sampling.precision', merge?.search?.sampling?.precision, has('search')],
    ['evaluate.sampling.precision', evaluate?.sampling.precision, has('evaluate', 'draw', 'search')],
  ];
  return settings.flatMap(([setting, precision = 'f32', isUsed]) =>
    isUsed && precision !== 'f32' ? [{setting, precision}] : [],
  );
}
