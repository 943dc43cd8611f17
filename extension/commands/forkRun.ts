import {readFile} from 'node:fs/promises';
import {basename, isAbsolute, join, relative, sep} from 'node:path';
import * as vscode from 'vscode';
import {expertCount} from '../../trainer/contract/config/config.ts';
import {forkedConfig} from '../../trainer/contract/config/yaml/forkedConfig.ts';
import {UserError} from '../../trainer/contract/errors.ts';
import {expertTitle} from '../../trainer/contract/overview/stageTitle.ts';
import {startsAt, type KeptWeights} from '../../trainer/contract/run/snapshots/keptWeights.ts';
import {writeFolderAtomic} from '../../trainer/store/files/atomicFolder.ts';
import {writeFileAtomic} from '../../trainer/store/files/atomicFile.ts';
import {readConfigText} from '../../trainer/store/files/configText.ts';
import {fileExists} from '../../trainer/store/files/fileExists.ts';
import {linkOrCopy} from '../../trainer/store/files/linkFiles.ts';
import {filesBelow} from '../../trainer/store/files/namesIn.ts';
import {recordFile, stateFile} from '../../trainer/store/run/checkpointFiles.ts';
import {keptWeights, type KeptFolder} from '../../trainer/store/run/keptWeights.ts';
import {runPaths} from '../../trainer/store/run/runPaths.ts';
import {rangesOf} from '../panel/runs/runRanges.ts';
import {configFileOf, type Run} from '../runs/run.ts';
import type {Handler, Studio} from '../studio.ts';
import {requireTrust} from '../trainer/requireTrust.ts';
import {targetRun} from './targets.ts';

/** The command that begins another experiment with the weights that a run had on its way. */
export const forkCommands: Readonly<Record<string, Handler>> = {
  'deme.fork': (studio, ...args) => chooseFork(studio, args),
};

/** The weights of experts that a run keeps at this moment; none of one that trains no experts. */
export async function keptOf(run: Run): Promise<KeptWeights[]> {
  return (await foldersOf(run)).map(({path: _, ...weights}) => weights);
}

/**
 * Writes a config beside that of a run whose experts start from the newest weights that the run keeps up to an update, and opens it; returns its path.
 * Checkpoints are linked into `forks` of the run folder, as the training that wrote them removes them. Throws a UserError where nothing is kept.
 */
export async function forkRun(run: Run, update: number): Promise<string> {
  requireTrust();
  const {config, folder} = run.config;
  const starts = startsAt(await foldersOf(run), update);
  if (config.decouple === undefined || starts.length === 0) {
    throw new UserError('nothing-kept', `${run.record.id} keeps no weights of update ${update} or before.`, {
      hint: 'In a config, decouple.snapshots says how many snapshots of each expert a run keeps, decouple.keepCheckpoints how many checkpoints.',
    });
  }
  const kept = new Map<number, string>();
  for (const start of starts) kept.set(start.expert, fromConfig(folder, await lasting(run, start)));
  const file = await freeFile(run);
  const text = await readConfigText(configFileOf(run)).catch(() => null);
  const settings = {
    name: basename(file, configEnding),
    start: Array.from(
      {length: expertCount(config.decouple)},
      (_, i) => kept.get(i) ?? config.decouple?.start?.[i] ?? null,
    ),
    about: aboutLines(run, update, starts),
  };
  await writeFileAtomic(file, forkedConfig(text, config, settings));
  await vscode.window.showTextDocument(vscode.Uri.file(file));
  return file;
}

const configEnding = '.deme.yaml';

async function chooseFork(studio: Studio, args: readonly unknown[]): Promise<void> {
  requireTrust();
  const run = await targetRun(studio, args, ({config}) => config.config.decouple !== undefined);
  if (run === undefined) return;
  const kept = await keptOf(run);
  const updates = [...new Set(kept.map(({update}) => update))].sort((a, b) => b - a);
  if (updates.length === 0) {
    throw new UserError('nothing-kept', `${run.record.id} keeps no weights of its experts yet.`);
  }
  const items = updates.map((update) => ({
    label: `Update ${update}`,
    description: startsAt(kept, update)
      .map(
        (start) =>
          `expert ${start.expert}: ${start.kind}${start.update === update ? '' : ` of update ${start.update}`}`,
      )
      .join(', '),
    update,
  }));
  const title = `Fork ${run.record.id}: where do the experts of the new config start?`;
  const chosen = await vscode.window.showQuickPick(items, {title, matchOnDescription: true});
  if (chosen !== undefined) await forkRun(run, chosen.update);
}

function foldersOf({path, config: {config}}: Run): Promise<KeptFolder[]> {
  return config.decouple === undefined ? Promise.resolve([]) : keptWeights(path, expertCount(config.decouple));
}

/**
 * Where weights stay: a checkpoint would make room for newer ones. Links take no room, where the disk has them. A training that was set back makes an
 * update again, with other weights, so each checkpoint has a place of its own.
 */
async function lasting(run: Run, start: KeptFolder): Promise<string> {
  const {expert, update, kind, path} = start;
  if (kind !== 'checkpoint') return path;
  const record = await recordOf(path);
  if (record === null) throw checkpointGone(start);
  const first = runPaths.fork(run.path, {expert, update});
  for (let n = 1; ; n++) {
    const target = n === 1 ? first : `${first}-${n}`;
    if ((await recordOf(target)) === record) return target;
    if (await fileExists(target)) continue;
    await writeFolderAtomic(target, (temporary) => linkAll(start, temporary));
    return target;
  }
}

/** The training may be removing them meanwhile. */
async function linkAll(start: KeptFolder, folder: string): Promise<void> {
  const files = await filesBelow(start.path);
  try {
    for (const file of files) await linkOrCopy(file, join(folder, basename(file)));
  } catch (error) {
    throw (await fileExists(join(start.path, recordFile))) ? error : checkpointGone(start);
  }
  if (![recordFile, stateFile].every((name) => files.some((file) => basename(file) === name)))
    throw checkpointGone(start);
}

/** The text of a checkpoint's record, which has the hashes of its files; null where there is none. */
function recordOf(checkpoint: string): Promise<string | null> {
  return readFile(join(checkpoint, recordFile), 'utf8').catch(() => null);
}

function checkpointGone({expert, update, path}: KeptFolder): UserError {
  return new UserError(
    'checkpoint-gone',
    `The checkpoint of expert ${expert} at update ${update} is not whole any more.`,
    {
      where: path,
      hint: 'The training has made room for a newer one: fork again, from a later update.',
    },
  );
}

/** A path as a config in `folder` names it: relative and with forward slashes where it lies below, so that the whole can be moved. */
function fromConfig(folder: string, path: string): string {
  const way = relative(folder, path);
  return way.startsWith('..') || isAbsolute(way) ? path : way.split(sep).join('/');
}

/** The first of `a-fork`, `a-fork-2` and so on beside the config of a run that is not there yet. */
async function freeFile(run: Run): Promise<string> {
  for (let n = 1; ; n++) {
    const name = `${run.record.name.slice(0, longestName)}-fork${n === 1 ? '' : `-${n}`}`;
    const file = join(run.config.folder, `${name}${configEnding}`);
    if (!(await fileExists(file))) return file;
  }
}

/** So that the name with what is added is one that an experiment may have. */
const longestName = 50;

function aboutLines(run: Run, update: number, starts: readonly KeptWeights[]): string[] {
  const ranges = rangesOf(run);
  const parts = starts.map(
    ({expert, update: own, kind}) => `${expertTitle(expert, ranges)} from its ${kind} of update ${own}`,
  );
  return [
    `Fork of ${run.record.id} at update ${update}: ${parts.join('; ')}.`,
    'Their weights are those, the updates, the moments of the optimizer and the learning rate begin anew.',
    'Change below what this run is to do otherwise, and run it.',
  ];
}
