import {describe, expect, it} from 'vitest';
import {axisValues, gridAxes} from '../../../../webview/merge/preview/gridAxis.ts';
import {gridSvg} from '../../../../webview/merge/preview/gridSvg.ts';
import {plainSetting, withMethod} from '../../../../webview/merge/workbench/workbenchSetting.ts';

describe('the axes of a grid', () => {
  it('run through weights, parts and lambda, and through density where there is one', () => {
    const setting = plainSetting([0.1, 0.2]);
    const names = gridAxes(setting).map(({name}) => name);
    expect(names).toContain('expert 1 in mid blocks');
    expect(names).not.toContain('density');
    expect(gridAxes(withMethod(setting, 'dare')).map(({name}) => name)).toContain('density');
    expect(gridAxes(withMethod(setting, 'model-stock'))).toEqual([]);
    const changed = gridAxes(setting).map((axis) => JSON.stringify(axis.set(setting, 0.77)));
    expect(new Set(changed).size).toBe(names.length);
    expect(changed.every((text) => text.includes('0.77'))).toBe(true);
  });

  it('have both ends and no digits of rounding', () => {
    expect(axisValues(0, 1, 4)).toEqual([0, 0.333333, 0.666667, 1]);
    expect(axisValues(-0.2, 0.4, 3)).toEqual([-0.2, 0.1, 0.4]);
  });

  it('stand at the saved picture', () => {
    const across = {name: 'lambda', values: [0.5, 1]};
    const svg = gridSvg({across, down: {name: 'a < b', values: [3]}, sources: ['data:1', 'data:2'], note: 'seed 0'});
    expect(svg.match(/<image /g)).toHaveLength(2);
    for (const text of ['across: lambda', 'a   b', '>0.5<', '>3<', 'seed 0']) expect(svg).toContain(text);
  });
});
