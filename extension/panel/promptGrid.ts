import type {DemeConfig} from '../../trainer/contract/config/config.ts';
import {listedPrompts, type SamplingConfig} from '../../trainer/contract/config/evaluateConfig.ts';
import {maxPreviewPrompts, PreviewText} from '../../trainer/contract/panel/preview.ts';
import type {PromptGrid} from '../../trainer/contract/panel/panelViews.ts';
import {promptGridSize, usualGuidance} from '../../trainer/contract/run/promptGrid.ts';
import {parseStage} from '../../trainer/contract/run/stage.ts';

interface DrawnSamples {
  readonly sampling: SamplingConfig;
  readonly images: number;
}

/** What the rows and columns of the samples of a stage show; undefined where its config has no prompts. */
export function promptGrid(config: DemeConfig, stage: string): PromptGrid | undefined {
  const drawn = samplesOf(config, stage);
  const {negative = '', guidance = usualGuidance, seed} = drawn?.sampling ?? {};
  const prompts = drawn && listedPrompts(drawn.sampling);
  if (drawn === undefined || prompts === undefined || seed === undefined) return undefined;
  const {rows, columns} = promptGridSize(prompts.length, drawn.images);
  return {prompts: prompts.slice(0, rows), negative, guidance, columns, seed};
}

/** How many images the samples of a stage have; undefined where its config does not say. */
export function sampleCount(config: DemeConfig, stage: string): number | undefined {
  return samplesOf(config, stage)?.images;
}

/** What a preview of a run draws at first: as its evaluation does, or its training; undefined where they have no prompts. */
export function promptsOf({evaluate, decouple}: DemeConfig): PreviewText | undefined {
  const sampling = [evaluate?.sampling, decouple?.samples].find((each) => each && listedPrompts(each));
  if (sampling === undefined) return undefined;
  const {negative = '', guidance = usualGuidance} = sampling;
  const first = typeof negative === 'string' ? negative : negative[0];
  return PreviewText.safeParse({
    prompts: listedPrompts(sampling)?.slice(0, maxPreviewPrompts),
    negative: first,
    guidance,
  }).data;
}

function samplesOf({evaluate, decouple, pretrain}: DemeConfig, name: string): DrawnSamples | undefined {
  const kind = parseStage(name)?.kind;
  if (kind === 'evaluate') return evaluate && {sampling: evaluate.sampling, images: evaluate.grid};
  const samples = kind === 'pretrain' ? pretrain?.samples : decouple?.samples;
  return samples && {sampling: samples, images: samples.images};
}
