import * as tf from '@tensorflow/tfjs-core';
import type {Tensor2D, Tensor3D} from '@tensorflow/tfjs-core';
import type {SamplingConfig} from '../contract/config/evaluateConfig.ts';
import {UserError} from '../contract/errors.ts';
import {promptGridSize, usualGuidance} from '../contract/run/promptGrid.ts';
import type {TextConditioner} from '../models/clip/textConditioner.ts';
import {guidedPredict, isGuided, type Guidance} from './guidance.ts';
import type {Predict} from './predict.ts';

/** What images are drawn by: texts, and what is kept away from. */
export interface Prompts {
  readonly text: TextConditioner;
  readonly count: number;
  prompt(index: number): Promise<string>;
  negative(index: number): string;
  readonly guidance: Guidance;
}

/** The part of a sampling that says what to draw. */
export interface PromptSettings extends Pick<SamplingConfig, 'negative' | 'guidance' | 'guidanceRescale'> {
  readonly prompts?: readonly string[] | undefined;
}

/** Prompts for a model, the empty one where none is given; undefined for a model without texts. Throws a UserError for settings that do not fit it. */
export function promptsFor(
  text: TextConditioner | null,
  {prompts = [''], negative = '', guidance = usualGuidance, guidanceRescale}: PromptSettings,
): Prompts | undefined {
  if (text === null) {
    if (prompts.every((prompt) => prompt === '')) return undefined;
    throw new UserError('prompts-unused', 'This model is not conditioned on text, so it cannot draw by prompts.', {
      hint: 'Leave the prompts out.',
    });
  }
  const negatives = typeof negative === 'string' ? [negative] : negative;
  if (negatives.length !== 1 && negatives.length !== prompts.length) {
    throw new UserError(
      'prompts-invalid',
      `${prompts.length} prompts and ${negatives.length} negative ones do not fit.`,
      {
        hint: 'Give one negative prompt for all, or one for each prompt.',
      },
    );
  }
  return {
    text,
    count: prompts.length,
    prompt: (index) => Promise.resolve(prompts[index] ?? ''),
    negative: (index) => negatives[index] ?? negatives[0] ?? '',
    guidance: {scale: guidance, rescale: guidanceRescale},
  };
}

/** How many images of each prompt are in a grid of about `images`, and how many in all: a row for each prompt. */
export function promptGrid(prompts: readonly string[], images: number): {perPrompt: number; count: number} {
  const {rows, columns} = promptGridSize(prompts.length, images);
  return {perPrompt: columns, count: rows * columns};
}

/**
 * A model that draws a batch by these of the prompts, one for each image. Encodes the texts at once; `dispose` frees what it holds of
 * them.
 */
export async function promptedPredict(
  predict: Predict,
  {text, prompt, negative, guidance}: Prompts,
  chosen: readonly number[],
): Promise<{readonly predict: Predict; dispose(): void}> {
  const guided = isGuided(guidance);
  const rows = [...(guided ? chosen.map(negative) : []), ...(await Promise.all(chosen.map(prompt)))];
  const context = encodeRows(text, rows);
  const condition = {context};
  return {
    predict: guided
      ? guidedPredict(predict, condition, guidance)
      : (noisy, timestep) => predict(noisy, timestep, condition),
    dispose: () => context.dispose(),
  };
}

/** States [N,T,width] of texts, each different one encoded once. */
function encodeRows(text: TextConditioner, texts: readonly string[]): Tensor3D {
  const different = [...new Set(texts)];
  return tf.tidy(() => {
    const states = text.encode(different);
    const [, tokens, width] = states.shape;
    const flat: Tensor2D = tf.reshape(states, [different.length, tokens * width]);
    const rows = tf.gather(
      flat,
      tf.tensor1d(
        texts.map((each) => different.indexOf(each)),
        'int32',
      ),
    );
    return tf.reshape(rows, [texts.length, tokens, width]);
  });
}
