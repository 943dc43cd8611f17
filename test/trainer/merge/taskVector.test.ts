import {describe, expect, it} from 'vitest';
import {checkTensors} from '../../../trainer/merge/checkTensors.ts';
import {taskVectorStatistics} from '../../../trainer/merge/taskVector.ts';
import {expectAllClose} from '../../helpers/allClose.ts';
import {golden, goldenExperts, goldenPath, openReader} from './goldenMerge.ts';

async function goldenStatistics() {
  const [base, ...experts] = await Promise.all([goldenPath('base'), ...goldenExperts].map(openReader));
  const input = (reader: typeof base, i: number) => ({label: `${i}`, path: '', record: null, reader: reader!});
  const tensors = await checkTensors(input(base, 0), experts.map(input));
  return taskVectorStatistics(base!, experts, tensors);
}

describe('taskVectorStatistics', () => {
  it('has the norms and cosines that PyTorch finds, projections relative to the identity', async () => {
    const {norms, cosines} = await goldenStatistics();
    expectAllClose(norms, golden.norms, 1e-6);
    cosines.forEach((row, i) => expectAllClose(row, golden.cosines[i]!, 1e-6));
  });

  it('splits each norm by tensor', async () => {
    const {norms, byTensor} = await goldenStatistics();
    const squares = [...byTensor.values()].reduce((sum, row) => sum + row[2]! ** 2, 0);
    expect(Math.sqrt(squares)).toBeCloseTo(norms[2]!, 9);
    expect(byTensor.get('adapter_list.6.weight')?.[0]).toBeGreaterThan(0);
  });

  it('gives zero vectors cosine 0, not NaN', async () => {
    const base = await openReader(goldenPath('base'));
    const tensors = [{name: 'conv_in.weight', shape: [8, 1, 3, 3], integer: false}];
    const {norms, relativeNorms, cosines} = await taskVectorStatistics(base, [base], tensors);
    expect({norms, relativeNorms, cosines}).toEqual({norms: [0], relativeNorms: [0], cosines: [[0]]});
  });
});
