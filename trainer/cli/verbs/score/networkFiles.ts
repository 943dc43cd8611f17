import {UserError} from '../../../contract/errors.ts';
import type {FeatureNetworkName} from '../../../contract/model/featureNetwork.ts';
import {findFeatureWeights} from '../../../evaluate/featureWeights.ts';
import type {NetworkFiles} from '../../../evaluate/networks/networkWeights.ts';
import {fileExists} from '../../../store/files/fileExists.ts';

/** The files of the networks that need any. */
export type ChosenFiles = ReadonlyMap<string, NetworkFiles>;

interface NetworkRequest {
  readonly features: readonly FeatureNetworkName[];
  readonly weights?: readonly string[];
  readonly config?: string;
}

/** `--weights` by network: files in the order of the networks that have weights of their own, or `NAME=FILE`; else those in the cache. */
export async function networkFiles({features, weights = [], config}: NetworkRequest): Promise<ChosenFiles> {
  const needy = features.filter((name) => name !== 'digits');
  const given = new Map<string, string>();
  for (const [i, text] of weights.entries()) {
    const [, name = needy[i] ?? '', file = text] = /^([a-z\d]+)=(.*)$/.exec(text) ?? [];
    if (!needy.some((known) => known === name)) {
      throw new UserError('weights-unused', `No network of --features takes the weights ${text}.`, {
        hint: `Give files for ${needy.join(', ') || 'other networks'}, in this order or as NAME=FILE.`,
      });
    }
    if (!(await fileExists(file))) {
      throw new UserError('features-missing', `There is no file with the weights of ${name} here.`, {
        where: file,
        hint: 'Check --weights.',
      });
    }
    given.set(name, file);
  }
  const files = new Map<string, NetworkFiles>();
  for (const name of needy) {
    const file = given.get(name);
    const chosen = file === undefined ? await findFeatureWeights(name) : {weights: file};
    files.set(name, {...chosen, ...(config !== undefined && {config})});
  }
  return files;
}
