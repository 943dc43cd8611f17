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
  const version = message([double(1, scalars[0]?.wallTime ?? 0), text(3, 'brain.Event:2')]);
  return concatenated([record(version), ...scalars.map((scalar) => record(scalarEvent(scalar)))]);
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
  const summaryValue = message([text(1, tag), float(2, value)]);
  const summary = message([nested(1, summaryValue)]);
  return message([double(1, wallTime), varintField(2, step), nested(5, summary)]);
}

const wire = {varint: 0, double: 1, bytes: 2, float: 5} as const;

function message(fields: readonly Uint8Array[]): Uint8Array {
  return concatenated(fields);
}

function double(field: number, value: number): Uint8Array {
  const bytes = new Uint8Array(9);
  bytes[0] = (field << 3) | wire.double;
  new DataView(bytes.buffer).setFloat64(1, value, true);
  return bytes;
}

function float(field: number, value: number): Uint8Array {
  const bytes = new Uint8Array(5);
  bytes[0] = (field << 3) | wire.float;
  new DataView(bytes.buffer).setFloat32(1, value, true);
  return bytes;
}

function varintField(field: number, value: number): Uint8Array {
  return Uint8Array.of((field << 3) | wire.varint, ...varint(value));
}

function text(field: number, value: string): Uint8Array {
  return nested(field, new TextEncoder().encode(value));
}

function nested(field: number, data: Uint8Array): Uint8Array {
  return concatenated([Uint8Array.of((field << 3) | wire.bytes, ...varint(data.length)), data]);
}

/** Seven bits a byte, lowest first; the highest bit says that more follow. */
function varint(value: number): number[] {
  const bytes: number[] = [];
  for (; value >= 0x80; value = Math.floor(value / 0x80)) bytes.push((value % 0x80) | 0x80);
  return [...bytes, value];
}

function concatenated(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, {length}) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
