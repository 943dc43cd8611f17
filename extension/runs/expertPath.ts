import {join, resolve} from 'node:path';
import type {Run} from './run.ts';

/** Folder or weights file of an expert of a run: given in its config, or made by the run. */
export function expertPath({path, config}: Pick<Run, 'path' | 'config'>, index: number): string {
  const given = config.config.experts?.[index];
  return given ? resolve(config.folder, given.model) : join(path, 'models', `expert-${index}`);
}
