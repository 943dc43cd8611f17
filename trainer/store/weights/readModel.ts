import {stat} from 'node:fs/promises';
import type {PredictionType} from '../../contract/model/predictionType.ts';
import {readModelFolder, type ModelFolder} from './modelFolder.ts';

/**
 * Reads a model from a diffusers folder or a single-file checkpoint of Stable Diffusion, which is like one. `predictionType` is what to take
 * for a checkpoint, whatever it says itself. Throws a UserError for a bare weights file, which has no config.
 */
export async function readModel(path: string, predictionType?: PredictionType): Promise<ModelFolder> {
  const isFile = (await stat(path).catch(() => null))?.isFile() === true;
  if (!isFile) return readModelFolder(path);
  const {readSingleFile} = await import('./singleFile/readSingleFile.ts');
  // What is neither is refused as a folder would be that lacks a config.
  return (await readSingleFile(path, predictionType)) ?? readModelFolder(path);
}
