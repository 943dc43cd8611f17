import {expect, it} from 'vitest';
import {phaseText} from '../../../../trainer/contract/overview/stagePhase.ts';

it('a phase says what is waited for, as far as the stage does that', () => {
  const training = {engine: 'tensorflow', trains: true, draws: true};
  expect((['engine', 'reading', 'first'] as const).map((phase) => phaseText(phase, training))).toEqual([
    'loading the engine tensorflow',
    'reading models and images, drawing the first samples',
    'recording the graph of the first update',
  ]);
  expect(phaseText('reading', {...training, draws: false})).toContain('recording the graph');
  expect(phaseText('reading', {...training, trains: false})).toBe('reading models and images');
  expect(phaseText('first', {...training, engine: 'wasm'})).toBe('making the first update');
});
