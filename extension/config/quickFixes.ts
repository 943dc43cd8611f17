import {checkConfig, problemText, type ConfigProblem} from '../../trainer/contract/config/parseConfig.ts';
import type {TextSpan} from '../../trainer/contract/config/configOutline.ts';

/** A change of the text that mends a mistake. */
export interface QuickFix {
  readonly title: string;
  readonly span: TextSpan;
  readonly text: string;
  /** Whether nobody would want anything else. */
  readonly isPreferred: boolean;
}

/** The mistakes of a config text, each in one line. */
export function configProblems(text: string): {problem: ConfigProblem; message: string}[] {
  return checkConfig(text).map((problem) => ({problem, message: problemText(problem)}));
}

/** What can be done about a mistake. */
export function quickFixes(text: string, problem: ConfigProblem): QuickFix[] {
  const fixes: QuickFix[] = [];
  const written = spanText(text, problem);
  if (problem.suggestion !== undefined) {
    const quote = /^["']/.exec(written)?.[0] ?? '';
    const title = `Change to ${problem.suggestion}`;
    fixes.push({title, span: problem, text: `${quote}${problem.suggestion}${quote}`, isPreferred: true});
  }
  const removal = problem.message.startsWith('unknown key') ? removalSpan(text, problem) : undefined;
  if (removal !== undefined) fixes.push({title: `Remove ${written}`, span: removal, text: '', isPreferred: false});
  return fixes;
}

/** The lines of a key and all that is below it; undefined where it shares its line with others. */
function removalSpan(text: string, {line, column}: ConfigProblem): TextSpan | undefined {
  const lines = text.split('\n');
  const indent = column - 1;
  if ((lines[line - 1] ?? '').slice(0, indent).trim() !== '') return undefined;
  const belongs = (each: string) => each.trim() === '' || /^\s*/.exec(each)![0].length > indent;
  let end = line;
  while (end < lines.length && belongs(lines[end] ?? '')) end++;
  // Empty lines below it separate what comes next.
  while (end > line && (lines[end - 1] ?? '').trim() === '') end--;
  return {line, column: 1, endLine: end + 1, endColumn: 1};
}

function spanText(text: string, {line, column, endLine, endColumn}: TextSpan): string {
  const lines = text.split('\n');
  return line === endLine ? (lines[line - 1] ?? '').slice(column - 1, endColumn - 1) : '';
}
