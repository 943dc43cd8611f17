import {resolve} from 'node:path';
import type {DataConfig} from '../contract/config/dataConfig.ts';
import {withClassCaptions} from './captions/classCaptions.ts';
import {folderCaptions} from './captions/folderCaptions.ts';
import {openCifar10} from './cifar10.ts';
import type {Datasets, ImageSource} from './dataset.ts';
import {imageFiles, imagesAmong} from './imageFolder.ts';
import {openMnist} from './mnist.ts';
import {parquetImages} from './parquet/parquet.ts';
import {splitSource} from './split.ts';
import {namedSplits, type NamedSplits} from './splitNames.ts';
import {filesEnding, walkFiles, type FoundFile} from './walkFiles.ts';
import {webDatasetImages} from './webDataset/webDataset.ts';

/**
 * Opens the images of a config and splits them. Relative paths start at `folder`. `onSkip` gets a sentence about what is left out: images that
 * cannot be decoded, where the config says to skip them, and other files. `onNote` gets one about which files are used for what. `walked`: the
 * files at the path of the data, where they are known already; then nothing is said of what could not be read among them.
 */
export async function openData(
  config: DataConfig,
  folder: string,
  onSkip: (message: string) => void,
  onNote: (message: string) => void = () => undefined,
  walked?: readonly FoundFile[],
): Promise<Datasets> {
  return splitSource(await openSplits(config, folder, onSkip, onNote, walked), config);
}

/** The parts that the dataset has itself. */
async function openSplits(
  config: DataConfig,
  folder: string,
  onSkip: (message: string) => void,
  onNote: (message: string) => void,
  walked?: readonly FoundFile[],
): Promise<NamedSplits<ImageSource>> {
  if (config.kind === 'mnist') {
    const digits = await openMnist(config.path === undefined ? undefined : resolve(folder, config.path));
    return config.captions ? withClassCaptions(digits, config.captions) : digits;
  }
  const path = resolve(folder, config.path);
  if (config.kind === 'cifar10') return openCifar10(path);
  const {files, open} = listFiles(config, path, walked ?? (await walkFiles(path, onSkip)), onSkip);
  const {train, validation, test} = namedSplits(files, {split: config.split, onNote});
  return {
    train: await open(train),
    ...(validation && {validation: await open(validation)}),
    ...(test && {test: await open(test)}),
  };
}

type FileConfig = Exclude<DataConfig, {kind: 'mnist' | 'cifar10'}>;

/** The files that a dataset is made of, of those `found` at its path, and how some of them become images. */
function listFiles(
  config: FileConfig,
  path: string,
  found: readonly FoundFile[],
  onSkip: (message: string) => void,
): {files: readonly FoundFile[]; open(part: readonly FoundFile[]): ImageSource | Promise<ImageSource>} {
  const column = config.captions?.column;
  switch (config.kind) {
    case 'images': {
      const captions = folderCaptions(found, column);
      const files = imagesAmong(found, path, onSkip);
      return {files, open: (part) => imageFiles(part, config, captions, onSkip)};
    }
    case 'parquet':
      return {
        files: filesEnding(found, '.parquet', path),
        open: (part) => parquetImages(part, config, onSkip),
      };
    case 'webdataset':
      return {
        files: filesEnding(found, '.tar', path),
        open: (part) => webDatasetImages(part, config, column, onSkip),
      };
  }
}
