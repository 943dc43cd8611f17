import {writeFile} from 'node:fs/promises';

/** Writes what `zipBytes` makes. */
export async function writeZip(
  path: string,
  entries: Record<string, Uint8Array | string>,
  wide = false,
): Promise<void> {
  await writeFile(path, zipBytes(entries, wide));
}

/** A zip of stored entries, as torch.save writes it, if `wide` with the 64-bit extension for large files. Texts hold bytes. */
export function zipBytes(entries: Record<string, Uint8Array | string>, wide = false): Uint8Array {
  const parts: Uint8Array[] = [];
  const central: Uint8Array[] = [];
  let offset = 0;
  for (const [name, content] of Object.entries(entries)) {
    const data = typeof content === 'string' ? Buffer.from(content, 'latin1') : content;
    const local = localHeader(name, data.length);
    parts.push(local, data);
    central.push(centralHeader(name, data.length, offset, wide));
    offset += local.length + data.length;
  }
  const directory = Buffer.concat(central);
  const end = endRecords(central.length, directory.length, offset, wide);
  return new Uint8Array(Buffer.concat([...parts, directory, end]));
}

/** A state dict pickle in the text opcodes of protocol 0, of already pickled values. */
export function dictPickle(entries: Record<string, string>): string {
  const items = Object.entries(entries).map(([name, value]) => `${text(name)}${value}s`);
  return `ccollections\nOrderedDict\n(tR${items.join('')}.`;
}

export interface PickledTensor {
  storage?: string;
  key?: string;
  elements?: number;
  offset?: number;
  shape: readonly number[];
  strides: readonly number[];
}

export function tensorPickle({
  storage = 'FloatStorage',
  key = '0',
  elements = 6,
  offset = 0,
  shape,
  strides,
}: PickledTensor): string {
  const id = `(${text('storage')}ctorch\n${storage}\n${text(key)}${text('cpu')}${integer(elements)}tQ`;
  return `ctorch._utils\n_rebuild_tensor_v2\n(${id}${integer(offset)}${tuple(shape)}${tuple(strides)}I00\nccollections\nOrderedDict\n(tRtR`;
}

export function text(value: string): string {
  return `V${value}\n`;
}

function integer(value: number): string {
  return `I${value}\n`;
}

function tuple(values: readonly number[]): string {
  return `(${values.map(integer).join('')}t`;
}

function localHeader(name: string, size: number): Buffer {
  // PyTorch pads with an extra field, so that contents start at multiples of 64; any length must do.
  const padding = 11;
  const header = Buffer.alloc(30 + name.length + padding);
  header.writeUInt32LE(0x04034b50, 0);
  header.writeUInt32LE(size, 18);
  header.writeUInt32LE(size, 22);
  header.writeUInt16LE(name.length, 26);
  header.writeUInt16LE(padding, 28);
  header.write(name, 30);
  return header;
}

function centralHeader(name: string, size: number, offset: number, wide: boolean): Buffer {
  const header = Buffer.alloc(46 + name.length + (wide ? 28 : 0));
  header.writeUInt32LE(0x02014b50, 0);
  header.writeUInt32LE(wide ? 0xffffffff : size, 20);
  header.writeUInt32LE(wide ? 0xffffffff : size, 24);
  header.writeUInt16LE(name.length, 28);
  header.writeUInt32LE(wide ? 0xffffffff : offset, 42);
  header.write(name, 46);
  if (!wide) return header;
  const extra = 46 + name.length;
  header.writeUInt16LE(28, 30);
  header.writeUInt16LE(1, extra);
  header.writeUInt16LE(24, extra + 2);
  [size, size, offset].forEach((value, i) => header.writeBigUInt64LE(BigInt(value), extra + 4 + 8 * i));
  return header;
}

function endRecords(count: number, length: number, offset: number, wide: boolean): Buffer {
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(count, 10);
  end.writeUInt32LE(wide ? 0xffffffff : length, 12);
  end.writeUInt32LE(wide ? 0xffffffff : offset, 16);
  if (!wide) return end;
  const record = Buffer.alloc(56);
  record.writeUInt32LE(0x06064b50, 0);
  record.writeBigUInt64LE(BigInt(length), 40);
  record.writeBigUInt64LE(BigInt(offset), 48);
  const locator = Buffer.alloc(20);
  locator.writeUInt32LE(0x07064b50, 0);
  locator.writeBigUInt64LE(BigInt(offset + length), 8);
  return Buffer.concat([record, locator, end]);
}
