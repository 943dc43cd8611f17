import {join} from 'node:path';
import {
  featureNames,
  keptImages,
  listedPrompts,
  measuredCount,
  referencePath,
  type EvaluateConfig,
} from '../../contract/config/evaluateConfig.ts';
import type {FeatureNetworkName} from '../../contract/model/featureNetwork.ts';
import {sampleGrid} from '../../data/pictures/sampleGrid.ts';
import type {FeatureNetwork} from '../../evaluate/featureNetwork.ts';
import {withFeatureNetworks} from '../../evaluate/featureNetworks.ts';
import {readReferenceStatistics} from '../../evaluate/scoring/referenceStatistics.ts';
import {isStatisticsFile} from '../../evaluate/statisticsFile.ts';
import {pictureName} from '../../sample/pictureName.ts';
import {promptGrid} from '../../sample/prompts.ts';
import {sampleBatches, type ImageSpan, type SampleImagesRequest} from '../../sample/sampleImages.ts';
import {writeFileAtomic} from '../../store/files/atomicFile.ts';
import {runPaths} from '../../store/run/runPaths.ts';
import type {StageContext} from '../stages/stageContext.ts';
import {blockTaker} from './blockTaker.ts';
import type {FeatureBlocks} from './featureBlocks.ts';
import {giveImages, imagesLeft, neededSpans, type ImageTaker} from './imageTakers.ts';
import {ReportPace} from './reportPace.ts';

/** Images of the series of an evaluation: also those of its grid, unless that has images of its own for the prompts of the config. */
export function seriesCount(config: EvaluateConfig): number {
  return Math.max(measuredCount(config), promptGridOf(config) === null ? config.grid : 0);
}

/** The grid of an evaluation that has a row for each prompt that stands in the config; null for one that shows the first images of the series. */
export function promptGridOf({sampling, grid}: EvaluateConfig): {perPrompt: number; count: number} | null {
  const prompts = listedPrompts(sampling);
  return prompts && grid > 0 ? promptGrid(prompts, grid) : null;
}

/** A part of the series of images that an evaluation draws from a model. */
export interface MeasuredSpan {
  readonly config: EvaluateConfig;
  /** Name of the model. */
  readonly model: string;
  readonly drawing: Omit<SampleImagesRequest, 'count'>;
  readonly blocks: FeatureBlocks;
  readonly span: ImageSpan;
  /** What else is made of images of the series. */
  readonly others?: readonly ImageTaker[];
}

/** Draws the images of a span that are missing, and measures and keeps them as the config says. */
export async function measureSpan(
  context: StageContext,
  {config, model, drawing, blocks, span, others = []}: MeasuredSpan,
): Promise<void> {
  const kept = keptImages(config);
  const folder = kept.folder || kept.tar ? runPaths.drawnImages(context.run, model) : null;
  if (folder !== null) await context.watch.makeFolder(folder);
  const {imageShape: shape} = drawing.space;
  const keep = async (index: number, image: Float32Array) => {
    if (folder !== null)
      await writeFileAtomic(join(folder, pictureName(index, blocks.count)), sampleGrid(image, shape));
  };
  const missing = blocks.missing(span).length > 0;
  const names = missing ? featureNames(config.features) : [];
  await withFeatureNetworks(names, async (networks) => {
    for (const [i, network] of networks.entries()) await requireReference(context, config, names[i], network);
    const takers = [blockTaker(blocks, span, {networks, shape, keep}), ...others];
    const needed = neededSpans(takers);
    const total = Math.max(span[1] - span[0], imagesLeft(needed, 0));
    const onProgress = samplesProgress(context, total, needed);
    const count = seriesCount(config);
    await giveImages({shape, batches: (span) => sampleBatches({...drawing, count, span, onProgress})}, takers);
  });
}

/** Throws a UserError for statistics of other features, now that these are known, rather than once all is drawn. */
async function requireReference(
  {watch}: StageContext,
  config: EvaluateConfig,
  name: FeatureNetworkName | undefined,
  {record}: FeatureNetwork,
): Promise<void> {
  const path = name && referencePath(config, name);
  if (path && isStatisticsFile(path)) await watch.readingInput(path, (file) => readReferenceStatistics(file, record));
}

/** Reports how many images of `total` are there, where the newest are at a place in the series. */
function samplesProgress(
  {emit, stage}: StageContext,
  total: number,
  needed: readonly ImageSpan[],
): (position: number) => void {
  const pace = new ReportPace();
  return (position) => {
    const left = imagesLeft(needed, position);
    if (!pace.isDue(left <= 0)) return;
    emit({type: 'progress', stage, done: total - left, total, what: 'samples'});
  };
}
