import * as tf from '@tensorflow/tfjs-core';
import {expect, it} from 'vitest';
import {Predictor} from '../../../trainer/models/predictor.ts';
import {modelPredict} from '../../../trainer/sample/predict.ts';
import {createRandom} from '../../../trainer/random.ts';
import {maxAbsDifference} from '../../helpers/engine/allClose.ts';
import {describeOnEngines} from '../../helpers/engine/engines.ts';
import {tinyModel} from '../train/tasks/tinyModel.ts';

describeOnEngines('the precision of predictions', (engine) => {
  const open = () => {
    const {setting} = tinyModel();
    return new Predictor(setting.denoiser, setting.teacher);
  };
  const noisy = () => tf.tensor4d(createRandom(1).fillNormal(new Float32Array(48)), [3, 4, 4, 1]);

  if (engine !== 'tensorflow') {
    it('is f32 alone', () => {
      expect(() => modelPredict(open(), 'bf16')(noisy(), 3)).toThrow('computes in f32 only, not in bf16');
    });
    return;
  }

  it('is that of each call, also after other weights came', async () => {
    const predictor = open();
    const {initial, setting} = tinyModel();
    const of = async (precision?: 'f32' | 'bf16') => modelPredict(predictor, precision)(noisy(), 3).data();
    const [exact, low] = [await of(), await of('bf16')];
    expect(await of('f32')).toEqual(exact);
    expect(await of('bf16')).toEqual(low);
    const apart = maxAbsDifference(exact, low);
    expect(apart).toBeGreaterThan(1e-5);
    expect(apart).toBeLessThan(0.05);
    const doubled = new Map([...setting.teacher].map(([name, value]) => [name, tf.mul(value, 2)]));
    predictor.load(doubled);
    expect(maxAbsDifference(await of('bf16'), low)).toBeGreaterThan(0.05);
    expect(initial.size).toBeGreaterThan(setting.teacher.size);
    predictor.dispose();
  });
});
