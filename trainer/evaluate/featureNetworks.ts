import type {FeatureNetworkName} from '../contract/model/featureNetwork.ts';
import type {FeatureNetwork} from './featureNetwork.ts';
import type {InceptionSettings} from './networks/inceptionNetwork.ts';
import type {NetworkFiles} from './networks/networkWeights.ts';
import {findFeatureWeights} from './featureWeights.ts';

/** A row of the table of feature networks. */
interface FeatureNetworkKind {
  /** Length of its features; left out where the weights decide. */
  readonly dimension?: number;
  /** For reports: what the features are, and which distances may be compared. */
  readonly about: string;
  /**
   * Loads the weights (and, lazily, the tensor library), from `files` or, left out, from the cache. The caller disposes of the network.
   */
  load(files?: NetworkFiles, settings?: InceptionSettings): Promise<FeatureNetwork>;
}

/** The networks of `evaluate.features` and of `deme score --features` by name. */
export const featureNetworks: Readonly<Record<FeatureNetworkName, FeatureNetworkKind>> = {
  digits: {
    dimension: 64,
    about:
      'penultimate layer of the bundled digit classifier (not Inception FID; comparable only with numbers of this recipe)',
    load: async () => (await import('./networks/digitNetwork.ts')).loadDigitNetwork(),
  },
  inception: {
    dimension: 2048,
    about: 'Inception of pytorch-fid, last layer before the class scores',
    load: async (files, settings) =>
      (await import('./networks/inceptionNetwork.ts')).loadInceptionNetwork(
        files ?? (await findFeatureWeights('inception')),
        settings,
      ),
  },
  clip: {
    about: "CLIP's image embeddings",
    load: async (files) =>
      (await import('./networks/clipNetwork.ts')).loadClipNetwork(files ?? (await findFeatureWeights('clip'))),
  },
  dinov2: {
    about: 'DINOv2, class token after the last norm',
    load: async (files) =>
      (await import('./networks/dinov2Network.ts')).loadDinov2Network(files ?? (await findFeatureWeights('dinov2'))),
  },
};

/** Loads networks, passes them to `work`, and disposes of them. */
export async function withFeatureNetworks<T>(
  names: readonly FeatureNetworkName[],
  work: (networks: readonly FeatureNetwork[]) => Promise<T>,
): Promise<T> {
  const networks: FeatureNetwork[] = [];
  try {
    for (const name of names) networks.push(await featureNetworks[name].load());
    return await work(networks);
  } finally {
    networks.forEach((network) => network.dispose());
  }
}
