import {readFile} from 'node:fs/promises';
import {fileURLToPath} from 'node:url';
import {describe, expect, it} from 'vitest';
import {parseConfig} from '../../../../trainer/contract/config/parseConfig.ts';
import {MatrixConfig} from '../../../../trainer/contract/matrix/matrixConfig.ts';
import {cellText} from '../../../../trainer/contract/matrix/matrixRuns.ts';
import {cellConfig, matrixConfigs} from '../../../../trainer/pipeline/matrix/cellConfig.ts';
import {matrixCells} from '../../../../trainer/pipeline/matrix/matrixCells.ts';

const N = {setting: 'decouple.ranges', values: [2, 4]};
const technique = {choices: {all: {}, plain: {'decouple.consistency': 0, 'decouple.projection': 'off'}}};
const repeat = {setting: 'decouple.seed', values: [0, 1, 2]};

const cellsOf = (config: object) => matrixCells(MatrixConfig.parse(config), 'a.deme.yaml');

describe('the cells of a matrix', () => {
  it('are all combinations of the columns, each with all repetitions', () => {
    const cells = cellsOf({columns: {N, technique}, repeat});
    expect(cells.map(cellText)).toEqual([
      'N = 2, technique = all',
      'N = 2, technique = plain',
      'N = 4, technique = all',
      'N = 4, technique = plain',
    ]);
    expect(cells[3]?.repeats).toEqual(
      [0, 1, 2].map((seed) => ({
        label: String(seed),
        settings: {
          'decouple.ranges': 4,
          'decouple.consistency': 0,
          'decouple.projection': 'off',
          'decouple.seed': seed,
        },
      })),
    );
  });

  it('have one run each without repetitions', () => {
    expect(cellsOf({columns: {N}})[0]?.repeats).toEqual([{label: null, settings: {'decouple.ranges': 2}}]);
  });

  it('are no more than a thousand runs', () => {
    const many = (setting: string) => ({setting, values: Array.from({length: 11}, (_, i) => i)});
    const columns = {a: many('decouple.seed'), b: many('decouple.batch'), c: many('decouple.updates')};
    expect(() => cellsOf({columns})).toThrow('The matrix has 1331 runs; at most 1000 can be made.');
  });

  it.each([
    ['no columns', {columns: {}}],
    ['no values', {columns: {N: {setting: 'decouple.ranges', values: []}}}],
    ['the same twice, which no table could tell apart', {columns: {N: {setting: 'decouple.ranges', values: [2, '2']}}}],
    ['the name, by which runs find what others did', {columns: {a: {setting: 'name', values: ['b']}}}],
    ['itself', {columns: {a: {setting: 'matrix.repeat', values: [1]}}}],
    ['a key of every object', {columns: {a: {setting: '__proto__.polluted', values: [1]}}}],
    ['another key of every object', {columns: {a: {choices: {b: {'decouple.constructor': 1}}}}}],
  ])('cannot vary %s', (_, config) => {
    expect(MatrixConfig.safeParse(config).success).toBe(false);
  });
});

it.each([
  ['techniques', 3 * 8 * 3],
  ['ranges', 3 * 5 * 3],
])('the shipped matrix of %s is valid in all its cells', async (name, runs) => {
  const file = fileURLToPath(new URL(`../../../../media/digits/${name}.deme.yaml`, import.meta.url));
  const text = await readFile(file, 'utf8');
  const {matrix} = parseConfig(text, file);
  expect(matrix && matrixConfigs(text, file, matrix).length).toBe(runs);
});

describe('the config of a cell', () => {
  const text = `name: a
base: model
data: &same {kind: mnist}
decouple: {probability: 0.1}
evaluate: {}
report: out
matrix: {columns: {N: {setting: decouple.ranges, values: [2, 4]}}}
`;
  const [cell] = cellsOf({columns: {N}});

  it('is that of the matrix with its settings, without matrix and report', () => {
    const config = cellConfig(text, 'a.deme.yaml', cell!, {
      'decouple.ranges': 4,
      'merge.weights': [1, 1, 1, 1],
      ordinary: true,
    });
    expect(config).toMatchObject({
      name: 'a',
      decouple: {ranges: 4, probability: 0.1},
      merge: {weights: [1, 1, 1, 1]},
      ordinary: true,
    });
    expect([config.matrix, config.report]).toEqual([undefined, undefined]);
  });

  it('is told by its cell where it is wrong', () => {
    expect(() => cellConfig(text, 'a.deme.yaml', cell!, {'decouple.rangs': 4})).toThrow(
      'With N = 2: unknown key decouple.rangs; did you mean ranges?',
    );
  });

  it('changes nothing that an alias shares with it', () => {
    const shared = `${text}baselines: {a: {lossWeighting: &w {kind: p2, k: 2}}, b: {lossWeighting: *w}}\n`;
    const {baselines} = cellConfig(shared, 'a.deme.yaml', cell!, {'baselines.a.lossWeighting.k': 3});
    expect(baselines?.['a']?.lossWeighting).toMatchObject({k: 3});
    expect(baselines?.['b']?.lossWeighting).toMatchObject({k: 2});
  });
});
