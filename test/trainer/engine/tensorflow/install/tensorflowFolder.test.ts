import {describe, expect, it} from 'vitest';
import {tensorflowFolder} from '../../../../../trainer/engine/tensorflow/install/tensorflowFolder.ts';

describe('tensorflowFolder', () => {
  it('keeps the two builds apart', () => {
    expect(tensorflowFolder('cpu', '/cache').root).not.toBe(tensorflowFolder('cuda', '/cache').root);
  });
});
