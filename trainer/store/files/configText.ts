import {readRegularFile} from './regularFile.ts';

/** Bytes; the parser takes far less, and says so with a place in the file. */
const largestConfig = 1_000_000;

/** The text of a config file. Throws a UserError for what cannot be read, also for a pipe or a device, which might never end. */
export async function readConfigText(file: string): Promise<string> {
  return (await readRegularFile(file, largestConfig, 'the config file')).toString('utf8');
}
