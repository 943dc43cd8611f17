import {expect, it, describe, vi} from 'vitest';
import {loadPredict} from '../../../../../trainer/cli/verbs/sample/sampledModel.ts';
import {openPretrained} from '../../../../../trainer/models/pretrained.ts';
import {useCpuBackend} from '../../../../helpers/engine/cpuBackend.ts';
import {golden} from '../../../store/golden.ts';

describe('what answers a sampler', () => {
  useCpuBackend();

  it('are the weights of the experts without those of the model', async () => {
    const path = golden('modern');
    const model = await openPretrained(path);
    const loadParams = vi.spyOn(model, 'loadParams');
    const request = {model: path, expert: [path, path], range: [[0, 500] as const, [500, 1000] as const]};
    const {experts} = await loadPredict(request, model);
    expect(experts).toEqual([model.weightsHash, model.weightsHash]);
    expect(loadParams).not.toHaveBeenCalled();
    expect((await loadPredict({model: path}, model)).experts).toBeUndefined();
    expect(loadParams).toHaveBeenCalledOnce();
  });
});
