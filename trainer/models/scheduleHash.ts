import {createHash} from 'node:crypto';
import type {NoiseSchedule} from '../schedulers/schedule.ts';

/** SHA-256 over the cumulative products of alpha as little-endian float32: equal exactly when two models were trained on the same noise. */
export function scheduleHash({alphasCumprod}: NoiseSchedule): string {
  const {buffer, byteOffset, byteLength} = alphasCumprod;
  return createHash('sha256')
    .update(new Uint8Array(buffer, byteOffset, byteLength))
    .digest('hex');
}
