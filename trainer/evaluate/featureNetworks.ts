import type {EvaluateConfig} from '../contract/config/evaluateConfig.ts';
import type {FeatureNetworkName} from '../contract/model/featureNetwork.ts';
import type {FeatureNetwork} from './featureNetwork.ts';

/** A row of the table of feature networks. */
interface FeatureNetworkKind {
  /** For reports: what the features are, and which distances may be compared. */
  readonly about: string;
  /** Loads the weights (and, lazily, the tensor library). The caller disposes of the network. */
  load(): Promise<FeatureNetwork>;
}

/** The networks of `evaluate.features` by name. */
export const featureNetworks: Readonly<Record<FeatureNetworkName, FeatureNetworkKind>> = {
  digits: {
    about:
      'penultimate layer of the bundled digit classifier (not Inception FID; comparable only with numbers of this recipe)',
    load: async () => (await import('./digitNetwork.ts')).loadDigitNetwork(),
  },
};

/** Loads the network that a config names, passes it to `work`, and disposes of it. */
export async function withFeatureNetwork<T>(
  name: EvaluateConfig['features'],
  work: (network: FeatureNetwork) => Promise<T>,
): Promise<T> {
  if (name === 'none') throw new Error('no feature network was asked for');
  const network = await featureNetworks[name].load();
  try {
    return await work(network);
  } finally {
    network.dispose();
  }
}
