import {UserError} from '../contract/errors.ts';
import type {MergeSetting} from '../contract/mergeSetting.ts';
import type {MergeRecord} from '../contract/records.ts';
import {mergeModels, type MergeRequest} from '../merge/mergeFiles.ts';
import {toolVersion} from '../pipeline/toolVersion.ts';
import {printResult, type ExitCode} from './outcome.ts';
import {taskProgress} from './taskProgress.ts';

export interface MergeOptions {
  json?: boolean;
  base?: string;
  expert?: readonly string[];
  weights?: readonly number[];
  range?: readonly (readonly [number, number])[];
  settings?: Pick<MergeSetting, 'method' | 'rules'>;
  out?: string;
  dtype?: MergeRequest['dtype'];
}

/** `deme merge --base X --expert X … --weights=… --out Y`: no config, no run folder, no engine. */
export async function mergeByOptions(options: MergeOptions): Promise<ExitCode> {
  const request = toRequest(options);
  const progress = taskProgress('merging');
  const onProgress = (done: number, total: number) => progress.show(done, total);
  const record = await mergeModels({...request, onProgress}).finally(() => progress.end());
  printResult(options, {out: request.out, record}, mergeLines(request.out, record));
  return 0;
}

function toRequest({base, expert, weights, range, settings, out, dtype = 'F32'}: MergeOptions): MergeRequest {
  if (base === undefined || expert === undefined || weights === undefined || out === undefined) {
    const missing = Object.entries({base, expert, weights, out}).filter(([, value]) => value === undefined);
    const names = missing.map(([name]) => `--${name}`).join(', ');
    throw new UserError('argument-missing', `A merge without a config needs ${names}.`, {
      hint: 'As in: deme merge --base X --expert A --expert B --weights=0.4,0.6 --out Y.',
    });
  }
  if (range !== undefined && range.length !== expert.length) {
    const message = `${expert.length} experts need as many ranges or none, but ${range.length} are given.`;
    throw new UserError('merge-range', message);
  }
  const experts = expert.map((path, i) => ({path, range: range?.[i]}));
  return {base, experts, weights, ...settings, out, dtype, tool: toolVersion()};
}

function mergeLines(out: string, {base, experts, warnings}: MergeRecord): string[] {
  const lines = experts.map(({name, range, weight}) => {
    const timesteps = range === undefined ? '' : `  t in [${range.join(', ')})`;
    return `  ${weight < 0 ? '' : '+'}${weight} x (${name} - ${base.name})${timesteps}`;
  });
  return [...warnings.map((warning) => `warning: ${warning}`), `${out} = ${base.name}`, ...lines];
}
