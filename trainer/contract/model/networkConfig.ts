import type * as z from 'zod';
import {UNet2DConditionConfig} from './unet2dConditionConfig.ts';
import {UNet2DConfig} from './unet2dConfig.ts';

/**
 * The classes of networks that are trained and merged, by the `_class_name` of their `config.json`, with its schema. What a class
 * computes is its row in `models/architectures`.
 */
export const networkConfigs = {UNet2DModel: UNet2DConfig, UNet2DConditionModel: UNet2DConditionConfig};

export type NetworkClass = keyof typeof networkConfigs;

/** `config.json` of a class of networks. */
export type NetworkConfigOf<Class extends NetworkClass> = z.infer<(typeof networkConfigs)[Class]>;
export type NetworkConfig = NetworkConfigOf<NetworkClass>;

export function isNetworkClass(name: unknown): name is NetworkClass {
  return typeof name === 'string' && Object.hasOwn(networkConfigs, name);
}
