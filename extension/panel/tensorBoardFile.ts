import {ProtoWriter} from '../../trainer/protoWriter.ts';
import {maskedCrc32c} from './crc32c.ts';

/** A value of a curve at a step; `wallTime` in seconds since the epoch. */
export interface Scalar {
  readonly tag: string;
  readonly step: number;
  readonly wallTime: number;
  readonly value: number;
}

/**
 * A TensorBoard event file: TFRecords of `Event` messages (tensorflow/core/util/event.proto), the first of which names the version of
 * the format.
 */
export function tensorBoardFile(scalars: readonly Scalar[]): Uint8Array {
  const version = new ProtoWriter()
    .double(1, scalars[0]?.wallTime ?? 0)
    .text(3, 'brain.Event:2')
    .finish();
  return Buffer.concat([record(version), ...scalars.map((scalar) => record(scalarEvent(scalar)))]);
}

/** Length, its checksum, the data, its checksum; all little-endian (tensorflow/core/lib/io/record_writer.h). */
function record(data: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(data.length + 16);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(data.length), true);
  view.setUint32(8, maskedCrc32c(bytes.subarray(0, 8)), true);
  bytes.set(data, 12);
  view.setUint32(12 + data.length, maskedCrc32c(data), true);
  return bytes;
}

/** Event {wall_time: 1, step: 2, summary: 5 {value: 1 {tag: 1, simple_value: 2}}}. */
function scalarEvent({tag, step, wallTime, value}: Scalar): Uint8Array {
  const summary = new ProtoWriter().message(1, new ProtoWriter().text(1, tag).float(2, value));
  return new ProtoWriter().double(1, wallTime).varint(2, step).message(5, summary).finish();
}
