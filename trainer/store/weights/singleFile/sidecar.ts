import type {OriginalParams} from '../../../contract/model/originalConfig.ts';
import {fileExists} from '../../files/fileExists.ts';
import {readRegularFile} from '../../files/regularFile.ts';

/** Where the config of a checkpoint lies: beside it, under the same name. */
export function sidecarOf(path: string): string {
  return path.replace(/\.[^./\\]+$/, '.yaml');
}

const sidecarLimit = 1_000_000;

/** What the config beside a checkpoint says; nothing where there is none. Throws a UserError for one that cannot be read. */
export async function readSidecar(path: string): Promise<OriginalParams> {
  const sidecar = sidecarOf(path);
  if (sidecar === path || !(await fileExists(sidecar))) return {};
  const text = (await readRegularFile(sidecar, sidecarLimit)).toString('utf8');
  const {parseOriginalConfig} = await import('../../../contract/model/originalConfig.ts');
  return parseOriginalConfig(text, sidecar);
}
