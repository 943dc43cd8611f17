import {describe, expect, it} from 'vitest';
import {heatBinLength} from '../../trainer/contract/run/curveBins.ts';
import {lossTermNames} from '../../trainer/contract/run/lossTerms.ts';
import {readCurve, readHeatMap} from '../../trainer/store/metrics/metricsReader.ts';
import {curvePoints} from '../../webview/charts/curvePoints.ts';
import {heatMapOf} from '../../webview/losses/heatImage.ts';
import {oldBuckets, oldReadings, oldRun, oldStages, plain} from '../helpers/runs/oldRun.ts';

describe('the panel', () => {
  it('draws a run whose event log has format 1 as the build did that made it', async () => {
    const run = await oldRun();
    const expected = await oldReadings();
    for (const stage of oldStages) {
      const {points, heatMeans} = expected.stages[stage];
      const read = await readCurve(run, stage, {from: null, to: null, points: 3, logarithmic: false});
      const map = await readHeatMap(run, stage, 10);
      if (read === null || map === null) throw new Error('nothing was read');
      const length = heatBinLength(oldBuckets);
      const columns = Array.from({length: map.length / length}, (_, i) => map.subarray(i * length, (i + 1) * length));
      for (const series of lossTermNames) {
        const {x, y, rawY} = curvePoints(read.bins, read.lead, {series, decay: 0.5, logX: false, logY: false});
        expect(plain({x, y, rawY})).toEqual(points[series]);
        expect(plain(heatMapOf(columns, series).columns.map(({mean}) => mean))).toEqual(heatMeans[series]);
      }
    }
  });
});
