import {UserError} from '../contract/errors.ts';
import type {NetworkClass, NetworkConfig, NetworkConfigOf} from '../contract/model/networkConfig.ts';
import {isProjection} from '../contract/model/projectionName.ts';
import {elementCount} from '../store/weights/tensorReader.ts';
import type {Architecture} from './architecture.ts';
import type {Denoiser} from './denoiser.ts';
import {unetPart, type TensorPart} from './tensorPart.ts';
import {unet2dArchitecture} from './unet2d/unet2dArchitecture.ts';
import {unet2dConditionArchitecture} from './unetCondition/unet2dConditionArchitecture.ts';

/** What each class of networks computes. A class has one row here and one, its schema, in `contract/model/networkConfig`. */
export const architectures: {readonly [Class in NetworkClass]: (config: NetworkConfigOf<Class>) => Architecture} = {
  UNet2DModel: unet2dArchitecture,
  UNet2DConditionModel: unet2dConditionArchitecture,
};

export function architectureOf(config: NetworkConfig): Architecture {
  const create = architectures[config._class_name] as (config: NetworkConfig) => Architecture;
  return create(config);
}

/** Far above any published network: anything larger is a typing error, or meant to exhaust the machine. */
const maxParameters = 2 ** 36;

/** The network of a config. `where` (the config file) goes into the UserError about one that cannot be built. */
export function createDenoiser(config: NetworkConfig, where?: string): Denoiser {
  const denoiser = architectureOf(config).createDenoiser(where);
  const {stock} = countParameters(denoiser);
  if (stock <= maxParameters) return denoiser;
  throw new UserError('model-too-large', `The config describes a network of ${stock.toExponential(1)} parameters.`, {
    where,
    hint: `At most ${maxParameters.toExponential(1)} are supported: check block_out_channels and layers_per_block.`,
  });
}

/** Scalars of a network as diffusers has it, and those of DeMe's projections on all sites. */
export function countParameters({shapes}: Denoiser): {readonly stock: number; readonly projections: number} {
  const [stock, projections] = [false, true].map((wanted) =>
    [...shapes].reduce((sum, [name, shape]) => sum + (isProjection(name) === wanted ? elementCount(shape) : 0), 0),
  ) as [number, number];
  return {stock, projections};
}

/** Where the tensors of a model belong; without a config (a bare weights file) they are taken for those of a UNet. */
export function partOf(config: NetworkConfig | null): (tensorName: string) => TensorPart {
  return config === null ? unetPart : architectureOf(config).partOf;
}
