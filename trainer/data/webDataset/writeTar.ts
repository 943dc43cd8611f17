import {writeAtomic} from '../../store/files/atomicFile.ts';

/** A plain file to be put into a tar file: at most 100 bytes of name, less than 8 GiB of data. */
export interface TarFile {
  readonly name: string;
  readonly data: Uint8Array;
}

const block = 512;

/**
 * Writes a tar file (ustar) of plain files, one held at a time. The same files give the same bytes: all belong to user 0 and are of 1970.
 * Format: POSIX.1-2017, pax, "ustar Interchange Format".
 */
export async function writeTar(path: string, files: AsyncIterable<TarFile>): Promise<void> {
  await writeAtomic(path, async (handle) => {
    for await (const {name, data} of files) {
      await handle.writeFile(header(name, data.length));
      await handle.writeFile(data);
      await handle.writeFile(new Uint8Array((block - (data.length % block)) % block));
    }
    await handle.writeFile(new Uint8Array(2 * block));
  });
}

function header(name: string, size: number): Buffer {
  if (Buffer.byteLength(name) > 100) throw new Error(`the name ${name} is too long for a tar file`);
  const bytes = Buffer.alloc(block);
  const octal = (value: number, at: number, digits: number) =>
    bytes.write(value.toString(8).padStart(digits, '0'), at, 'latin1');
  bytes.write(name, 0, 'utf8');
  octal(0o644, 100, 7);
  octal(0, 108, 7); // user
  octal(0, 116, 7); // group
  octal(size, 124, 11);
  octal(0, 136, 11); // time
  bytes.write('        0', 148, 'latin1'); // the checksum counts as spaces; then the type of a plain file
  bytes.write('ustar\x0000', 257, 'latin1');
  octal(
    bytes.reduce((total, byte) => total + byte, 0),
    148,
    6,
  );
  bytes[154] = 0;
  return bytes;
}
