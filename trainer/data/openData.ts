import {resolve} from 'node:path';
import type {DataConfig} from '../contract/config/dataConfig.ts';
import {openCifar10} from './cifar10.ts';
import type {Datasets} from './dataset.ts';
import {openImageFolder} from './imageFolder.ts';
import {openMnist} from './mnist.ts';
import {openParquet} from './parquet/parquet.ts';
import {splitOfficial, splitSource} from './split.ts';

/**
 * Opens the images of a config and splits them. Relative paths start at `folder`; `onSkip` hears once of every image
 * that cannot be decoded, where the config says to skip such images.
 */
export async function openData(
  config: DataConfig,
  folder: string,
  onSkip: (message: string) => void,
): Promise<Datasets> {
  switch (config.kind) {
    case 'mnist': {
      const path = config.path === undefined ? undefined : resolve(folder, config.path);
      return splitOfficial(await openMnist(path), config);
    }
    case 'cifar10':
      return splitOfficial(await openCifar10(resolve(folder, config.path)), config);
    case 'images':
      return splitSource(await openImageFolder(resolve(folder, config.path), config, onSkip), config);
    case 'parquet':
      return splitSource(await openParquet(resolve(folder, config.path), config, onSkip), config);
  }
}
