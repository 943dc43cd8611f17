import {writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {expect, it} from 'vitest';
import {fastPrecisions} from '../../../trainer/engine/fastPrecisions.ts';
import {temporaryFolder} from '../../helpers/temporaryFolder.ts';

it.each([
  ['flags\t\t: fpu avx512f avx512_bf16 avx512vbmi', ['bf16']],
  ['flags\t\t: fpu amx_bf16 avx512_fp16 amx_tile', ['bf16', 'f16']],
  ['flags\t\t: fpu avx2 avx512f avx512bw f16c', []],
  ['Features\t: fp asimd bf16 i8mm', ['bf16']],
  ['model name\t: with bf16 in its name', null],
] as const)('tells by the flags of the processor what it is fast in: %s', async (line, expected) => {
  const file = join(await temporaryFolder(), 'cpuinfo');
  await writeFile(file, `processor\t: 0\n${line}\npower management:\n`);
  expect(await fastPrecisions(file)).toEqual(expected);
});

it('knows nothing where nothing says so', async () => {
  expect(await fastPrecisions('/nowhere/cpuinfo')).toBeNull();
});
