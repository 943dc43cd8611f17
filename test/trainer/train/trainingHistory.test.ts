import {describe, expect, it} from 'vitest';
import {TrainingConfig} from '../../../trainer/contract/config/training.ts';
import {TrainingHistoryRecord} from '../../../trainer/contract/run/records.ts';
import {extended, learningRates, withHold} from '../../../trainer/train/trainingHistory.ts';

const config = (updates: number, kind = 'linear') =>
  TrainingConfig.parse({updates, schedule: {kind}, optimizer: {learningRate: 1}});
const begun = TrainingHistoryRecord.parse({});
const rates = (updates: number, history: TrainingHistoryRecord, from: number, to: number) =>
  Array.from({length: to - from}, (_, i) => learningRates(config(updates), history)(from + i));

describe('an extended training', () => {
  // Linear from 1 to 0: 1, 0.75, 0.5, 0.25 in 4 updates, then steps of an eighth.
  const history = extended(begun, 4, 4, 8);

  it('follows the schedule of all updates from the checkpoint on, and keeps the rates before', () => {
    expect(history.extensions).toEqual([{until: 4, updates: 4}]);
    expect(rates(8, history, 0, 8)).toEqual([1, 0.75, 0.5, 0.25, 0.5, 0.375, 0.25, 0.125]);
  });

  it('holds the rate of the last update where that was chosen', () => {
    const held = withHold(history, true);
    expect(held.extensions).toEqual([{until: 4, updates: 4, hold: true}]);
    expect(rates(8, held, 0, 8)).toEqual([1, 0.75, 0.5, 0.25, 0.25, 0.25, 0.25, 0.25]);
    expect(withHold(held, false)).toEqual(history);
  });

  it('holds what it held when it is extended once more, and releases it where the schedule was chosen', () => {
    const again = extended(withHold(history, true), 6, 8, 16);
    expect(rates(16, withHold(again, true), 3, 10)).toEqual([0.25, 0.25, 0.25, 0.25, 0.25, 0.25, 0.25]);
    expect(rates(16, again, 3, 10)).toEqual([0.25, 0.25, 0.25, 10 / 16, 9 / 16, 8 / 16, 7 / 16]);
  });

  it('is noted once at an update, and not before an earlier extension', () => {
    const held = withHold(history, true);
    expect(extended(held, 4, 4, 12)).toBe(held);
    expect(extended(held, 2, 4, 12)).toBe(held);
    expect(extended(held, 4, 8, 8)).toBe(held);
  });

  it('takes the factors of retries with it', () => {
    const retried = {...withHold(history, true), retries: [{from: 5, factor: 0.5, diverged: 6}]};
    expect(rates(8, retried, 3, 8)).toEqual([0.25, 0.25, 0.125, 0.125, 0.125]);
  });

  it('has nothing to hold before its first update', () => {
    expect(rates(8, withHold(extended(begun, 0, 4, 8), true), 0, 2)).toEqual([1, 0.875]);
  });
});
