import {expect, it} from 'vitest';
import {checkConfig, problemText} from '../../../../trainer/contract/config/parseConfig.ts';

const head = 'name: a\nbase: model\ndata: {kind: mnist}\ndecouple: {}\n';
const p2 = '{lossWeighting: {kind: p2}}';

const problems = (text: string) => checkConfig(text).map((each) => `${each.line}:${each.column} ${problemText(each)}`);

it('takes baselines by name', () => {
  expect(problems(`${head}baselines: {p2: ${p2}, min-snr-5: ${p2}}\n`)).toEqual([]);
});

it.each([
  [
    'one that does nothing otherwise',
    `${head}baselines: {p2: {}}\n`,
    '5:13 baselines.p2: give lossWeighting, timestepSampling or both: without them it is the ordinary finetune',
  ],
  [
    'a name that is a path',
    `${head}baselines: {../p2: ${p2}}\n`,
    '5:13 "../p2" is no name for an entry of baselines; expected a name of lower-case letters, digits and single hyphens, as in min-snr',
  ],
  [
    'some without a training to compare with',
    `name: a\nbase: model\ndata: {kind: mnist}\nbaselines: {p2: ${p2}}\n`,
    '4:1 baselines: baselines need decouple, whose settings they take over',
  ],
  [
    'more than a run can have',
    `${head}baselines: {${Array.from({length: 33}, (_, i) => `a${i}: ${p2}`).join(', ')}}\n`,
    '5:1 baselines: at most 32 baselines',
  ],
])('refuses %s', (_, text, problem) => {
  expect(problems(text)).toEqual([problem]);
});
