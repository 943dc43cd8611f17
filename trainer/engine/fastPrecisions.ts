import type {LowPrecision} from '../contract/config/precision.ts';
import {processorFlags} from './processorFlags.ts';

/** Flags of the processor of which each multiplies numbers of this format by instructions of its own: of x86, and of ARM. */
const flags: Readonly<Record<LowPrecision, readonly string[]>> = {
  bf16: ['avx512_bf16', 'amx_bf16', 'bf16'],
  f16: ['amx_fp16', 'avx512_fp16'],
};

/** The formats that this processor has instructions for, which make them faster than f32; null where nothing says so. */
export async function fastPrecisions(file?: string): Promise<LowPrecision[] | null> {
  const own = processorFlags(file);
  return own && (['bf16', 'f16'] as const).filter((format) => flags[format].some((flag) => own.has(flag)));
}
