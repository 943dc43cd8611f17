import {printable, printableLines} from '../../trainer/contract/printable.ts';
import type {MergeRecord} from '../../trainer/contract/run/records.ts';
import {isMerged} from '../runs/isMerged.ts';
import {lineageOf, type MergeInputNow} from '../runs/lineage.ts';
import type {Run} from '../runs/run.ts';

/** A row below a merged model: what it was merged from, and how. */
export interface LineageRow {
  readonly id: string;
  readonly label: string;
  readonly description: string;
  readonly tooltip: string;
  /** Name of a codicon, and a theme colour. */
  readonly icon: string;
  readonly color?: string;
  /** The model that it stands for; null for one that is not there, and for settings. */
  readonly folder: string | null;
  /** Has rows of its own. */
  readonly isMerged: boolean;
}

/** The rows of a merged model: base, experts, method and rules; or one that says what is wrong with its record. */
export async function lineageRows(folder: string, parent: string, runs: readonly Run[]): Promise<LineageRow[]> {
  const rows = await rowsOf(folder, parent, runs);
  return rows.map(({label, description, tooltip, ...row}) => ({
    ...row,
    label: printable(label),
    description: printable(description),
    tooltip: printableLines(tooltip),
  }));
}

async function rowsOf(folder: string, parent: string, runs: readonly Run[]): Promise<LineageRow[]> {
  try {
    const {record, base, experts} = await lineageOf(folder, runs);
    const id = (name: string) => `lineage:${parent}:${name}`;
    const rows = [
      inputRow(id('base'), record.base, base, 'base'),
      ...experts.map((input, i) =>
        inputRow(id(`expert-${i}`), record.experts[i] ?? record.base, input, expertText(record, i)),
      ),
    ];
    const known = await Promise.all(
      rows.map(async (row) => ({...row, isMerged: row.folder !== null && (await isMerged(row.folder))})),
    );
    return [...known, methodRow(id('method'), record), ...ruleRows(id('rule'), record)];
  } catch (error) {
    const description = error instanceof Error ? error.message : String(error);
    const shown = {
      label: 'Record of the merge',
      description,
      tooltip: description,
      icon: 'warning',
      color: 'charts.yellow',
    };
    return [{id: `lineage:${parent}`, ...shown, folder: null, isMerged: false}];
  }
}

/** `expert, weight 0.35, timesteps 0 to 249` */
function expertText({experts}: MergeRecord, index: number): string {
  const {weight = 0, range} = experts[index] ?? {};
  const text = `weight ${Number(weight.toPrecision(4))}`;
  return range === undefined ? text : `${text} · timesteps ${range[0]} to ${range[1] - 1}`;
}

const states: Readonly<Record<MergeInputNow['state'], {text: string; icon: string; color?: string}>> = {
  same: {text: '', icon: 'package'},
  changed: {text: 'has changed since', icon: 'warning', color: 'charts.yellow'},
  missing: {text: 'not found here', icon: 'question', color: 'charts.red'},
};

function inputRow(
  id: string,
  {name, sha256}: {readonly name: string; readonly sha256: string},
  {state, path}: MergeInputNow,
  text: string,
): LineageRow {
  const {text: now, ...look} = states[state];
  const description = now === '' ? text : `${text} · ${now}`;
  const where = path ?? 'No run of this workspace has a model of this name with these weights.';
  return {id, label: name, description, tooltip: `${where}\nSHA-256 ${sha256}`, ...look, folder: path, isMerged: false};
}

function methodRow(id: string, {method, dtype, tool, warnings}: MergeRecord): LineageRow {
  const {kind, ...settings} = method;
  const parts = Object.entries(settings).map(([name, value]) => `${name} ${String(value)}`);
  const tooltip = [`Made by ${tool}`, ...warnings].join('\n');
  const description = [kind, ...parts, dtype].join(', ');
  return {id, label: 'Method', description, tooltip, icon: 'git-merge', folder: null, isMerged: false};
}

function ruleRows(id: string, {rules = []}: MergeRecord): LineageRow[] {
  return rules.map(({match, weights, tensors}, i) => {
    const texts = weights.map((weight) => (typeof weight === 'number' ? `${weight}` : weight.join(' to ')));
    const description = `weights ${texts.join(', ')} · ${tensors === 1 ? '1 tensor' : `${tensors} tensors`}`;
    return {
      id: `${id}-${i}`,
      label: match,
      description,
      tooltip: match,
      icon: 'symbol-ruler',
      folder: null,
      isMerged: false,
    };
  });
}
