import {cp, mkdir, rm, truncate, utimes, writeFile} from 'node:fs/promises';
import {dirname, join} from 'node:path';
import {beforeEach, describe, expect, it, onTestFinished, vi} from 'vitest';
import {ConfigFiles} from '../../../extension/config/configFiles.ts';
import {createLog} from '../../../extension/log.ts';
import {Runs} from '../../../extension/runs/runs.ts';
import {studyName} from '../../../extension/studies/studyFile.ts';
import {isStudyOf, newestRunOf, runsOfStudy} from '../../../extension/studies/studyRuns.ts';
import {Studies} from '../../../extension/studies/studies.ts';
import {editor, Uri, workspace} from '../../helpers/editor/fakeVscode.ts';
import {tableFixture} from '../../helpers/measurements/keepTable.ts';
import {knownRun} from '../../helpers/runs/knownRun.ts';
import {makeRun} from '../../helpers/runs/runOnDisk.ts';
import {studyFixture} from '../../helpers/measurements/studyFixture.ts';
import {temporaryFolder} from '../../helpers/temporaryFolder.ts';

const patient = {timeout: 20_000};

/** A workspace with a config, and tables where the verbs put them. */
async function project() {
  const folder = await temporaryFolder();
  await writeFile(join(folder, 'tiny.deme.yaml'), 'name: tiny\n');
  workspace.workspaceFolders = [{uri: Uri.file(folder), name: 'w'}];
  const put = async (kind: 'study' | 'matrix' | 'benchmark', place: string) => {
    const file = join(folder, place);
    await mkdir(dirname(file), {recursive: true});
    await cp(tableFixture(kind), file);
    return file;
  };
  const log = createLog();
  const configs = new ConfigFiles(log);
  const runs = new Runs(log);
  const studies = new Studies(configs, runs, log);
  onTestFinished(() => [studies, runs, configs].forEach((each) => each.dispose()));
  const start = async () => {
    await configs.start();
    await studies.start();
  };
  const shown = () => studies.all().map((study) => [studyName(study), study.kind, study.problem === null]);
  return {folder, put, runs, studies, start, shown};
}

describe('the studies of a workspace', () => {
  beforeEach(() => editor.reset());

  it('are those beside its configs, in folders beside them too, and no file of something else', async () => {
    const {folder, put, start, shown} = await project();
    await put('study', 'tiny-study/study.json');
    await put('matrix', 'elsewhere/matrix.json');
    await put('benchmark', 'benchmark-scale-0.0001.json');
    await mkdir(join(folder, 'foreign'));
    await writeFile(join(folder, 'foreign', 'matrix.json'), '[[1, 2], [3, 4]]');
    await writeFile(join(folder, 'foreign', 'study.json'), '{"format": 1, "title": "of birds"}');
    await start();
    expect(shown().sort()).toEqual([
      ['digits', 'benchmark', true],
      ['tiny', 'matrix', true],
      ['tiny', 'study', true],
    ]);
  });

  it('say what is wrong where a verb has left a file, and see it mended, written again and deleted', async () => {
    const {put, runs, studies, folder, start, shown} = await project();
    const file = await put('study', 'tiny-study/study.json');
    await truncate(file, 700);
    await start();
    expect(shown()).toEqual([['tiny-study', 'study', false]]);
    expect(studies.get(file)?.problem).toContain('not valid JSON');
    const changed = vi.fn();
    studies.onDidChange(changed);
    await studies.refresh();
    expect(changed).not.toHaveBeenCalled();

    await put('study', 'tiny-study/study.json');
    await utimes(file, 5, 5);
    // A run that appears is a reason to look.
    await makeRun(folder);
    await runs.setOutputs([join(folder, '.deme', 'runs')]);
    await vi.waitFor(() => expect(shown()).toEqual([['tiny', 'study', true]]), patient);
    expect(changed).toHaveBeenCalledTimes(1);
    await rm(file);
    await studies.refresh();
    expect(shown()).toEqual([]);
  });

  it('do not wait for the other end of a file that is none', async () => {
    const {folder, start, shown} = await project();
    await mkdir(join(folder, 'tiny-matrix', 'matrix.json'), {recursive: true});
    await start();
    expect(shown().filter(([, , isRead]) => isRead)).toEqual([]);
  });
});

describe('a study', () => {
  const study = studyFixture('study', '/project/tiny-study/study.json');
  const run = (id: string, path: string, config = '/project/tiny.deme.yaml') => {
    const known = knownRun({id, path});
    return {...known, record: {...known.record, id, config}};
  };

  it('knows its runs by the folder that it names, where they may have been moved together', () => {
    const [own, other] = [run('tiny-1', '/project/.deme/runs/tiny-1'), run('tiny-1', '/else/.deme/runs/tiny-1')];
    const last = run('tiny-9', '/project/.deme/runs/tiny-9');
    const strange = run('tiny-10', '/project/.deme/runs/tiny-10');
    const found = runsOfStudy(study, [own, other, last, strange]);
    expect([...found.values()].map(({path}) => path)).toEqual([own.path, last.path]);
    expect(newestRunOf(study, [own, last, strange])).toBe(last);
    const moved = {...study, path: '/else/tiny-study/study.json'};
    expect([...runsOfStudy(moved, [own, other]).values()]).toEqual([other]);
  });

  it('of an earlier version goes by the config of the runs', () => {
    const old = studyFixture('study', '/project/tiny-study/study.json', {output: undefined});
    const [own, other] = [run('tiny-1', '/a/tiny-1'), run('tiny-2', '/a/tiny-2', 'other.deme.yaml')];
    expect([...runsOfStudy(old, [own, other]).keys()]).toEqual(['tiny-1']);
  });

  it('belongs to the config beside its folder', () => {
    expect(isStudyOf(study, '/project/tiny.deme.yaml')).toBe(true);
    expect(isStudyOf(study, '/project/other.deme.yaml')).toBe(false);
    const benchmark = studyFixture('benchmark', '/b/digits/benchmark.json');
    expect(isStudyOf(benchmark, '/b/digits/digits-scale-0.0001.deme.yaml')).toBe(true);
  });
});
