import type {Document, LineCounter} from 'yaml';
import {DemeConfig} from './config.ts';
import {type ConfigIssue, describeIssue} from './configIssue.ts';
import type {ConfigPath} from './configSchema.ts';
import {UserError} from '../errors.ts';
import {readYaml, tooManyAliases, yamlValue} from './yaml/yamlDocument.ts';
import {yamlMistakes} from './yaml/yamlMistakes.ts';
import {oddSpaces} from './yaml/yamlOddSpaces.ts';
import {rangeOfPath, type TextRange} from './yaml/yamlPosition.ts';

/** A mistake in a config file. Lines and columns count from 1; the end is the column after the last character. */
export interface ConfigProblem {
  readonly message: string;
  /** Keys and indices from the top of the config; empty for a mistake in the YAML itself. */
  readonly path: ConfigPath;
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
  /** What would be right, in words. */
  readonly allowed?: string;
  /** The known name that was most likely meant, in place of the marked text. */
  readonly suggestion?: string;
}

/** More mistakes than that in one file are not listed. */
const maxProblems = 50;

/** The config in a YAML or JSON text. Throws a UserError `config-invalid` that lists the mistakes; `file` is only for its text. */
export function parseConfig(text: string, file: string): DemeConfig {
  const {config, problems} = readConfig(text);
  if (config !== undefined) return config;
  const places = problems.map(({line, column}) => `${file}:${line}:${column}`);
  const lines = problems.map((problem, i) => (i === 0 ? '' : `${places[i]}: `) + problemText(problem));
  throw new UserError('config-invalid', lines.join('\n'), {where: places[0]});
}

/** The mistakes in a config text, in the order of the text; none for a valid config. */
export function checkConfig(text: string): ConfigProblem[] {
  return readConfig(text).problems;
}

/** A problem in one line, without its place. */
export function problemText({message, allowed}: ConfigProblem): string {
  return allowed === undefined ? message : `${message}; expected ${allowed}`;
}

function readConfig(text: string): {config?: DemeConfig; problems: ConfigProblem[]} {
  const {refusal, document, lines} = readYaml(text);
  if (refusal !== undefined) return {problems: [wholeFile(refusal)]};
  const odd = oddSpaces(text);
  const mistakes = (odd.length > 0 ? odd : yamlMistakes(document, lines)).slice(0, maxProblems);
  if (mistakes.length > 0) {
    return {problems: inOrder(mistakes.map(({message, range}) => place({message, path: []}, range, lines)))};
  }
  const value = yamlValue(document);
  if (value === undefined) return {problems: [wholeFile(tooManyAliases)]};
  const result = DemeConfig.safeParse(value);
  if (result.success) return {config: result.data, problems: []};
  const issues = result.error.issues.slice(0, maxProblems).flatMap((issue) => describeIssue(issue, value));
  return {problems: inOrder(issues.slice(0, maxProblems).map((issue) => placeIssue(issue, document, lines)))};
}

function placeIssue(
  {message, path, allowed, atKey, suggestion}: ConfigIssue,
  document: Document,
  lines: LineCounter,
): ConfigProblem {
  return place({message, path, allowed, suggestion}, rangeOfPath(document, path, atKey), lines);
}

function place(
  problem: Pick<ConfigProblem, 'message' | 'path' | 'allowed' | 'suggestion'>,
  range: TextRange,
  lines: LineCounter,
): ConfigProblem {
  const [start, end] = range.map((offset) => lines.linePos(offset));
  return {
    ...problem,
    line: Math.max(1, start?.line ?? 1),
    column: Math.max(1, start?.col ?? 1),
    endLine: Math.max(1, end?.line ?? 1),
    endColumn: Math.max(1, end?.col ?? 1),
  };
}

function wholeFile(message: string): ConfigProblem {
  return {message, path: [], line: 1, column: 1, endLine: 1, endColumn: 1};
}

function inOrder(problems: ConfigProblem[]): ConfigProblem[] {
  return problems.sort((a, b) => a.line - b.line || a.column - b.column);
}
