import {join} from 'node:path';
import {readModelFolder} from '../../../../trainer/store/weights/modelFolder.ts';
import {temporaryFolder} from '../../../helpers/temporaryFolder.ts';
import {writeFolder} from '../tinyModels.ts';

/** A base folder and two expert folders with all records. */
export async function tinyFolders() {
  const root = await temporaryFolder();
  const base = await writeFolder(join(root, 'base'), {value: 1, record: {role: 'base'}, scheduler: {beta_end: 0.019}});
  const sha256 = await (await readModelFolder(base)).weightsHash();
  const expert = (i: number, range: [number, number]) =>
    writeFolder(join(root, `expert-${i}`), {
      value: i + 2,
      projections: [0, 1, 2, 3, 4],
      record: {role: 'expert', base: sha256, range, projection: 'full'},
      scheduler: {beta_end: 0.019},
    });
  const experts = [{path: await expert(0, [0, 500])}, {path: await expert(1, [500, 1000])}];
  return {
    root,
    base,
    sha256,
    request: {base, experts, weights: [0.5, 0.25], out: join(root, 'merged'), dtype: 'F32' as const, tool: 'deme 0'},
  };
}
