import type {NetworkConfig} from '../../../trainer/contract/model/networkConfig.ts';
import {architectureOf} from '../../../trainer/models/architectures.ts';
import type {Params} from '../../../trainer/nn/params.ts';
import type {ProjectionMode} from '../../../trainer/contract/model/projectionMode.ts';
import {addIdentityProjections} from '../../../trainer/nn/projections.ts';

/** The parameters of a network with identity projections where a mode has them. */
export function withProjections(params: Params, config: NetworkConfig, mode: ProjectionMode): Params {
  return addIdentityProjections(params, architectureOf(config).projectionSites, mode);
}
