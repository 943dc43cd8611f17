import {readFile} from 'node:fs/promises';
import type {LowPrecision} from '../contract/config/precision.ts';

/** Flags of /proc/cpuinfo of which each multiplies numbers of this format by instructions of its own: of x86, and of ARM. */
const flags: Readonly<Record<LowPrecision, readonly string[]>> = {
  bf16: ['avx512_bf16', 'amx_bf16', 'bf16'],
  f16: ['amx_fp16', 'avx512_fp16'],
};

/** The formats that this processor has instructions for, which make them faster than f32; null where nothing says so. */
export async function fastPrecisions(file = '/proc/cpuinfo'): Promise<LowPrecision[] | null> {
  const text = await readFile(file, 'utf8').catch(() => null);
  const line = text?.match(/^(?:flags|Features)\s*:(.*)$/m)?.[1];
  if (line === undefined) return null;
  const own = new Set(line.trim().split(/\s+/));
  return (['bf16', 'f16'] as const).filter((format) => flags[format].some((flag) => own.has(flag)));
}
