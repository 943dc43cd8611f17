import {gigabytes} from '../gigabytes.ts';
import type {RunEvent} from './events.ts';
import type {MemoryPeak} from './memoryPeak.ts';

/** The peak of each stage of a run by the events of its log: of all its processes where it was stopped and resumed. */
export function stagePeaks(events: readonly RunEvent[]): Map<string, MemoryPeak> {
  const peaks = new Map<string, MemoryPeak>();
  for (const event of events) {
    if (event.type === 'memory') peaks.set(event.stage, larger(event, peaks.get(event.stage)));
  }
  return peaks;
}

/** `2.73 GB`, `3.10 GB and 5.20 GB of the GPU` */
export function peakText({host, device}: MemoryPeak): string {
  return `${gigabytes(host)}${device === undefined ? '' : ` and ${gigabytes(device)} of the GPU`}`;
}

function larger({host, device}: MemoryPeak, before: MemoryPeak = {host: 0}): MemoryPeak {
  const devices = [device, before.device].filter((bytes) => bytes !== undefined);
  return {host: Math.max(host, before.host), ...(devices.length > 0 && {device: Math.max(...devices)})};
}
