import {expect, it} from 'vitest';
import {flatSettings} from '../../../../../trainer/contract/run/runTable/flatSettings.ts';
import {columnsIn, runTableCsv} from '../../../../../trainer/contract/run/runTable/runTableCsv.ts';

it('has a line for each run, all columns, and numbers as they are', () => {
  const runs = [
    flatSettings({id: 'a', decouple: {ranges: 4, edges: [0, 500, 1000], ordinary: false}, merge: undefined}),
    flatSettings({id: '=1+2', decouple: {ranges: -0.5}, note: 'two, "three"'}),
  ];
  const columns = columnsIn(runs);
  expect(columns).toEqual(['id', 'decouple.ranges', 'decouple.edges', 'decouple.ordinary', 'note']);
  expect(runTableCsv(runs, columns)).toBe(
    [
      'id,decouple.ranges,decouple.edges,decouple.ordinary,note',
      'a,4,"[0,500,1000]",false,',
      `"'=1+2",-0.5,,,"two, ""three"""`,
      '',
    ].join('\n'),
  );
});
