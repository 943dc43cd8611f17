import {resolve} from 'node:path';
import type {DataConfig} from '../contract/config/dataConfig.ts';
import {openCifar10} from './cifar10.ts';
import type {Datasets, ImageSource} from './dataset.ts';
import {imageFiles, listImages} from './imageFolder.ts';
import {openMnist} from './mnist.ts';
import {listParquet, parquetImages} from './parquet/parquet.ts';
import {splitSource} from './split.ts';
import {namedSplits, type NamedSplits} from './splitNames.ts';
import type {FoundFile} from './walkFiles.ts';

/**
 * Opens the images of a config and splits them. Relative paths start at `folder`. `onSkip` hears of what is left out: images that cannot be
 * decoded, where the config says to skip such images, and files that are none; `onNote` hears which files are used for what.
 */
export async function openData(
  config: DataConfig,
  folder: string,
  onSkip: (message: string) => void,
  onNote: (message: string) => void = () => undefined,
): Promise<Datasets> {
  return splitSource(await openSplits(config, folder, onSkip, onNote), config);
}

/** The parts that the dataset has itself. */
async function openSplits(
  config: DataConfig,
  folder: string,
  onSkip: (message: string) => void,
  onNote: (message: string) => void,
): Promise<NamedSplits<ImageSource>> {
  if (config.kind === 'mnist') return openMnist(config.path === undefined ? undefined : resolve(folder, config.path));
  const path = resolve(folder, config.path);
  if (config.kind === 'cifar10') return openCifar10(path);
  const {split} = config;
  const files = config.kind === 'images' ? await listImages(path, onSkip) : await listParquet(path, onSkip);
  const {train, validation, test} = namedSplits(files, {split, onNote});
  const open = async (part: readonly FoundFile[]) =>
    config.kind === 'images' ? imageFiles(part, config, onSkip) : parquetImages(part, config, onSkip);
  return {
    train: await open(train),
    ...(validation && {validation: await open(validation)}),
    ...(test && {test: await open(test)}),
  };
}
