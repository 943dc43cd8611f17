import {describe, expect, it} from 'vitest';
import {namedSplits} from '../../../trainer/data/splitNames.ts';

/** The names of each part, and what was said. */
function split(names: readonly string[], chosen?: string) {
  const notes: string[] = [];
  const files = names.map((name) => ({name, path: `/data/${name}`, size: 1, modified: 0}));
  const parts = Object.entries(namedSplits(files, {split: chosen, onNote: (message) => notes.push(message)}));
  const namesOf = (found: readonly {name: string}[]): string[] => found.map(({name}) => name);
  return {parts: Object.fromEntries(parts.map(([part, found]) => [part, namesOf(found as typeof files)])), notes};
}

describe('namedSplits', () => {
  it.each<[string, Record<string, string[]>]>([
    [
      'shards of the hub',
      {
        train: ['data/train-00000-of-00002.parquet', 'data/train-00001-of-00002.parquet'],
        test: ['data/test-00000-of-00001-abc.parquet'],
      },
    ],
    [
      'shards with a prefix',
      {train: ['mnist-train-00000-of-00001.parquet'], test: ['mnist-test-00000-of-00001.parquet']},
    ],
    [
      'folders, with classes inside',
      {train: ['train/cat/1.png', 'train/test/2.png'], validation: ['val/cat/3.png'], test: ['Test/dog/4.png']},
    ],
    ['folders inside of classes', {train: ['cats/training/1.png'], test: ['cats/evaluation/2.png', 'dogs/eval/3.png']}],
    ['folders of COCO', {train: ['train2017/1.jpg'], validation: ['val2017/2.jpg']}],
    ['folders with other words', {train: ['my_train-data/1.jpg'], test: ['my_test-data/2.jpg']}],
    [
      'file names',
      {train: ['train_1.png', 'my-train.png'], validation: ['dev.3.png', 'valid 4.png'], test: ['testing-5.png']},
    ],
    ['single files', {train: ['train.parquet'], validation: ['validation.parquet'], test: ['test.parquet']}],
  ])('deals files by %s', (_, parts) => {
    const names = Object.values(parts).flat().sort();
    const {parts: found, notes} = split(names);
    expect(found).toEqual(Object.fromEntries(Object.entries(parts).map(([part, files]) => [part, files.toSorted()])));
    const counts = ['train', 'validation', 'test'].flatMap((part) =>
      parts[part] ? [`${parts[part].length} ${part}`] : [],
    );
    expect(notes).toEqual([
      `Files of the data by the splits in their names: ${counts.join(', ')}. Set data.split to all to pool them.`,
    ]);
  });

  it.each<[string, string[]]>([
    ['only training files', ['train-00000-of-00001.parquet', 'b.parquet']],
    ['only test files', ['test/1.png', 'test/2.png']],
    ['training and test files without a word', ['contrain/1.png', 'contest/2.png', 'latest.png', 'trainer.png']],
    ['few pictures that are called so', ['train.png', 'test.png', 'bus.png', 'car.png', 'bike.png']],
    ['a class that is called train', ['airplane/1.png', 'train/2.png', 'car/3.png']],
  ])('pools %s', (_, names) => {
    expect(split(names)).toEqual({parts: {train: names}, notes: []});
  });

  it('leaves out what belongs to no part, and says so', () => {
    const shards = ['train', 'test', 'unlabeled'].map((name) => `${name}-00000-of-00001.parquet`);
    const {parts, notes} = split([...shards, 'extra.parquet']);
    expect(parts).toEqual({train: [shards[0]], test: [shards[1]]});
    expect(notes).toEqual([
      'Files of the data by the splits in their names: 1 train, 1 test. Left out: 1 unlabeled, 1 without split. ' +
        'Set data.split to all to pool them.',
    ]);
    expect(split(['train/1.png', 'test/2.png', 'unlabeled/3.png', '4.png', '5.png']).parts).toEqual({
      train: ['train/1.png'],
      test: ['test/2.png'],
    });
    expect(split(['train/1.png', 'test/2.png', 'cover.png']).notes[0]).toContain('Left out: 1 without split.');
  });

  it('takes the split that is asked for, alone, or all together', () => {
    const names = ['train/1.png', 'val/2.png', 'val/3.png', 'test/4.png', 'cover.png'];
    expect(split(names, 'validation').parts).toEqual({train: ['val/2.png', 'val/3.png']});
    expect(split(names, 'val').parts).toEqual({train: ['val/2.png', 'val/3.png']});
    expect(split(names, 'train').parts).toEqual({train: ['train/1.png']});
    expect(split(names, 'all')).toEqual({parts: {train: names}, notes: []});
    expect(split(['train-00000-of-00001.parquet'], 'train').parts.train).toHaveLength(1);
    expect(split(['a-00000-of-00001.parquet', 'b-00000-of-00001.parquet'], 'a').parts.train).toHaveLength(1);
    expect(() => split(names, 'dog')).toThrow('The data has no split "dog".');
    expect(() => split(['1.png'], 'train')).toThrow('The data has no split "train".');
  });
});
