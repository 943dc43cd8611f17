import {join, relative} from 'node:path';
import type {BenchmarkPlan} from '../../../contract/benchmark/benchmarkPlan.ts';
import type {BenchmarkResult, RulerCheck} from '../../../contract/benchmark/benchmarkResult.ts';
import type {EngineChoice} from '../../../contract/config/config.ts';
import {Report} from '../../../contract/run/report.ts';
import {benchmarkMarkdown} from '../../../pipeline/benchmark/benchmarkMarkdown.ts';
import {promptRecord} from '../../../pipeline/benchmark/benchmarkPrompts.ts';
import {benchmarkResult} from '../../../pipeline/benchmark/benchmarkResult.ts';
import {benchmarkWork, rulerFirst} from '../../../pipeline/benchmark/benchmarkWork.ts';
import {checkRuler} from '../../../pipeline/benchmark/rulerCheck.ts';
import {toolVersion} from '../../../pipeline/owner/toolVersion.ts';
import {writeFileAtomic} from '../../../store/files/atomicFile.ts';
import {readJson, writeJsonAtomic} from '../../../store/files/jsonFile.ts';
import {runPaths} from '../../../store/run/runPaths.ts';
import type {ExitCode} from '../../outcome.ts';
import {printJson, printLines} from '../../terminal.ts';
import {showWork} from '../../view/followRun.ts';
import {GrowingTable} from './growingTable.ts';

/**
 * Runs a benchmark from its config file, after its ruler was checked, and writes `benchmark.json` (from the start, with the models that are done) and `benchmark.md`,
 * under names of their own where it is scaled.
 */
export async function runBenchmark(
  plan: BenchmarkPlan,
  options: {json?: boolean; engine?: EngineChoice},
): Promise<ExitCode> {
  const say = (lines: readonly string[]) => {
    if (!options.json) printLines(lines);
  };
  const work = await benchmarkWork(plan.config, options.engine, ({reason}) => say([`Engine: ${reason}`]));
  const {run, resolved} = work;
  const stem = plan.scale === 1 ? 'benchmark' : `benchmark-scale-${plan.scale}`;
  const [record, page] = [join(plan.folder, `${stem}.json`), join(plan.folder, `${stem}.md`)];
  const about = {plan, config: resolved.config, prompts: await promptRecord(resolved), tool: toolVersion()};
  const table = await GrowingTable.begin(record, {...about, run});
  const {ruler: first, rest} = rulerFirst(work);
  if ((await showWork(first, options)) === 'stopped') return stopped(say);
  const ruler = await checkRuler(run.path, resolved.config.evaluate?.features);
  say(ruler.map(rulerLine));
  table?.measured(ruler);
  const outcome = await showWork(rest, {json: options.json, onEvent: (event) => table?.show(event)});
  await table?.written();
  if (outcome === 'stopped') return stopped(say);
  const report = await readJson(runPaths.reportRecord(run.path), Report, 'the report');
  const result = await benchmarkResult({...about, run: run.record.id, report, ruler});
  await writeJsonAtomic(record, result);
  await writeFileAtomic(page, benchmarkMarkdown(result));
  if (options.json) printJson(result, 0);
  else say([...resultLines(result), `Table: ${relative('', page)}`]);
  return 0;
}

function stopped(say: (lines: readonly string[]) => void): ExitCode {
  say(['Stopped at a checkpoint. The same command goes on from there.']);
  return 130;
}

function rulerLine({network, images, self, split}: RulerCheck): string {
  const halves = split === null ? '' : `, ${split.toPrecision(3)} between its halves`;
  return `Ruler by ${network}: ${images === null ? 'statistics' : `${images} reference images`}, ${self.toExponential(1)} to themselves${halves}`;
}

function resultLines({rows}: BenchmarkResult): string[] {
  return rows.flatMap(({model, scores}) =>
    scores.map(
      ({score, network, value, scaled}) =>
        `  ${model.padEnd(10)} ${score}${network === null ? '' : ` (${network})`} ${value.toPrecision(5)}${scaled ? ' (scaled)' : ''}`,
    ),
  );
}
