import {UserError} from '../../contract/errors.ts';
import {sameAsBase, type MergeSetting} from '../../contract/config/merge/mergeSetting.ts';
import type {MergeRecord} from '../../contract/run/records.ts';
import {mergeModels, type MergeRequest} from '../../merge/files/mergeFiles.ts';
import {toolVersion} from '../../pipeline/owner/toolVersion.ts';
import {expertPaths} from '../expertPaths.ts';
import {printResult, type ExitCode} from '../outcome.ts';
import {methodOf, type MergeMethodOptions} from './mergeMethodOptions.ts';
import {whileMerging} from '../view/whileMerging.ts';

export interface MergeOptions extends MergeMethodOptions {
  json?: boolean;
  base?: string;
  expert?: readonly string[];
  weights?: readonly number[];
  range?: readonly (readonly [number, number])[];
  settings?: Pick<MergeSetting, 'method' | 'rules'>;
  out?: string;
  overwrite?: boolean;
  dtype?: MergeRequest['dtype'];
  predictionType?: MergeRequest['predictionType'];
}

/** `deme merge --base X --expert X … --weights=… --out Y`: no config, no run folder, no engine. */
export async function mergeByOptions(options: MergeOptions): Promise<ExitCode> {
  const request = toRequest(options);
  const record = await whileMerging(options, (watch) => mergeModels({...request, ...watch}));
  printResult(options, {out: request.out, record}, mergeLines(request.out, record));
  return 0;
}

function toRequest(options: MergeOptions): MergeRequest {
  const {base, expert, weights, range, out, overwrite, dtype, predictionType, rule, ...method} = options;
  if (base === undefined || expert === undefined || weights === undefined || out === undefined) {
    const missing = Object.entries({base, expert, weights, out}).filter(([, value]) => value === undefined);
    const names = missing.map(([name]) => `--${name}`).join(', ');
    throw new UserError('argument-missing', `A merge without a config needs ${names}.`, {
      hint: 'As in: deme merge --base X --expert A --expert B --weights=0.4,0.6 --out Y.',
    });
  }
  const experts = expertPaths(expert, range);
  const replaces = overwrite === true ? 'existing' : undefined;
  const how = {dtype, predictionType, method: methodOf(method), rules: rule};
  return {base, experts, weights, out, replaces, ...how, tool: toolVersion()};
}

/** What was merged, as lines for people. */
export function mergeLines(out: string, {base, experts, method, rules = [], warnings}: MergeRecord): string[] {
  const lines = experts.map(({name, range, weight}) => {
    const timesteps = range === undefined ? '' : `  t in [${range.join(', ')})`;
    return `  ${weight < 0 ? '' : '+'}${weight} x (${name} - ${base.name})${timesteps}`;
  });
  const {kind, ...parameters} = method;
  const weights = experts.map(({weight}) => weight);
  const note = sameAsBase({weights, rules: rules.filter(({tensors}) => tensors > 0), method});
  const settings = Object.entries(parameters).map(([name, value]) => `${name} ${String(value)}`);
  return [
    ...warnings.map((warning) => `warning: ${warning}`),
    `${out} = ${base.name}`,
    ...lines,
    ...(kind === 'linear' && method.lambda === 1 ? [] : [`  by ${[kind, ...settings].join(', ')}`]),
    ...rules.map(({match, weights, tensors}) => `  ${match}: ${weights.map(String).join(' ')} (${tensors} tensors)`),
    ...(note === null ? [] : [note]),
  ];
}
