import {stat} from 'node:fs/promises';
import {basename, dirname, join} from 'node:path';
import * as vscode from 'vscode';
import {MergeRecord} from '../../trainer/contract/run/records.ts';
import {fileExists} from '../../trainer/store/files/fileExists.ts';
import type {Run} from '../runs/run.ts';
import {chooseExperts, chooseModel} from './chooseModels.ts';
import {parseRanges, parseWeights} from './mergeNumbers.ts';

/** Models that are merged, as the user has chosen them. */
export interface ChosenMerge {
  readonly base: string;
  readonly experts: readonly string[];
  readonly weights: readonly number[];
  /** Timesteps [low, high) of each expert; null: as they are recorded, or unknown. */
  readonly ranges: readonly (readonly [number, number])[] | null;
  readonly dtype: MergeRecord['dtype'];
  readonly out: string;
  /** Something lies at `out`, and the user wants it replaced. */
  readonly overwrite?: boolean;
}

/** The arguments of `deme` that carry a merge out. */
export function mergeCall({base, experts, weights, ranges, dtype, out, overwrite}: ChosenMerge): string[] {
  const named = experts.flatMap((expert) => ['--expert', expert]);
  const timesteps = (ranges ?? []).flatMap((range) => ['--range', range.join(',')]);
  return [
    'merge',
    '--base',
    base,
    ...named,
    ...timesteps,
    `--weights=${weights.join(',')}`,
    '--dtype',
    dtype,
    '--out',
    out,
    ...(overwrite === true ? ['--overwrite'] : []),
  ];
}

const steps = 6;

/** Asks step by step for base, experts, weights, ranges, format and place; undefined where the user changes their mind. */
export async function chooseMerge(runs: readonly Run[]): Promise<ChosenMerge | undefined> {
  const base = await chooseModel(runs, `Merge Models (1 of ${steps}): the base`);
  if (base === undefined) return undefined;
  const experts = await chooseExperts(runs, base, `Merge Models (2 of ${steps}): the experts, finetuned from it`);
  if (experts === undefined) return undefined;
  const weights = await askWeights(experts);
  if (weights === undefined) return undefined;
  const ranges = await askRanges(experts);
  if (ranges === undefined) return undefined;
  const dtype = await askFormat();
  if (dtype === undefined) return undefined;
  const out = await askPlace(base);
  if (out === undefined) return undefined;
  const merge = {base, experts, weights, ranges: ranges.length === 0 ? null : ranges, dtype, out};
  if (!(await fileExists(out))) return merge;
  return (await askReplace(out)) ? {...merge, overwrite: true} : undefined;
}

async function askWeights(experts: readonly string[]): Promise<readonly number[] | undefined> {
  const share = Number((1 / experts.length).toFixed(4));
  const text = await vscode.window.showInputBox({
    title: `Merge Models (3 of ${steps}): the weights`,
    prompt: `merged = base + sum of weight x (expert - base). One for each: ${namesOf(experts)}. They may be negative and need not sum to 1.`,
    value: experts.map(() => share).join(', '),
    ignoreFocusOut: true,
    validateInput: (typed) => faultOf(parseWeights(typed, experts.length)),
  });
  return text === undefined ? undefined : valueOf(parseWeights(text, experts.length));
}

async function askRanges(experts: readonly string[]): Promise<readonly (readonly [number, number])[] | undefined> {
  const text = await vscode.window.showInputBox({
    title: `Merge Models (4 of ${steps}): the timesteps`,
    prompt: `What each is for: ${namesOf(experts)}. Empty: as the models record it, or none.`,
    placeHolder: '0-249, 250-499, 500-749, 750-999',
    ignoreFocusOut: true,
    validateInput: (typed) => faultOf(parseRanges(typed, experts.length)),
  });
  return text === undefined ? undefined : valueOf(parseRanges(text, experts.length));
}

async function askFormat(): Promise<MergeRecord['dtype'] | undefined> {
  const items = MergeRecord.shape.dtype.options.map((label) => ({label, description: formats[label]}));
  const title = `Merge Models (5 of ${steps}): the number format`;
  return (await vscode.window.showQuickPick(items, {title, ignoreFocusOut: true}))?.label;
}

const formats: Readonly<Record<MergeRecord['dtype'], string>> = {
  F32: 'as exact as can be',
  F16: 'half the size',
  BF16: 'half the size, less exact and with no overflow',
  base: 'of each tensor that of the base',
};

/** A bare weights file has no config, so that its merge cannot be a folder. */
async function askPlace(base: string): Promise<string | undefined> {
  const isFolder = (await stat(base)).isDirectory();
  const name = isFolder ? 'merged' : 'merged.safetensors';
  const chosen = await vscode.window.showSaveDialog({
    title: `Merge Models (6 of ${steps}): ${isFolder ? 'new folder, or file that ends in .safetensors' : 'new file'}`,
    defaultUri: vscode.Uri.file(join(dirname(base), name)),
    saveLabel: 'Merge',
    ...(isFolder ? {} : {filters: {Weights: ['safetensors']}}),
  });
  return chosen?.fsPath;
}

/** A dialog that saves asks this about files only, and not on every system. */
async function askReplace(out: string): Promise<boolean> {
  const replace = 'Replace';
  const detail = 'What lies there now will be lost.';
  const text = `Replace ${basename(out)} by the merged model?`;
  return (await vscode.window.showWarningMessage(text, {modal: true, detail}, replace)) === replace;
}

function namesOf(experts: readonly string[]): string {
  return experts.map((expert) => basename(expert)).join(', ');
}

function faultOf(parsed: unknown): string | undefined {
  return typeof parsed === 'string' ? parsed : undefined;
}

function valueOf<T>(parsed: T | string): T | undefined {
  return typeof parsed === 'string' ? undefined : parsed;
}
