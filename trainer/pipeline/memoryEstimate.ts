import {freemem} from 'node:os';
import {openWeightsFiles} from '../store/weightsFile.ts';
import {readModelFolder} from '../store/modelFolder.ts';
import {elementCount} from '../store/tensorReader.ts';

/**
 * Float32 vectors of the size of the network that live at once while an expert trains: weights and their flat copy, gradient and its
 * flat copy, two moments and their successors, EMA and its successor, teacher.
 */
const trainingVectors = 11;

/** Code and buffers of an engine, and activations of a small batch. */
const processBytes = 1.5 * 2 ** 30;

/** Bytes that a training process of this base needs at least; activations of large images come on top. */
export async function trainingBytes(baseFolder: string): Promise<number> {
  const reader = await openWeightsFiles((await readModelFolder(baseFolder)).weightsFiles);
  try {
    const parameters = [...reader.shapes.values()].reduce((sum, shape) => sum + elementCount(shape), 0);
    return processBytes + 4 * parameters * trainingVectors;
  } finally {
    await reader.close();
  }
}

/** How many processes of that size fit into the memory that is free now; at least one, which then has to try. */
export function processesThatFit(bytes: number, free = freemem()): number {
  return Math.max(1, Math.floor(free / bytes));
}
