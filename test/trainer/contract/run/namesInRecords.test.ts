import {describe, expect, it} from 'vitest';
import {StageRecord} from '../../../../trainer/contract/run/pipeline.ts';
import {CheckpointRecord, RunRecord} from '../../../../trainer/contract/run/records.ts';

const outside = ['../x', '..', '.', '', 'a/../../x', '/etc/passwd', 'a//b', 'a\\..\\x', 'C:x', 'a\u0000b', 'a\nb'];
const sha = 'a'.repeat(64);
const run = {
  id: 'digits-1',
  name: 'digits',
  tool: 'test',
  created: '2026-01-01T00:00:00.000Z',
  config: 'digits.deme.yaml',
  engine: {name: 'wasm', version: '4.22.0', device: 'CPU', threads: 1},
};
const stage = {stage: 'expert-0', seconds: 1, finished: '2026-01-01T00:00:00.000Z'};
const checkpoint = {update: 1, seed: 0, dataFingerprint: 'x'};

const accepted = [
  RunRecord.safeParse(run),
  StageRecord.safeParse({...stage, outputs: {'models/expert-0/unet/config.json': sha}, from: 'digits-1'}),
  CheckpointRecord.safeParse({...checkpoint, files: {'ema.safetensors': sha}}),
];

describe('names in the records of a run, of which paths are made', () => {
  it('are accepted where they stay inside', () => {
    expect(accepted.map(({success}) => success)).toEqual([true, true, true]);
  });

  it.each(outside)('are refused where they lead elsewhere: %j', (name) => {
    expect(RunRecord.safeParse({...run, id: name}).success).toBe(false);
    expect(RunRecord.safeParse({...run, name}).success).toBe(false);
    expect(StageRecord.safeParse({...stage, stage: name}).success).toBe(false);
    expect(StageRecord.safeParse({...stage, from: name}).success).toBe(false);
    expect(StageRecord.safeParse({...stage, outputs: {[name]: sha}}).success).toBe(false);
    expect(CheckpointRecord.safeParse({...checkpoint, files: {[name]: sha}}).success).toBe(false);
  });
});
