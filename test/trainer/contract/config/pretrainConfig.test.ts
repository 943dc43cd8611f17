import {expect, it} from 'vitest';
import {checkConfig, problemText} from '../../../../trainer/contract/config/parseConfig.ts';

it.each([
  [
    'a text encoder for a network that takes no text',
    'name: a\ndata: {kind: mnist}\npretrain:\n  model: {}\n  text: {words: [a]}\n',
    ['5:3 pretrain.text: a UNet2DConditionModel needs it, no other has it'],
  ],
  [
    'a network that takes text without a text encoder',
    'name: a\ndata: {kind: mnist}\npretrain: {model: {_class_name: UNet2DConditionModel}}\n',
    ['3:1 pretrain.text: a UNet2DConditionModel needs it, no other has it'],
  ],
  [
    'a network of an unknown class',
    'name: a\ndata: {kind: mnist}\npretrain: {model: {_class_name: Flux}}\n',
    ['3:33 pretrain.model._class_name is "Flux"; expected UNet2DModel or UNet2DConditionModel'],
  ],
  [
    'a wrong value of a network whose class is not named',
    'name: a\ndata: {kind: mnist}\npretrain: {model: {dropout: 2}}\n',
    ['3:29 pretrain.model.dropout is 2; expected a number of at least 0 and below 1'],
  ],
] as const)('a mistake of a pretraining is told with its place: %s', (_, text, expected) => {
  const problems = checkConfig(text).map((problem) => `${problem.line}:${problem.column} ${problemText(problem)}`);
  expect(problems).toEqual(expected);
});
