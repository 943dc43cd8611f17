import {beforeAll, describe, expect, it} from 'vitest';
import {DataConfig} from '../../../../trainer/contract/config/dataConfig.ts';
import type {Datasets} from '../../../../trainer/data/dataset.ts';
import {openData} from '../../../../trainer/data/openData.ts';
import {measureStrokes} from '../../../../trainer/data/captions/strokes.ts';

const open = (settings: object) => openData(DataConfig.parse({kind: 'mnist', ...settings}), '.', () => undefined);

describe('captions of the installed digits', () => {
  let data: Datasets;
  /** Of the first training images. */
  let drawn: {label: number; slant: number; width: number; captions: readonly string[]}[];
  beforeAll(async () => {
    data = await open({captions: {}});
    const {train} = data;
    drawn = await Promise.all(
      Array.from({length: 4000}, async (_, i) => ({
        label: train.label?.(i) ?? -1,
        ...measureStrokes((await train.read(i)) ?? new Uint8Array(0), train.shape),
        captions: (await train.captions?.(i)) ?? [],
      })),
    );
  });

  it('name the digit last and most briefly, and begin with all that there is to say', () => {
    const names = ['a zero', 'a one', 'a two', 'a three', 'a four', 'a five', 'a six', 'a seven', 'an eight', 'a nine'];
    for (const {label, captions} of drawn) expect(captions.at(-1)).toBe(names[label]);
    const full = drawn.find(({captions}) => captions[0] === 'a bold seven, tilted left');
    expect(full?.captions).toEqual(['a bold seven, tilted left', 'a bold seven', 'a seven, tilted left', 'a seven']);
    expect(drawn.map(({captions}) => captions)).toContainEqual(['an eight']);
    expect(drawn.map(({captions}) => captions)).toContainEqual(['a thin eight', 'an eight']);
  });

  it.each([
    ['bold', 'width', 1],
    ['thin', 'width', -1],
    ['tilted right', 'slant', 1],
    ['tilted left', 'slant', -1],
  ] as const)('call a quarter of them %s: those beyond all others by their %s', (word, measure, side) => {
    const called = drawn.filter(({captions}) => captions[0]?.includes(word));
    const others = drawn.filter((digit) => !called.includes(digit));
    expect(called.length / drawn.length).toBeCloseTo(0.25, 1);
    const nearest = Math.min(...called.map((digit) => side * digit[measure]));
    expect(nearest).toBeGreaterThanOrEqual(Math.max(...others.map((digit) => side * digit[measure])));
  });

  it('are there for the other parts, measured against the training images', async () => {
    const known = drawn.find(({captions}) => captions[0]?.startsWith('a bold one'));
    for (const part of [data.validation, data.test]) {
      for (let i = 0; i < part.size; i++) {
        const {width} = measureStrokes((await part.read(i)) ?? new Uint8Array(0), part.shape);
        const [caption] = (await part.captions?.(i)) ?? [];
        if (width > (known?.width ?? 0)) expect(caption).toContain('bold');
      }
    }
  });

  it('are asked for', async () => {
    expect((await open({})).train.captions).toBeUndefined();
  });
});

describe('captions by the class', () => {
  it('say nothing of the style where they are not to', async () => {
    const {test} = await open({captions: {style: false}});
    expect(await test.captions?.(0)).toHaveLength(1);
  });

  it('have the names that are given', async () => {
    const names = Array.from({length: 10}, (_, label) => (label === 8 ? 'ankle boot' : `shirt ${label}`));
    const {train} = await open({captions: {names, style: false}});
    const all: unknown[] = [];
    for (let i = 0; i < 100; i++) all.push(await train.captions?.(i));
    expect(all).toContainEqual(['an ankle boot']);
    expect(all).toContainEqual(['a shirt 3']);
  });

  it('are refused for a class without a name', async () => {
    const {train} = await open({captions: {names: ['zero']}});
    const other = Array.from({length: train.size}, (_, i) => i).find((i) => train.label?.(i) === 3) ?? 0;
    await expect(train.captions?.(other)).rejects.toMatchObject({
      code: 'captions-names',
      message: 'Images of the class 3 have no caption: data.captions.names ends at class 0.',
    });
  });
});
