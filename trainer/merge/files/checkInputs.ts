import {UserError} from '../../contract/errors.ts';
import {networkConfigs} from '../../contract/model/networkConfig.ts';
import {trainingKeys} from '../../contract/model/schedulerSettings.ts';
import {scheduleHash} from '../../models/scheduleHash.ts';
import {createSchedule} from '../../schedulers/schedule.ts';
import {checkRanges} from './checkRanges.ts';
import {checkTensors, projectionWarnings, type MergeTensor} from './checkTensors.ts';
import type {MergeInput} from './mergeInput.ts';

export interface CheckedInputs {
  readonly tensors: readonly MergeTensor[];
  readonly predictionType: string | undefined;
  /** SHA-256 of the noise schedule. */
  readonly schedule: string | undefined;
  /** Properties that could not be checked because the inputs do not record them. */
  readonly warnings: readonly string[];
}

/**
 * Checks the inputs of a merge before anything is written: everything in `checkTaskVectors`, and the ranges. A contradiction throws a UserError, a missing
 * record is a warning.
 */
export async function checkInputs(base: MergeInput, experts: readonly MergeInput[]): Promise<CheckedInputs> {
  const checked = await checkTaskVectors(base, experts);
  const known = [base, ...experts].find(({schedulerConfig}) => schedulerConfig !== null);
  checkRanges(experts, known?.schedulerConfig ? trainingKeys(known.schedulerConfig).num_train_timesteps : undefined);
  return checked;
}

/**
 * Checks what makes experts minus base meaningful: equal tensors, the base of the experts, network settings that tensors do not show,
 * prediction type and noise schedule.
 */
export async function checkTaskVectors(base: MergeInput, experts: readonly MergeInput[]): Promise<CheckedInputs> {
  const tensors = await checkTensors(base, experts);
  const all = [base, ...experts];
  await checkBase(base, experts);
  checkConfigs(all);
  const predictionTypes = all.map(({predictionType}) => predictionType);
  const schedules = all.map(scheduleOf);
  const warnings = [
    ...projectionWarnings(experts),
    ...gap('the base of the experts', experts, (_, {record}) => record?.base),
    ...gap('the prediction type', all, (i) => predictionTypes[i]),
    ...gap('the noise schedule', all, (i) => schedules[i]),
    ...gap('the timestep range', experts, (_, {range}) => range),
  ];
  const predictionType = agreed('merge-prediction-type', 'prediction type', all, predictionTypes);
  const schedule = agreed('merge-schedule', 'noise schedule', all, schedules);
  return {tensors, predictionType, schedule, warnings};
}

function scheduleOf({record, schedulerConfig, path}: MergeInput): string | undefined {
  return (
    record?.schedule ?? (schedulerConfig === null ? undefined : scheduleHash(createSchedule(schedulerConfig, path)))
  );
}

async function checkBase(base: MergeInput, experts: readonly MergeInput[]): Promise<void> {
  const recorded = experts.filter(({record}) => record?.base !== undefined);
  // Without any record there is nothing to wait for.
  const sha256 = recorded.length > 0 ? await base.hash() : '';
  const mismatched = recorded.find(({record}) => record?.base !== sha256);
  if (mismatched === undefined) return;
  const [expected, actual] = [mismatched.record?.base ?? '', sha256].map((hash) => hash.slice(0, 12));
  const message = `${mismatched.label} was finetuned from other weights (SHA-256 ${expected}...) than those of the base (${actual}...).`;
  throw new UserError('merge-base', message, {
    where: mismatched.path,
    hint: 'A task vector only has a meaning relative to its own base.',
  });
}

/** Settings of a network that do not change what the weights mean. */
const harmless = new Set(['sample_size', 'dropout', 'num_train_timesteps']);

/** Heads, epsilons and embedding flags do not show in names and shapes, but change what the same weights compute. */
function checkConfigs(inputs: readonly MergeInput[]): void {
  const known = inputs.flatMap(({label, path, unetConfig}) => (unetConfig === null ? [] : [{label, path, unetConfig}]));
  const [first] = known;
  for (const {label, path, unetConfig} of known) {
    const keys = Object.keys(networkConfigs[unetConfig._class_name].shape);
    for (const key of keys.filter((name) => !harmless.has(name))) {
      const [own, other] = [unetConfig[key], first?.unetConfig[key]].map((value) => JSON.stringify(value));
      if (own === other) continue;
      throw new UserError('merge-config', `${key} of ${label} is ${own}, but ${other} of ${first?.label}.`, {
        where: path,
        hint: 'All inputs must be of one architecture.',
      });
    }
  }
}

function agreed(
  code: string,
  what: string,
  inputs: readonly MergeInput[],
  values: readonly (string | undefined)[],
): string | undefined {
  const first = values.findIndex((value) => value !== undefined);
  const other = values.findIndex((value) => value !== undefined && value !== values[first]);
  if (other < 0) return values[first];
  const [a, b] = [inputs[first], inputs[other]];
  const detail = what === 'prediction type' ? ` (${values[first]} and ${values[other]})` : '';
  throw new UserError(code, `The ${what} of ${b?.label} differs from that of ${a?.label}${detail}.`, {
    where: b?.path,
    hint: 'Only models that predict the same thing for the same noise can be merged.',
  });
}

function gap(
  what: string,
  inputs: readonly MergeInput[],
  value: (index: number, input: MergeInput) => unknown,
): string[] {
  const silent = inputs.filter((input, i) => (value(i, input) ?? null) === null);
  return silent.length === 0
    ? []
    : [`${what} was not checked: not recorded by ${silent.map(({label}) => label).join(', ')}.`];
}
