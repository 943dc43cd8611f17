import {expect, it} from 'vitest';
import type {RunView} from '../../../../trainer/contract/panel/panelViews.ts';
import {fromRunList, RunList, toRunList} from '../../../../trainer/contract/panel/runList.ts';
import {runListing} from '../../../../extension/panel/runs/runListing.ts';
import {fakeRun} from '../../../helpers/runs/fakeRunFolder.ts';
import {temporaryFolder} from '../../../helpers/temporaryFolder.ts';

const settings = {base: 'x', 'decouple.updates': '100', 'decouple.seed': '0'};

it('a list of runs gives back what was put in, and brings a setting only where it is not that of the first run', async () => {
  const {run} = await fakeRun(await temporaryFolder(), {updates: 1});
  const view = runListing(run);
  const runs: RunView[] = [
    {...view, settings, tags: ['good']},
    {...view, settings},
    {...view, settings: {...settings, 'decouple.seed': '7'}},
    {...view, settings: {base: 'y', 'merge.method.name': 'ties'}, note: 'wider net'},
    {...view, settings: {}},
  ];
  const list = RunList.parse(JSON.parse(JSON.stringify(toRunList(runs))));
  expect(fromRunList(list)).toEqual(runs);
  // In the order of the config, by which the table has its columns.
  expect(Object.keys(fromRunList(list)[2]?.settings ?? {})).toEqual(Object.keys(settings));
  expect(list.runs.map((one) => one.settings)).toEqual([
    {},
    {},
    {'decouple.seed': '7'},
    {base: 'y', 'merge.method.name': 'ties', 'decouple.updates': null, 'decouple.seed': null},
    {base: null, 'decouple.updates': null, 'decouple.seed': null},
  ]);
  expect(fromRunList(toRunList([]))).toEqual([]);
});
