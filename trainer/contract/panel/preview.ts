import * as z from 'zod';
import {WeightsFormat} from '../model/weightsFormat.ts';
import {AskedEngine} from '../engine/askedEngine.ts';
import {EngineInfo} from '../engine/engineInfo.ts';
import {ErrorRecord} from '../errors.ts';
import {MergeSetting} from '../config/merge/mergeSetting.ts';

/** Images of one preview, cells of one grid, and images in a cell: at the size of a panel, more would not show more. */
export const maxPreviewImages = 64;
export const maxGridCells = 25;
export const maxCellImages = 16;
/** Prompts of one picture, and characters of each: text encoders read fewer. */
export const maxPreviewPrompts = 16;
export const maxGuidance = 100;
const promptText = z.string().max(4000);

/** What a model with a text encoder is asked to draw. */
export const PreviewText = z.strictObject({
  /** A row of the picture each. */
  prompts: z.array(promptText).min(1).max(maxPreviewPrompts),
  /** What to keep away from, for all prompts. */
  negative: promptText,
  /** How far past the prediction with the prompt: 1 is that prediction. */
  guidance: z.number().min(0).max(maxGuidance),
});
export type PreviewText = z.infer<typeof PreviewText>;

const drawing = {
  /** Returned with every picture; a later order has a higher number. */
  id: z.int().min(0),
  seed: z.int().min(0).max(0xffff_ffff),
  /** DDIM steps of the refined picture. */
  steps: z.int().min(1).max(1000),
  /** Left out: a model with a text encoder draws the empty prompt. */
  text: PreviewText.optional(),
};

/** Images in a picture that has `images` of each prompt. */
export function pictureCount(images: number, text: PreviewText | undefined): number {
  return images * (text?.prompts.length ?? 1);
}

function hasAtMost(most: number) {
  return ({images, text}: {images: number; text?: PreviewText | undefined}) => pictureCount(images, text) <= most;
}

/** One merge, coarse first, then refined, then base and last saved merge where they are not drawn yet. Ends what is being drawn. */
export const DrawOrder = z
  .strictObject({
    kind: z.literal('draw'),
    ...drawing,
    setting: MergeSetting,
    /** Of each prompt. */
    images: z.int().min(1).max(maxPreviewImages),
  })
  .refine(hasAtMost(maxPreviewImages));

/** Several merges, a small picture each. Ends what is being drawn. */
export const GridOrder = z
  .strictObject({
    kind: z.literal('grid'),
    ...drawing,
    settings: z.array(MergeSetting).min(1).max(maxGridCells),
    images: z.int().min(1).max(maxCellImages),
  })
  .refine(hasAtMost(maxCellImages));

const CancelOrder = z.strictObject({kind: z.literal('cancel')});

/** What the page of a panel asks a preview for. It names a run, never a path. */
export const PreviewCommand = z.discriminatedUnion('kind', [
  z.strictObject({kind: z.literal('start'), run: z.string()}),
  DrawOrder,
  GridOrder,
  CancelOrder,
  z.strictObject({kind: z.literal('stop')}),
]);
export type PreviewCommand = z.infer<typeof PreviewCommand>;

/** The models of a preview: the first line that its process receives. Paths are absolute. */
export const OpenOrder = z.strictObject({
  kind: z.literal('open'),
  /** A diffusers folder. */
  base: z.string(),
  /** Folders or bare weights files, with their timesteps [low, high) where they do not record them. */
  experts: z.array(z.strictObject({path: z.string(), range: z.tuple([z.int(), z.int()]).optional()})).min(1),
  /** The merge that is drawn beside; null: none. */
  saved: z.string().nullable(),
  /** Number format that a saved merge would have: the preview has its roundings. */
  dtype: WeightsFormat,
  engine: AskedEngine,
});
export type OpenOrder = z.infer<typeof OpenOrder>;

/** The lines that a preview process receives. */
export const PreviewOrder = z.discriminatedUnion('kind', [
  OpenOrder,
  DrawOrder,
  GridOrder,
  CancelOrder,
  /** Another merge was saved. */
  z.strictObject({kind: z.literal('saved'), path: z.string()}),
]);
export type PreviewOrder = z.infer<typeof PreviewOrder>;
export type PreviewDrawing = z.infer<typeof DrawOrder> | z.infer<typeof GridOrder>;

/** A pattern over a whole picture would take the engine of regular expressions to its limits: this looks for what must not be there. */
const base64 = z.custom<string>((value) => typeof value === 'string' && !/[^A-Za-z0-9+/=]/.test(value), 'not base64');

export const previewPictures = ['coarse', 'refined', 'base', 'saved', 'cell'] as const;

/** A PNG that was drawn, and how. */
export const PreviewPicture = z.strictObject({
  kind: z.literal('picture'),
  id: z.int(),
  of: z.enum(previewPictures),
  /** Which cell of a grid; 0 for all others. */
  cell: z.int().min(0),
  png: base64,
  seed: z.int(),
  /** Of each prompt. */
  images: z.int(),
  steps: z.int(),
  /** What it was asked for; absent for a model without a text encoder. */
  text: PreviewText.optional(),
  /** From the arrival of the order to this picture. */
  seconds: z.number(),
});
export type PreviewPicture = z.infer<typeof PreviewPicture>;

/** The lines that a preview process sends, which are passed on to the page. */
export const PreviewNews = z.discriminatedUnion('kind', [
  /** The models are loaded. */
  z.strictObject({
    kind: z.literal('ready'),
    engine: EngineInfo,
    parameters: z.int(),
    seconds: z.number(),
    /** Whether they draw what a text asks for. */
    hasText: z.boolean().optional(),
  }),
  PreviewPicture,
  /** All pictures of the order are drawn. */
  z.strictObject({kind: z.literal('done'), id: z.int(), seconds: z.number()}),
  z.strictObject({kind: z.literal('cancelled'), id: z.int()}),
  z.strictObject({kind: z.literal('failed'), id: z.int(), error: ErrorRecord}),
  /** The preview has ended; the error is the reason, absent where the page ended it. */
  z.strictObject({kind: z.literal('ended'), error: ErrorRecord.nullable()}),
]);
export type PreviewNews = z.infer<typeof PreviewNews>;
