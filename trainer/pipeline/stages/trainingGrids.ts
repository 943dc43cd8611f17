import {dirname} from 'node:path';
import {listedPrompts} from '../../contract/config/evaluateConfig.ts';
import type {TrainingSamplesConfig} from '../../contract/config/training.ts';
import type {ImageSource} from '../../data/dataset.ts';
import type {Denoiser} from '../../models/denoiser.ts';
import {drawingParts, type Components} from '../../models/components.ts';
import {Predictor} from '../../models/predictor.ts';
import type {Params} from '../../nn/params.ts';
import {modelPredict} from '../../sample/predict.ts';
import {promptGrid} from '../../sample/prompts.ts';
import {sampleImages, type SampleImagesRequest} from '../../sample/sampleImages.ts';
import type {NoiseSchedule} from '../../schedulers/schedule.ts';
import {writeFileAtomic} from '../../store/files/atomicFile.ts';
import {writeWithRoom} from '../../store/files/writeWithRoom.ts';
import type {TrainHooks} from '../../train/trainTask.ts';
import {runPaths} from '../../store/run/runPaths.ts';
import {runPrompts} from './data/runPrompts.ts';
import {sampleGrid} from '../../data/pictures/sampleGrid.ts';
import {orStop, type StageContext, Stopped} from './stageContext.ts';

/** What is drawn with. */
export interface DrawnModel {
  readonly denoiser: Denoiser;
  readonly schedule: NoiseSchedule;
  readonly components: Components;
  /** Whether nothing but drawing needs these any more. */
  readonly onlyDrawing: boolean;
  /** Its images are as large as those that are drawn. */
  readonly validation: ImageSource;
}

/** The hook by which a training draws grids of its weights into the run folder; none where the config wants none. */
export function trainingGrids(
  context: StageContext,
  config: TrainingSamplesConfig | undefined,
  model: DrawnModel,
): Pick<TrainHooks, 'pictures'> {
  if (config === undefined) return {};
  const prompts = listedPrompts(config);
  const grid = prompts ? promptGrid(prompts, config.images) : {count: config.images};
  const draw = async (params: Params, update: number) => {
    const images = await drawImages(context, {...config, ...grid}, model, params);
    const columns = 'perPrompt' in grid ? grid.perPrompt : undefined;
    if (images !== null) await writeGrid(context, update, sampleGrid(images, model.validation.shape, columns));
  };
  return {pictures: {every: config.every, draw}};
}

/** Null when it was asked to stop. The program for drawing, autoencoder and text encoder live only that long, so that training has the memory to itself. */
async function drawImages(
  context: StageContext,
  config: TrainingSamplesConfig & Pick<SampleImagesRequest, 'perPrompt' | 'count'>,
  {denoiser, schedule, components, onlyDrawing, validation}: DrawnModel,
  params: Params,
): Promise<Float32Array | null> {
  await components.load(drawingParts);
  const predictor = new Predictor(denoiser, params);
  const space = components.spaceOf(validation.shape);
  const batch = Math.min(config.batch, config.count);
  try {
    const text = await runPrompts(context, components, validation, config);
    const request = {...config, batch, schedule, space, text, predict: modelPredict(predictor, config.precision)};
    return await sampleImages({...request, beforeBatch: () => orStop(context)});
  } catch (error) {
    if (error instanceof Stopped) return null;
    throw error;
  } finally {
    predictor.dispose();
    components.unload(onlyDrawing ? drawingParts : ['decoder']);
  }
}

async function writeGrid(context: StageContext, update: number, png: Uint8Array): Promise<void> {
  const {run, stage, emit, nextAction, watch} = context;
  const file = runPaths.trainingGrid(run, stage, update);
  const folder = dirname(file);
  await watch.makeFolder(folder);
  const say = (level: 'info' | 'warning', message: string) =>
    emit({type: 'log', stage, level, message, waiting: level === 'warning'});
  const what = `the samples of update ${update}`;
  const written = await writeWithRoom({folder, bytes: png.length, what, say, nextAction}, () =>
    writeFileAtomic(file, png),
  );
  if (written !== null) emit({type: 'images', stage, file, update});
}
