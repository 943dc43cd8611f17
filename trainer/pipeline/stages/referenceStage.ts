import {join} from 'node:path';
import {
  featureFileNames,
  featureNames,
  referencePath,
  type EvaluateConfig,
} from '../../contract/config/evaluateConfig.ts';
import type {FeatureNetworkName} from '../../contract/model/featureNetwork.ts';
import {openPictureFiles} from '../../data/pictureFiles.ts';
import {FeatureCollector, type FeatureNetwork} from '../../evaluate/featureNetwork.ts';
import {featureNetworks, withFeatureNetworks} from '../../evaluate/featureNetworks.ts';
import {requireEnoughImages} from '../../evaluate/scoring/enoughImages.ts';
import {decodedPictures} from '../../evaluate/scoring/measurePictures.ts';
import {readReferenceStatistics} from '../../evaluate/scoring/referenceStatistics.ts';
import {isStatisticsFile, writeStatistics} from '../../evaluate/statisticsFile.ts';
import {runPaths} from '../../store/run/runPaths.ts';
import {blockMaker} from '../drawing/blockTaker.ts';
import {openDrawingFolder} from '../drawing/drawingFolder.ts';
import {FeatureBlocks} from '../drawing/featureBlocks.ts';
import {measureSource} from '../drawing/measureSource.ts';
import {writeAllFeatures} from './featureFile.ts';
import {note, orStop, progress, requireEvaluate, type StageContext, type StageOutcome} from './stageContext.ts';
import {openStageData} from './data/stageData.ts';
import {makeFolders} from '../../store/files/makeFolders.ts';

/** What Fréchet distance and KID compare samples with: features of all test images or of other images, or given statistics. */
export async function referenceStage(context: StageContext): Promise<StageOutcome> {
  const config = requireEvaluate(context);
  await context.watch.makeFolder(runPaths.evaluation(context.run, 'reference'));
  const drawing = await openDrawingFolder(context, 'reference');
  for (const [path, names] of networksByReference(config)) {
    if (path !== null && isStatisticsFile(path)) {
      for (const name of names) await keepStatistics(context, config, path, name);
      continue;
    }
    const folder = join(drawing, names.join('-'));
    makeFolders(folder);
    const blocks = await withFeatureNetworks(names, (networks) =>
      path === null
        ? measureTestImages(context, folder, networks)
        : context.watch.readingInput(path, (file) => measurePictures(context, file, folder, networks)),
    );
    await writeAllFeatures(context.run, 'reference', config, blocks, names);
  }
  return 'done';
}

/** The networks that have the same reference, by its path in the config; null: the test images. */
function networksByReference(config: EvaluateConfig): Map<string | null, FeatureNetworkName[]> {
  const groups = new Map<string | null, FeatureNetworkName[]>();
  for (const name of featureNames(config.features)) {
    const path = referencePath(config, name);
    groups.set(path, [...(groups.get(path) ?? []), name]);
  }
  return groups;
}

async function keepStatistics(
  {run, watch}: StageContext,
  {features}: EvaluateConfig,
  path: string,
  name: FeatureNetworkName,
): Promise<void> {
  const {dimension} = featureNetworks[name];
  const {spatial: _, ...statistics} = await watch.readingInput(path, (file) =>
    readReferenceStatistics(file, {name, dimension}),
  );
  const fileName = featureFileNames(features)[featureNames(features).indexOf(name)];
  await writeStatistics(runPaths.statistics(run, 'reference', fileName), statistics);
}

async function measureTestImages(
  context: StageContext,
  folder: string,
  networks: readonly FeatureNetwork[],
): Promise<FeatureBlocks> {
  const {test} = await openStageData(context);
  requireEnoughImages(test.size, 'data.test');
  return measureSource(context, test, {folder, networks});
}

const referenceFiles = {imageColumn: 'image', setting: 'evaluate.reference'};

/** Images in files, each prepared by the rule of the network, as `deme score` does it. */
async function measurePictures(
  context: StageContext,
  path: string,
  folder: string,
  networks: readonly FeatureNetwork[],
): Promise<FeatureBlocks> {
  const images = await openPictureFiles(path, referenceFiles, note(context));
  requireEnoughImages(images.size, path);
  const blocks = await FeatureBlocks.open(folder, images.size);
  const collectors = networks.map((network) => new FeatureCollector(network, network.prepare));
  const make = blockMaker(blocks, collectors);
  const report = progress(context, 'reference images');
  for (const [first, end] of blocks.missing([0, images.size])) {
    let index = first;
    for await (const pictures of decodedPictures(images, [first, end])) {
      await orStop(context);
      for (const picture of pictures) await make(index++, picture);
      report(index, images.size);
    }
  }
  return blocks;
}
