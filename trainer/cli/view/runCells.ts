import {flatSettings, type RunValue} from '../../contract/run/runTable/flatSettings.ts';
import type {RunCells} from '../../contract/run/runTable/runTableCsv.ts';
import {ResolvedConfig} from '../../contract/run/pipeline.ts';
import {Report} from '../../contract/run/report.ts';
import {scoresByName} from '../../contract/scores/reportScores.ts';
import {readJson, readJsonIfThere} from '../../store/files/jsonFile.ts';
import {readNotes} from '../../store/run/runNotes.ts';
import {runPaths} from '../../store/run/runPaths.ts';

/** What a list says of a run. */
interface Listed {
  readonly id: string;
  readonly path: string;
  readonly created: string;
  readonly state: string;
  /** 0..1 */
  readonly progress: number;
  readonly engine: string;
  readonly error: string | null;
}

/** A run with its tags, its settings (as in `decouple.updates`) and the scores of its models (as in `merged.held-out loss`). Throws UserErrors. */
export async function runCells({path, ...listed}: Listed): Promise<RunCells> {
  const {tags, note} = await readNotes(path);
  const about: [string, RunValue][] = [...Object.entries(listed), ['tags', tags.join(' ')], ['note', note]];
  const {config} = await readJson(runPaths.config(path), ResolvedConfig, 'the config of the run');
  const report = await readJsonIfThere(runPaths.reportRecord(path), Report, 'the report');
  return new Map([...about, ...flatSettings(config), ...Object.entries(report === null ? {} : scoresByName(report))]);
}
