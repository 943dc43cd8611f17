import {basename, join} from 'node:path';
import type {RunEvent} from '../../../trainer/contract/run/events.ts';
import type {RunDetails} from '../../../trainer/contract/panel/panelViews.ts';
import {runMerge} from '../../../trainer/contract/run/runMerge.ts';
import {runPaths} from '../../../trainer/store/run/runPaths.ts';
import {settledWeights} from '../../../trainer/store/run/settledWeights.ts';
import type {Run} from '../../runs/run.ts';
import {pictureAddress} from '../pictureAddress.ts';

const keptMessages = 200;

/** What a run has measured and said so far. `source` gives the address under which the page finds a file. */
export async function runDetails(
  run: Run,
  milestones: readonly RunEvent[],
  source: (file: string) => string,
): Promise<RunDetails> {
  const {report, config} = run;
  const pictures = report?.differing?.flatMap(({picture}) => picture ?? []) ?? [];
  const {merge} = config.config;
  const weights = (await settledWeights(run.path)) ?? (report && {weights: report.weights, search: report.search});
  // Weights that the config gives are those of the merge before its stage has settled them.
  const settled = weights ?? {weights: merge?.weights ?? [], search: null};
  return {
    report,
    pictures: await addressesOf(pictures, runPaths.report(run.path), source),
    weights,
    merge: settled.weights.length > 0 ? runMerge(merge, settled) : null,
    heldOut: milestones.flatMap((event) =>
      event.type === 'heldOut' ? [{stage: event.stage, update: event.update, loss: event.loss}] : [],
    ),
    messages: milestones.flatMap(messagesOf).slice(-keptMessages),
  };
}

async function addressesOf(
  names: readonly string[],
  folder: string,
  source: (file: string) => string,
): Promise<RunDetails['pictures']> {
  const addresses: RunDetails['pictures'] = {};
  for (const file of names.map((name) => join(folder, name))) {
    addresses[basename(file)] = await pictureAddress(file, source);
  }
  return addresses;
}

/** Whether an event is shown as a message. */
export function isMessage({type}: RunEvent): boolean {
  return type === 'log' || type === 'failed';
}

function messagesOf(event: RunEvent): RunDetails['messages'] {
  const {time, stage} = event;
  if (event.type === 'log') return [{time, stage, level: event.level, text: event.message}];
  if (event.type === 'failed') return [{time, stage, level: 'error', text: event.error.message}];
  return [];
}
