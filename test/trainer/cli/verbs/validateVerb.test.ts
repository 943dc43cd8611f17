import {execFileSync} from 'node:child_process';
import {writeFile} from 'node:fs/promises';
import {dirname, join} from 'node:path';
import {describe, expect, it} from 'vitest';
import * as z from 'zod';
import {deme, demeJson} from '../../../helpers/machine/deme.ts';
import {temporaryFolder} from '../../../helpers/temporaryFolder.ts';
import {textContaining} from '../../../helpers/textContaining.ts';
import {golden} from '../../store/golden.ts';

async function writeConfig(text: string): Promise<string> {
  const file = join(await temporaryFolder(), 'x.deme.yaml');
  await writeFile(file, text);
  return file;
}

const wrong = `name: x
base: model
data: {kind: mnist}
decouple:
  rangse: 4
  probability: 2
`;

const right = `name: x
base: owner/model
experts: [{model: a}, {model: b}]
merge: {weights: [0.5, 0.5]}
`;

const EngineEstimate = z.strictObject({
  name: z.string(),
  engine: z.number(),
  weights: z.number(),
  activations: z.number(),
  checkpoint: z.number(),
  shortage: z.string().nullable(),
});

const Checked = z.strictObject({
  file: z.string(),
  valid: z.literal(true),
  problems: z.array(z.never()),
  name: z.string(),
  experts: z.int(),
  stages: z.array(z.string()),
  memory: z.array(EngineEstimate),
  warnings: z.array(z.string()),
});

const Refused = z.strictObject({
  file: z.string(),
  valid: z.literal(false),
  problems: z.array(z.looseObject({message: z.string(), line: z.int(), column: z.int()})),
  warnings: z.array(z.string()),
});

describe('deme validate', () => {
  it('lists all problems with their places and ends with 2', async () => {
    const file = await writeConfig(wrong);
    const {code, stdout, stderr} = await deme(['validate', file]);
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr.trimEnd().split('\n')).toEqual([
      `${file}:5:3: unknown key decouple.rangse; did you mean ranges?`,
      expect.stringMatching(/:6:16: decouple\.probability .*0 to 1/) as string,
      expect.stringContaining(`warning: ${join(dirname(file), 'model')}: `) as string,
    ]);
  });

  it('lists them as JSON', async () => {
    const {code, stdout} = await deme(['validate', await writeConfig(wrong), '--json']);
    expect(code).toBe(2);
    const {problems, warnings} = Refused.parse(JSON.parse(stdout));
    expect(problems.map(({line, column}) => [line, column])).toEqual([
      [5, 3],
      [6, 16],
    ]);
    expect(warnings).toEqual([textContaining('model: ')]);
  });

  it.each(['validate', 'run', 'finetune'])(
    'refuses a config that is a pipe, without waiting for it: %s',
    async (verb) => {
      const pipe = join(await temporaryFolder(), 'pipe.deme.yaml');
      execFileSync('mkfifo', [pipe]);
      const {code, stderr} = await deme([verb, pipe]);
      expect({code, stderr}).toEqual({
        code: 2,
        stderr: `deme: ${pipe}: This is not a plain file, so it is not opened.\n`,
      });
    },
  );

  it('says OK and what the config asks for', async () => {
    const file = await writeConfig(right);
    const {code, stdout} = await deme(['validate', file]);
    expect(code).toBe(0);
    expect(stdout).toContain(`OK: ${file}\n`);
    expect(stdout).toContain('experts: a, b\n');
    expect(stdout).toContain('warning: ');
    const checked = await demeJson(Checked, ['validate', file]);
    expect(checked).toMatchObject({experts: 2, stages: ['search', 'merge']});
    expect(checked.warnings[0]).toContain('deme fetch owner/model');
  });

  it('estimates the memory of a training process for each engine that the config may mean', async () => {
    const data = '{kind: images, path: images, resolution: 32}';
    const estimates = async (settings: string) => {
      const text = `name: x\nbase: ${golden('cifar')}\ndata: ${data}\ndecouple: {batch: 64}\n${settings}`;
      return (await demeJson(Checked, ['validate', await writeConfig(text)])).memory;
    };
    const free = await estimates('');
    expect(free.map(({name, shortage}) => [name, shortage])).toEqual([
      ['tensorflow', null],
      ['wasm', null],
    ]);
    const [bound] = await estimates('engine: {name: wasm, memory: 0.1}');
    expect(bound).toMatchObject({name: 'wasm', shortage: 'there are 0.10 GB', activations: free[1]?.activations});
  });

  it('says what of a training does not fit', async () => {
    const model = '{block_out_channels: [512], down_block_types: [DownBlock2D], up_block_types: [UpBlock2D]}';
    const text = `name: x\ndata: {kind: cifar10, path: x}\npretrain: {model: ${model}, batch: 512}\nengine: {name: wasm}\n`;
    const {code, stdout} = await deme(['validate', await writeConfig(text)]);
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^memory on wasm: about .*512 images of 32x32.*IT DOES NOT FIT: the engine wasm can use 3\.22 GB/m,
    );
  });
});
