import {join} from 'node:path';
import {describe, expect, it, onTestFinished} from 'vitest';
import {checkInputs} from '../../../../trainer/merge/files/checkInputs.ts';
import {openMergeInput, type MergeInput} from '../../../../trainer/merge/files/mergeInput.ts';
import {temporaryFolder} from '../../../helpers/temporaryFolder.ts';
import {counter, tensor, writeBare, writeFolder, type TinyFolder, type TinyModel} from '../tinyModels.ts';

const otherHash = '0123456789abcdef'.repeat(4);

async function open(path: string, expert?: number, range?: readonly [number, number]): Promise<MergeInput> {
  const input = await openMergeInput(path, expert, range);
  onTestFinished(() => input.reader.close());
  return input;
}

/** Checks a base and experts written as bare files. */
async function checkBare(base: Partial<TinyModel>, ...experts: Partial<TinyModel>[]) {
  const folder = await temporaryFolder();
  const [first, ...rest] = await Promise.all(
    [base, ...experts].map(async (model, i) =>
      open(await writeBare(join(folder, `${i}.safetensors`), {value: i + 1, ...model}), i ? i - 1 : undefined),
    ),
  );
  return checkInputs(first!, rest);
}

/** Checks a base and experts written as folders; experts record the base unless they say otherwise. */
async function checkFolders(base: Partial<TinyFolder>, ...experts: Partial<TinyFolder>[]) {
  const folder = await temporaryFolder();
  const first = await open(await writeFolder(join(folder, 'base'), {value: 1, record: {role: 'base'}, ...base}));
  const rest = await Promise.all(
    experts.map(async ({record, ...model}, i) => {
      const full = {role: 'expert' as const, base: await first.hash(), ...record};
      return open(await writeFolder(join(folder, `expert-${i}`), {value: i + 2, ...model, record: full}), i);
    }),
  );
  return checkInputs(first, rest);
}

const ranged = (low: number, high: number) => ({
  record: {role: 'expert' as const, range: [low, high] as [number, number]},
});

describe('tensors of a merge', () => {
  it('may lack projections, which come last in the order of their hooks', async () => {
    const {tensors} = await checkBare({}, {projections: [10, 2, 0]}, {projections: [2, 0, 10]});
    const names = ['conv_in.bias', 'conv_in.weight', ...[0, 2, 10].map((hook) => `adapter_list.${hook}.weight`)];
    expect(tensors.map(({name}) => name)).toEqual(names);
  });

  it('must all be in the expert', async () => {
    const result = checkBare({}, {}, {changes: {'conv_in.bias': null}});
    await expect(result).rejects.toMatchObject({
      code: 'merge-missing-tensor',
      message: 'expert 1 (2.safetensors) lacks conv_in.bias of the base.',
    });
  });

  it('must all be in the base', async () => {
    const extra = Object.fromEntries([0, 1, 2, 3, 4].map((i) => [`x${i}`, tensor(`x${i}`, [1], [0])]));
    const message = 'expert 0 (1.safetensors) has x0, x1, x2 and 2 more tensors, which the base lacks.';
    await expect(checkBare({}, {changes: extra})).rejects.toMatchObject({code: 'merge-extra-tensor', message});
  });

  it('must agree in shape', async () => {
    const other = {'conv_in.bias': tensor('conv_in.bias', [3], [1, 2, 3])};
    const message = 'conv_in.bias of expert 0 (1.safetensors) has shape [3], elsewhere [2].';
    await expect(checkBare({}, {changes: other})).rejects.toMatchObject({code: 'merge-shape', message});
  });

  it('must have square projections where the base takes the identity', async () => {
    const name = 'adapter_list.0.weight';
    const flat = {[name]: tensor(name, [2, 1, 1, 1], [1, 0])};
    await expect(checkBare({}, {changes: flat})).rejects.toMatchObject({code: 'merge-projection-shape'});
  });

  it('must not be integers here and floats there', async () => {
    const float = {steps: tensor('steps', [1], [5])};
    const result = checkBare({changes: {steps: counter(5n)}}, {changes: float});
    await expect(result).rejects.toThrow('steps of expert 0 (1.safetensors) is F32; integers and floats do not merge.');
  });

  it('must have equal integer buffers, to the last of 64 bits', async () => {
    const large = 2n ** 60n;
    await checkBare({changes: {steps: counter(large)}}, {changes: {steps: counter(large)}});
    const result = checkBare({changes: {steps: counter(large)}}, {changes: {steps: counter(large + 1n)}});
    const message = 'steps is an integer buffer and differs between the base and expert 0 (1.safetensors).';
    await expect(result).rejects.toMatchObject({code: 'merge-buffer', message});
  });

  it('warns of an unknown expert without projections among others that have them', async () => {
    const {warnings} = await checkBare({}, {}, {projections: [0]});
    expect(warnings).toContain(
      'expert 0 (1.safetensors) has no channel projections while others have; the identity was taken.',
    );
  });

  it('refuses an expert whose recorded projections are gone', async () => {
    const lost = checkFolders({}, {record: {role: 'expert', projection: 'full'}});
    await expect(lost).rejects.toMatchObject({code: 'merge-projections-lost'});
    const off = await checkFolders(
      {},
      {record: {role: 'expert', projection: 'off'}},
      {projections: [0], record: {role: 'expert', projection: 'full'}},
    );
    expect(off.warnings.filter((warning) => warning.includes('projections'))).toEqual([]);
  });
});

describe('records of a merge', () => {
  it('lets agreeing experts pass without a warning', async () => {
    const {warnings, predictionType, schedule} = await checkFolders({}, ranged(500, 1000), ranged(0, 500));
    expect({warnings, predictionType}).toEqual({warnings: [], predictionType: 'epsilon'});
    expect(schedule).toMatch(/^[0-9a-f]{64}$/);
  });

  it('says what bare files leave open', async () => {
    const {warnings, predictionType, schedule} = await checkBare({}, {}, {});
    const experts = 'expert 0 (1.safetensors), expert 1 (2.safetensors)';
    expect(warnings).toEqual([
      `the base of the experts was not checked: not recorded by ${experts}.`,
      `the prediction type was not checked: not recorded by the base, ${experts}.`,
      `the noise schedule was not checked: not recorded by the base, ${experts}.`,
      `the timestep range was not checked: not recorded by ${experts}.`,
    ]);
    expect([predictionType, schedule]).toEqual([undefined, undefined]);
  });

  it('refuses an expert of another base', async () => {
    const result = checkFolders({}, {record: {role: 'expert', base: otherHash}});
    await expect(result).rejects.toMatchObject({code: 'merge-base'});
    await expect(result).rejects.toThrow(
      'expert 0 (expert-0) was finetuned from other weights (SHA-256 0123456789ab...)',
    );
  });

  it('refuses another prediction type', async () => {
    const result = checkFolders({}, {}, {scheduler: {prediction_type: 'v_prediction'}});
    const message =
      'The prediction type of expert 1 (expert-1) differs from that of the base (epsilon and v_prediction).';
    await expect(result).rejects.toMatchObject({code: 'merge-prediction-type', message});
  });

  it('believes deme.json rather than the scheduler config', async () => {
    const result = checkFolders({}, {record: {role: 'expert', predictionType: 'sample'}});
    await expect(result).rejects.toThrow('(epsilon and sample)');
  });

  it('refuses another noise schedule', async () => {
    const message = 'The noise schedule of expert 0 (expert-0) differs from that of the base.';
    await expect(checkFolders({}, {scheduler: {beta_end: 0.03}})).rejects.toMatchObject({
      code: 'merge-schedule',
      message,
    });
    await expect(checkFolders({}, {record: {role: 'expert', schedule: otherHash}})).rejects.toMatchObject({
      code: 'merge-schedule',
    });
  });

  it('does not mind settings of the sampler', async () => {
    await expect(
      checkFolders({}, {scheduler: {variance_type: 'fixed_large', clip_sample: false}}),
    ).resolves.toBeDefined();
  });

  it('refuses a network setting that no tensor shows', async () => {
    const message = 'attention_head_dim of expert 0 (expert-0) is null, but 8 of the base.';
    await expect(checkFolders({}, {config: {attention_head_dim: null}})).rejects.toMatchObject({
      code: 'merge-config',
      message,
    });
    await expect(checkFolders({}, {config: {sample_size: 32, dropout: 0.1}})).resolves.toBeDefined();
  });
});

describe('ranges of a merge', () => {
  it('may be those of an expert again for its snapshots, before or behind it, and not for another expert', async () => {
    const snapshot = {record: {role: 'snapshot' as const, range: [0, 500] as [number, number]}};
    const [low, high] = [ranged(0, 500), ranged(500, 1000)];
    await expect(checkFolders({}, snapshot, low, high, snapshot)).resolves.toBeDefined();
    await expect(checkFolders({}, snapshot, snapshot, high)).resolves.toBeDefined();
    await expect(checkFolders({}, low, high, low)).rejects.toMatchObject({code: 'merge-range'});
    await expect(checkFolders({}, low, snapshot)).rejects.toMatchObject({code: 'merge-range'});
  });

  it.each([
    [
      'a gap',
      [
        [0, 250],
        [500, 1000],
      ],
      'No expert covers timesteps [250, 500).',
    ],
    ['a late start', [[10, 1000]], 'No expert covers timesteps [0, 10).'],
    [
      'an early end',
      [
        [0, 500],
        [500, 900],
      ],
      'No expert covers timesteps [900, 1000).',
    ],
    [
      'a late end',
      [
        [0, 500],
        [500, 1100],
      ],
      'Timesteps end at 1000, the ranges at 1100.',
    ],
    [
      'an overlap',
      [
        [0, 600],
        [500, 1000],
      ],
      'expert 1 (expert-1) has range [500, 1000), but timesteps below 600 belong to another expert.',
    ],
    [
      'an empty one',
      [
        [0, 0],
        [0, 1000],
      ],
      'expert 0 (expert-0) has the empty range [0, 0).',
    ],
  ] as const)('must tile all timesteps: %s', async (_, ranges, message) => {
    const result = checkFolders({}, ...ranges.map(([low, high]) => ranged(low, high)));
    await expect(result).rejects.toMatchObject({code: 'merge-range', message});
  });

  it('are only checked when all experts have one', async () => {
    const {warnings} = await checkFolders({}, ranged(0, 250), {});
    expect(warnings).toEqual(['the timestep range was not checked: not recorded by expert 1 (expert-1).']);
  });

  it('may be given for experts that record none, but not against the record', async () => {
    const folder = await temporaryFolder();
    const bare = await writeBare(join(folder, 'bare.safetensors'), {value: 1});
    expect((await open(bare, 0, [0, 10])).range).toEqual([0, 10]);
    const expert = await writeFolder(join(folder, 'expert'), {value: 1, ...ranged(0, 250)});
    expect((await open(expert, 0, [0, 250])).range).toEqual([0, 250]);
    await expect(openMergeInput(expert, 0, [250, 500])).rejects.toThrow(
      'given as [250, 500), but the model records [0, 250).',
    );
  });
});
