import {UserError} from '../contract/errors.ts';
import type {FoundFile} from './walkFiles.ts';

/** The splits of a dataset and the words that stand for them in names, as the datasets library of Hugging Face has them. */
const keywords: Readonly<Record<string, string>> = {
  train: 'train',
  training: 'train',
  validation: 'validation',
  valid: 'validation',
  val: 'validation',
  dev: 'validation',
  test: 'test',
  testing: 'test',
  eval: 'test',
  evaluation: 'test',
};

/** The files of each part of a dataset; where a part is left out, it is taken from the training images. */
export interface NamedSplits<T> {
  readonly train: T;
  readonly validation?: T;
  readonly test?: T;
}

export interface SplitChoice {
  /** Left out: the splits that the names show; `all`: all files together; else the name of the only split that is used. */
  readonly split?: string;
  /** Gets a sentence about which files are used for what, where names show it. */
  onNote(message: string): void;
}

/**
 * Deals files to the splits that their names show, so that official test images are not trained on: `train-00000-of-00002.parquet`, folders
 * as `train/` or `val2017/`, else file names as `test_01.png`, in this order. Names count only where they separate training files from others,
 * file names only where most of them do, since a picture may well be called `train.png`. What belongs to no part is left out.
 */
export function namedSplits(files: readonly FoundFile[], {split, onNote}: SplitChoice): NamedSplits<FoundFile[]> {
  const pooled = {train: [...files]};
  if (split === 'all') return pooled;
  if (split !== undefined) return {train: onlySplit(files, split)};
  const groups = groupings(files).find(isDivided);
  if (groups === undefined) return pooled;
  const {train = [], validation, test, ...others} = Object.fromEntries(groups);
  const used = {train, ...(validation && {validation}), ...(test && {test})};
  const left = Object.entries(others).map(([name, part]) => `${part.length} ${name === '' ? 'without split' : name}`);
  const rest = left.length === 0 ? '' : ` Left out: ${left.join(', ')}.`;
  const counts = Object.entries(used).map(([name, part]) => `${part.length} ${name}`);
  onNote(
    `Files of the data by the splits in their names: ${counts.join(', ')}.${rest} Set data.split to all to pool them.`,
  );
  return used;
}

function onlySplit(files: readonly FoundFile[], split: string): FoundFile[] {
  const all = groupings(files);
  const wanted = keywords[split.toLowerCase()] ?? split;
  const found = all.find((groups) => groups.has(wanted))?.get(wanted);
  if (found) return found;
  const names = new Set(all.flatMap((groups) => [...groups.keys()]).filter((name) => name !== ''));
  throw new UserError('data-split', `The data has no split "${split}".`, {
    hint:
      names.size === 0 ? 'The names of its files show none.' : `Set data.split to ${[...names, 'all'].join(' or ')}.`,
  });
}

type Groups = ReadonlyMap<string, FoundFile[]>;

/** The files by their splits, '' for none: by shards, by folders, and by file names where most of these show a split. */
function groupings(files: readonly FoundFile[]): Groups[] {
  const byShard = grouped(files, (name) => shardSplit(baseName(name)));
  const byFolder = grouped(files, (name) => firstWord(name.split('/').slice(0, -1)));
  const byName = grouped(files, (name) => firstWord([baseName(name)]));
  const isSparse = (byName.get('')?.length ?? 0) * 2 > files.length;
  return [byShard, byFolder, ...(isSparse ? [] : [byName])];
}

function grouped(files: readonly FoundFile[], splitOf: (name: string) => string): Groups {
  const groups = new Map<string, FoundFile[]>();
  for (const file of files) {
    const split = splitOf(file.name);
    const group = groups.get(split);
    if (group) group.push(file);
    else groups.set(split, [file]);
  }
  return groups;
}

/** Whether some files are for training and others for something else. */
function isDivided(groups: Groups): boolean {
  return groups.has('train') && [...groups.keys()].some((name) => name !== 'train' && name !== '');
}

/** `train` of `train-00000-of-00002.parquet`, and whatever else stands there. */
function shardSplit(name: string): string {
  const split = /^(.+)-\d{5}-of-\d{5}/.exec(name)?.[1] ?? '';
  return firstWord([split]) || split;
}

/** The split of the first name that has a word for one, between marks or digits: `val2017`, `my-test_data`. */
function firstWord(names: readonly string[]): string {
  const words = names.flatMap((name) => name.toLowerCase().split(/[-._ 0-9]+/));
  return words.map((word) => keywords[word]).find((split) => split !== undefined) ?? '';
}

function baseName(name: string): string {
  return name.slice(name.lastIndexOf('/') + 1);
}
