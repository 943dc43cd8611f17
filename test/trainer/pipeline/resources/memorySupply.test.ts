import {totalmem} from 'node:os';
import {expect, it} from 'vitest';
import {memorySupply} from '../../../../trainer/pipeline/resources/memorySupply.ts';

const wasm = {name: 'wasm', device: 'CPU'} as const;

it('is what the machine has, and asks for no GPU that the engine does not use', async () => {
  const {total, free, gpu} = await memorySupply(wasm);
  expect(total).toBeGreaterThan(2 ** 28);
  expect(total).toBeLessThanOrEqual(totalmem());
  expect(free).toBeGreaterThan(0);
  expect(free).toBeLessThanOrEqual(total);
  expect(gpu).toBeNull();
});

it('is in total what the config allows instead, be it more', async () => {
  expect((await memorySupply(wasm, 1.5)).total).toBe(1.5e9);
  expect((await memorySupply(wasm, 1e6)).total).toBe(1e15);
});
