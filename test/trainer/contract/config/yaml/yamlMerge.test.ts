import {describe, expect, it} from 'vitest';
import {outlineConfig} from '../../../../../trainer/contract/config/configOutline.ts';
import {checkConfig, parseConfig, problemText} from '../../../../../trainer/contract/config/parseConfig.ts';

const head = 'name: a\nbase: model\ndata: {kind: mnist}\n';
const shared = 'pretrain: {model: {}, optimizer: &adam {learningRate: 1.0e-3, weightDecay: 0.1}}\n';

function optimizerOf(settings: string): object | undefined {
  return parseConfig(`${head}${shared}decouple: {optimizer: ${settings}}\n`, 'a.deme.yaml').decouple?.optimizer;
}

function problems(text: string): string[] {
  return checkConfig(text).map((problem) => `${problem.line}:${problem.column} ${problemText(problem)}`);
}

describe('<< in a config', () => {
  it.each<[string, string, object]>([
    ['takes over a section', '{<<: *adam}', {learningRate: 1e-3, weightDecay: 0.1}],
    ['gives way to the settings before it', '{weightDecay: 0.2, <<: *adam}', {learningRate: 1e-3, weightDecay: 0.2}],
    ['gives way to the settings after it', '{<<: *adam, weightDecay: 0.2}', {learningRate: 1e-3, weightDecay: 0.2}],
    ['takes over sections in place', '{<<: {weightDecay: 0.2}}', {learningRate: 5e-5, weightDecay: 0.2}],
    [
      'takes over several, the first before the others',
      '{<<: [{weightDecay: 0.3}, *adam]}',
      {learningRate: 1e-3, weightDecay: 0.3},
    ],
    ['takes over what is taken over', '{<<: {<<: *adam, weightDecay: 0.4}}', {learningRate: 1e-3, weightDecay: 0.4}],
  ])('%s', (_, settings, expected) => {
    expect(optimizerOf(settings)).toMatchObject(expected);
  });

  it('means the same in lines of their own', () => {
    const text = `${head}decouple: &training\n  updates: 30\n  batch: 4\npretrain:\n  <<: *training\n  model: {}\n  updates: 60\n`;
    expect(parseConfig(text, 'a.deme.yaml')).toMatchObject({
      decouple: {updates: 30},
      pretrain: {updates: 60, batch: 4},
    });
  });

  it.each<[string, string[]]>([
    ['{<<: 3}', ['4:24 << takes a section, *name of one, or a list of these']],
    ['{<<: [{}, 3]}', ['4:24 << takes a section, *name of one, or a list of these']],
    ['{<<: *other}', ['4:28 there is no &other above']],
    ['&self {<<: *self}', ['4:34 *self contains itself']],
    ['{<<: {}, <<: {}}', ['4:32 duplicate key <<, first in line 4']],
    ['{"<<": {}}', ['4:24 unknown key decouple.optimizer.<<; expected learningRate, betas, weightDecay or epsilon']],
    ['{<<: {weightDecay: -1}}', ['4:42 decouple.optimizer.weightDecay is -1; expected a number of at least 0']],
  ])('is checked: %s', (settings, expected) => {
    const found = problems(`${head}decouple: {optimizer: ${settings}}\n`);
    expect(found).toEqual(expected);
  });

  it('marks the alias of a section that does not fit where it is taken over', () => {
    expect(problems(`${head}decouple: &all {ranges: 2}\nevaluate: {<<: *all}\n`)).toEqual([
      expect.stringMatching(/^5:16 unknown key evaluate.ranges; expected /),
    ]);
  });

  it('is outlined for an editor, also half typed', () => {
    const text = `${head}decouple: &all {ranges: 2}\npretrain: {<<: *all}\n`;
    expect(outlineConfig(text).keySpan(['pretrain', 'ranges'])).toMatchObject({line: 5, column: 16});
    expect(outlineConfig(`${head}decouple: {<<: }\n`).value).toBeUndefined();
  });

  it('is refused where sections that take over each other unfold too far', () => {
    const levels = Array.from({length: 12}, (_, i) => `a${i + 1}: &a${i + 1} {<<: [*a${i}, *a${i}, *a${i}, *a${i}]}\n`);
    expect(problems(`a0: &a0 {x: 1}\n${levels.join('')}`)).toEqual(['1:1 too many aliases (*name)']);
  });
});
