import type {FeatureNetworkRecord} from '../../contract/model/featureNetwork.ts';
import type {FeatureRows} from '../featureRows.ts';
import type {Gaussian} from '../frechet.ts';

/** What one network made of a set of pictures, or the statistics of it alone. */
export interface ScoredSet {
  /** Where it comes from, for messages. */
  readonly source: string;
  /** What made it; null where a file does not say. */
  readonly network: FeatureNetworkRecord | null;
  /** Images; null where a file does not say. */
  readonly count: number | null;
  readonly features: FeatureRows | null;
  readonly logits: FeatureRows | null;
  statistics(): Gaussian;
}
