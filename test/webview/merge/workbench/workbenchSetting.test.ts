import {describe, expect, it} from 'vitest';
import type {MergeSetting} from '../../../../trainer/contract/config/merge/mergeSetting.ts';
import {PageState} from '../../../../trainer/contract/panel/panelPage.ts';
import type {WorkbenchSetting} from '../../../../trainer/contract/panel/workbenchSetting.ts';
import {
  mergeSetting,
  methodsFor,
  parametersOf,
  partWeight,
  plainSetting,
  withMethod,
  withParameter,
  withPartWeight,
  withWeight,
  workbenchSetting,
} from '../../../../webview/merge/workbench/workbenchSetting.ts';
import {randomMerge} from '../../../helpers/models/randomMerge.ts';

const merges = Array.from({length: 400}, (_, seed) => randomMerge(seed));

describe('the merge of a run in the workbench', () => {
  it('is drawn with every method, rules of every kind, and settings left out', () => {
    const methods = merges.map(({method}) => method?.kind ?? 'none');
    expect(new Set(methods).size).toBe(7);
    const rules = merges.flatMap((merge) => merge.rules ?? []);
    expect(rules.some(({match, weights}) => match.includes('*') && weights.some(Array.isArray))).toBe(true);
    expect(merges.some((merge) => merge.rules === undefined)).toBe(true);
  });

  it('is saved as it is while nothing is touched', () => {
    for (const merge of merges) expect(mergeSetting(workbenchSetting(merge))).toStrictEqual(merge);
  });

  it('changes only the weight that is touched', () => {
    for (const merge of merges) {
      const last = merge.weights.length - 1;
      const weights = merge.weights.with(last, 0.375);
      expect(mergeSetting(withWeight(workbenchSetting(merge), last, 0.375))).toStrictEqual({...merge, weights});
    }
  });

  it('changes only the rule that is touched, or gets one after all others', () => {
    for (const merge of merges) {
      const {weights, rules = []} = merge;
      const at = rules.findIndex(({match}) => match === 'up');
      const touched = {match: 'up', weights: (rules[at]?.weights ?? weights).with(0, 0.375)};
      const expected = at < 0 ? [...rules, touched] : rules.with(at, touched);
      const changed = withPartWeight(workbenchSetting(merge), 'up', 0, 0.375);
      expect(mergeSetting(changed)).toStrictEqual({...merge, rules: expected});
    }
  });

  it('changes only the parameter that is touched', () => {
    for (const merge of merges) {
      const setting = workbenchSetting(merge);
      for (const [name, value] of parametersOf(setting)) {
        const next = typeof value === 'boolean' ? !value : name === 'seed' ? 7 : 0.375;
        const method = {...(merge.method ?? {kind: 'linear', lambda: 1}), [name]: next} as MergeSetting['method'];
        expect(mergeSetting(withParameter(setting, name, next))).toStrictEqual({...merge, method});
      }
    }
  });

  it('keeps the parameters of its method while another one is tried', () => {
    for (const merge of merges) {
      const setting = workbenchSetting(merge);
      for (const other of methodsFor(setting)) {
        const tried = withMethod(setting, other);
        expect(mergeSetting(tried)).toMatchObject({weights: merge.weights, ...(merge.rules && {rules: merge.rules})});
        expect(mergeSetting(withMethod(tried, setting.method))).toStrictEqual(merge);
      }
    }
  });

  it('survives the page, which keeps it as JSON', () => {
    for (const [seed, merge] of merges.entries()) {
      const part = seed % 2 === 0 ? 'up' : '*.bias';
      const setting = withParameter(withPartWeight(workbenchSetting(merge), part, 0, 0.375), 'lambda', 0.5);
      const page = {scope: 'experiment', selected: null, merge: {run: '/runs/1', setting}};
      const kept = PageState.parse(JSON.parse(JSON.stringify(page))).merge?.setting;
      expect(kept).toEqual(setting);
      expect(kept && mergeSetting(kept)).toStrictEqual(mergeSetting(setting));
    }
  });

  it('is dropped where an earlier version kept it in another form, and nothing else with it', () => {
    const old = {scope: 'experiment', selected: null, tab: 'merge', merge: {run: '/runs/1', setting: {weights: [1]}}};
    expect(PageState.parse(old)).toMatchObject({tab: 'merge', merge: null});
  });
});

describe('the setting of the merge workbench', () => {
  it('is plain weights as long as nothing else is touched', () => {
    expect(mergeSetting(plainSetting([0.1, -0.2]))).toEqual({weights: [0.1, -0.2]});
  });

  it('gives a part weights of its own, in which other experts follow the whole', () => {
    const own = withPartWeight(plainSetting([0.1, 0.2]), 'up', 1, 0.9);
    expect(mergeSetting(own)).toEqual({weights: [0.1, 0.2], rules: [{match: 'up', weights: [0.1, 0.9]}]});
    const moved = withWeight(withWeight(own, 0, 0.5), 1, 0.6);
    expect(mergeSetting(moved)?.rules).toEqual([{match: 'up', weights: [0.5, 0.9]}]);
    expect([partWeight(moved, 'down', 1), partWeight(moved, 'up', 1)]).toEqual([0.6, 0.9]);
    expect(mergeSetting(withPartWeight(moved, 'up', 1, 'expert'))).toEqual({weights: [0.5, 0.6]});
  });

  it('keeps a part that follows its experts while a later rule would take its tensors', () => {
    const merge = {
      weights: [0.1],
      rules: [
        {match: 'up', weights: [0.9]},
        {match: '*', weights: [0.5]},
      ],
    };
    const follows = withPartWeight(workbenchSetting(merge), 'up', 0, 'expert');
    expect(mergeSetting(follows)?.rules).toEqual([
      {match: 'up', weights: [0.1]},
      {match: '*', weights: [0.5]},
    ]);
  });

  it('takes parameters of the method, and no values that it does not take', () => {
    const scaled = withParameter(plainSetting([1]), 'lambda', 1.2);
    expect(mergeSetting(scaled)?.method).toEqual({kind: 'linear', lambda: 1.2});
    expect(mergeSetting(withParameter(scaled, 'lambda', 1))).toEqual({weights: [1]});
    const ties = withParameter(withMethod(scaled, 'ties'), 'density', 0.3);
    expect(mergeSetting(ties)?.method).toEqual({kind: 'ties', density: 0.3, lambda: 1.2, mean: true});
    const wrong: WorkbenchSetting[] = [
      ...[0, 1.1, null].map((density) => withParameter(ties, 'density', density)),
      withParameter(withMethod(ties, 'dare'), 'seed', 0.5),
      withParameter(scaled, 'lambda', null),
      withWeight(scaled, 0, null),
      withPartWeight(scaled, 'mid', 0, null),
    ];
    expect(wrong.map(mergeSetting)).toEqual(wrong.map(() => null));
    expect(partWeight(withPartWeight(scaled, 'mid', 0, null), 'mid', 0)).toBeNull();
  });

  it('offers slerp to a single expert only', () => {
    expect(methodsFor(plainSetting([1]))).toContain('slerp');
    expect(methodsFor(plainSetting([1, 1]))).not.toContain('slerp');
  });
});
