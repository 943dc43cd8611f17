import * as z from 'zod';
import {curveSeries} from '../run/curveBins.ts';
import {lossTermNames} from '../run/lossTerms.ts';
import {maxCompared, SavedPanel} from './panel.ts';
import {PreviewText} from './preview.ts';
import {RunTableState} from './runTableState.ts';
import {StudyTableState} from './studyViews.ts';
import {WorkbenchSetting} from './workbenchSetting.ts';

export const panelTabs = [
  'overview',
  'losses',
  'samples',
  'merge',
  'evaluation',
  'runs',
  'compare',
  'studies',
  'system',
] as const;
export type PanelTab = (typeof panelTabs)[number];

/** What the x axes of curves show: updates, images seen, or hours since the start of the run. */
export const xAxisKinds = ['update', 'images', 'time'] as const;
export type XAxisKind = (typeof xAxisKinds)[number];

export const sampleViews = ['images', 'differences'] as const;
/** By what images of samples are ordered: their number, their distance to the base's image of that number, or to the nearest real image. */
export const sampleOrders = ['number', 'base-most', 'base-least', 'real-most', 'real-least'] as const;
export type SampleOrder = (typeof sampleOrders)[number];
export const pairViews = ['wipe', 'difference', 'flicker'] as const;
/** How many times as strong a difference of samples is shown. */
export const differenceFactors = [1, 2, 4, 8] as const;

/** Curves by name, without those that another version of the panel had. */
const knownSeries = z
  .array(z.string())
  .transform((names) => names.flatMap((name) => curveSeries.find((known) => known === name) ?? []));

/** What the page keeps over a restart: which run and tab it shows, and how. What it does not know any more is as at first; the rest stays. */
export const PageState = SavedPanel.extend({
  tab: z.enum(panelTabs).default('overview').catch('overview'),
  /** Decay of the moving average for one step. */
  smoothing: z.number().min(0).max(0.999).default(0.9).catch(0.9),
  logX: z.boolean().default(false),
  logY: z.boolean().default(true),
  xAxis: z.enum(xAxisKinds).default('update').catch('update'),
  /** Part of the x axis that the charts of a run show, in its unit; null: all of it. */
  range: z.object({from: z.number(), to: z.number()}).nullable().default(null),
  series: knownSeries.default([...lossTermNames]).catch([...lossTermNames]),
  /** Charts at the top, in their order. */
  pinned: knownSeries.default([]).catch([]),
  /** The other charts in their order; none: the usual one. */
  chartOrder: knownSeries.default([]).catch([]),
  /** What the titles of the shown charts have to contain. */
  chartSearch: z.string().max(200).default('').catch(''),
  /** Stages whose lines are switched off. */
  hidden: z.array(z.string()).default([]),
  compared: z.array(z.string()).max(maxCompared).default([]),
  /** Number of the colour of each compared run, by its path. */
  comparedColours: z.record(z.string(), z.int().min(0)).default({}),
  /** Part of the x axis that the comparison shows; null: all of it. */
  comparedRange: z.object({from: z.number(), to: z.number()}).nullable().default(null),
  comparedSeries: z.enum(curveSeries).default('denoise').catch('denoise'),
  /** The model whose samples and scores are compared. */
  comparedModel: z.string().default('merged'),
  /** The run that others are compared with. */
  baseline: z.string().nullable().default(null),
  runTable: RunTableState.prefault({}).catch(RunTableState.parse({})),
  studies: StudyTableState.prefault({}).catch(StudyTableState.parse({})),
  /** Models whose samples are hidden. */
  hiddenModels: z.array(z.string()).default([]),
  /** Update whose samples are shown; null: the finished models. */
  sampleStep: z.number().nullable().default(null),
  sampleZoom: z.number().min(1).max(8).default(1).catch(1),
  /** What the merge workbench is set to, and for which run; earlier versions kept it in another form, which is dropped. */
  merge: z.object({run: z.string(), setting: WorkbenchSetting}).nullable().default(null).catch(null),
  /** What models with a text encoder were last asked to draw, by their base; the newest last. */
  prompts: z.record(z.string(), PreviewText).default({}).catch({}),
  /** Whether samples are shown as they are, or what they have otherwise than those of the base, amplified. */
  sampleView: z.enum(sampleViews).default('images').catch('images'),
  differenceFactor: z.literal(differenceFactors).default(4).catch(4),
  /** Two models that are compared in one place. */
  wipe: z
    .object({left: z.string(), right: z.string(), share: z.number().min(0).max(100)})
    .nullable()
    .default(null),
  sampleOrder: z.enum(sampleOrders).default('number').catch('number'),
  /** By whose distances. */
  orderModel: z.string().default('merged').catch('merged'),
  pairView: z.enum(pairViews).default('wipe').catch('wipe'),
});
export type PageState = z.infer<typeof PageState>;
