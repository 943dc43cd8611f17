import * as z from 'zod';
import {ErrorRecord} from '../errors.ts';
import {MergeSetting} from '../config/merge/mergeSetting.ts';
import {panelCommands} from '../overview/nextAction.ts';
import {PreviewCommand, PreviewNews} from './preview.ts';
import {MeasureReply, MeasureRequest} from './measureMessages.ts';
import {RunDetails, RunView, SystemUsage} from './panelViews.ts';
import {RunList} from './runList.ts';
import {RunNotes} from '../run/runNotes.ts';
import {StudySummary, StudyView} from './studyViews.ts';
import {KeptWeights} from '../run/snapshots/keptWeights.ts';

/** Runs that can be laid over each other. */
export const maxCompared = 10;
/** Bins of a curve, and columns of a heat map. */
export const maxPoints = 4000;

/** What the visible part of the page needs to be kept up to date with. A new one replaces the last. */
export const Watch = z.strictObject({
  curves: z
    .strictObject({
      runs: z.array(z.string()).max(maxCompared),
      /** Updates; null: all of them, also those to come. */
      range: z.strictObject({from: z.number(), to: z.number()}).nullable(),
      points: z.int().min(1).max(maxPoints),
      logarithmic: z.boolean(),
    })
    .nullable(),
  heatMaps: z
    .strictObject({runs: z.array(z.string()).max(maxCompared), points: z.int().min(1).max(maxPoints)})
    .nullable(),
  /** The run whose processes' memory is shown. */
  system: z.strictObject({run: z.string()}).nullable(),
});
export type Watch = z.infer<typeof Watch>;

export const exportFormats = ['csv', 'json', 'tensorboard'] as const;
export const controlCommands = ['pause', 'resume', 'stop'] as const;

/** What the page asks for once and gets one answer to. */
export const PanelRequest = z.discriminatedUnion('kind', [
  z.strictObject({kind: z.literal('details'), run: z.string()}),
  z.strictObject({kind: z.literal('study'), path: z.string()}),
  z.strictObject({kind: z.literal('merge'), run: z.string(), ...MergeSetting.shape}),
  MeasureRequest,
  /** A command of the editor about a run. */
  z.strictObject({kind: z.literal('command'), run: z.string(), command: z.enum(panelCommands)}),
  /** The weights of experts that a run keeps at this moment. */
  z.strictObject({kind: z.literal('kept'), run: z.string()}),
  /** A config whose experts start from what the run keeps of an update, or of the newest before it. */
  z.strictObject({kind: z.literal('fork'), run: z.string(), update: z.int().min(0)}),
  z.strictObject({kind: z.literal('control'), run: z.string(), command: z.enum(controlCommands)}),
  z.strictObject({kind: z.literal('notes'), run: z.string(), ...RunNotes.pick({tags: true, note: true}).shape}),
  /** All steps of the runs at full resolution, into a file that the user chooses. */
  z.strictObject({
    kind: z.literal('export'),
    runs: z.array(z.string()).min(1).max(maxCompared),
    format: z.enum(exportFormats),
  }),
  /** A picture of the page into a file that the user chooses. */
  z.strictObject({
    kind: z.literal('save'),
    name: z.string(),
    content: z.union([z.string(), z.custom<Uint8Array>((value) => value instanceof Uint8Array, 'not a Uint8Array')]),
  }),
  /** A copy of a picture of a run into a file that the user chooses. */
  z.strictObject({kind: z.literal('saveImage'), run: z.string(), source: z.string()}),
]);
export type PanelRequest = z.infer<typeof PanelRequest>;

/** The answers: nothing, what a run has measured or keeps, or the path of what was written (null: the user cancelled). */
export const PanelReply = z.discriminatedUnion('kind', [
  z.strictObject({kind: z.literal('done')}),
  z.strictObject({kind: z.literal('details'), details: RunDetails}),
  z.strictObject({kind: z.literal('study'), study: StudyView}),
  MeasureReply,
  z.strictObject({kind: z.literal('kept'), weights: z.array(KeptWeights)}),
  z.strictObject({kind: z.literal('written'), path: z.string().nullable()}),
]);
export type PanelReply = z.infer<typeof PanelReply>;

/** A request of the page, whatever it asks for: its number is answered. */
export const UnknownRequest = z.looseObject({type: z.literal('request'), id: z.int()});

/** From the page to its host. */
export const PageMessage = z.discriminatedUnion('type', [
  /** The page is ready and needs a snapshot. */
  z.strictObject({type: z.literal('ready')}),
  z.strictObject({type: z.literal('watch'), watch: Watch}),
  z.strictObject({type: z.literal('request'), id: z.int(), request: PanelRequest}),
  /** Which run the page shows, so that the same comes back after a restart. */
  z.strictObject({type: z.literal('selected'), run: z.string()}),
  z.strictObject({type: z.literal('preview'), command: PreviewCommand}),
]);
export type PageMessage = z.infer<typeof PageMessage>;

/** What the page keeps over a restart, as far as its host must know it. */
export const SavedPanel = z.looseObject({
  scope: z.enum(['experiment', 'compare']),
  selected: z.string().nullable(),
});
export type SavedPanel = z.infer<typeof SavedPanel>;

const numbers = z.custom<Float64Array>((value) => value instanceof Float64Array, 'not a Float64Array');

/** Bins of a curve (`contract/curveBins.ts`) from number `at` on; those before stay as they are. */
export const CurveChange = z.strictObject({
  run: z.string(),
  stage: z.string(),
  at: z.int(),
  bins: numbers,
  /** Bins before the range, with which a moving average begins. */
  lead: z.int(),
  stepsInRange: z.int(),
  steps: z.int(),
});
export type CurveChange = z.infer<typeof CurveChange>;

/** Columns of a heat map (`contract/curveBins.ts`) from number `at` on. */
export const HeatMapChange = z.strictObject({run: z.string(), stage: z.string(), at: z.int(), bins: numbers});
export type HeatMapChange = z.infer<typeof HeatMapChange>;

/** From the host to its page. */
export const HostMessage = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('snapshot'),
    /** Runs of one experiment, or all for comparing. */
    scope: z.enum(['experiment', 'compare']),
    title: z.string(),
    list: RunList,
    selected: z.string().nullable(),
    /** Whether the workspace may run anything. */
    trusted: z.boolean(),
  }),
  z.strictObject({type: z.literal('run'), run: RunView}),
  z.strictObject({type: z.literal('removed'), run: z.string()}),
  /** All studies, matrices and benchmarks of these runs; comes again when one has changed. */
  z.strictObject({type: z.literal('studies'), studies: z.array(StudySummary)}),
  /** One that the user has asked for. */
  z.strictObject({type: z.literal('showStudy'), path: z.string()}),
  /** Runs that the user wants to see beside each other; the others are compared with the first. */
  z.strictObject({type: z.literal('showCompared'), runs: z.array(z.string()).min(1).max(maxCompared)}),
  /** All curves and heat maps that have changed, so that the page draws once. */
  z.strictObject({type: z.literal('curves'), curves: z.array(CurveChange)}),
  z.strictObject({type: z.literal('heatMaps'), heatMaps: z.array(HeatMapChange)}),
  z.strictObject({type: z.literal('system'), usage: SystemUsage}),
  z.strictObject({type: z.literal('preview'), news: PreviewNews}),
  z.strictObject({type: z.literal('reply'), id: z.int(), reply: PanelReply}),
  z.strictObject({type: z.literal('refused'), id: z.int(), error: ErrorRecord}),
  /** An error that does not belong to a request. */
  z.strictObject({type: z.literal('error'), error: ErrorRecord}),
]);
export type HostMessage = z.infer<typeof HostMessage>;
