import {describe, expect, it} from 'vitest';
import {parameterCount, projectionCount} from '../../../trainer/models/parameterCount.ts';
import {createUNet2D} from '../../../trainer/models/unet2d.ts';
import {isProjection} from '../../../trainer/store/weights/projections.ts';
import {variedUNets} from './variedUNets.ts';

describe('the parameters of a config', () => {
  it('are counted as published', () => {
    expect(parameterCount(variedUNets.cifar)).toBe(35_746_307);
    expect(projectionCount(variedUNets.cifar)).toBe(491_520);
    expect(parameterCount(variedUNets.church)).toBe(113_673_219);
    expect(projectionCount(variedUNets.church)).toBe(1_638_400);
  });

  it.each(Object.entries(variedUNets))('are those of the network itself: %s', (_, config) => {
    const sizes = [...createUNet2D(config).shapes].map(
      ([name, shape]) => [isProjection(name), shape.reduce((product, side) => product * side, 1)] as const,
    );
    const total = (projections: boolean) =>
      sizes.reduce((sum, [isOne, size]) => sum + (isOne === projections ? size : 0), 0);
    expect(parameterCount(config)).toBe(total(false));
    expect(projectionCount(config)).toBe(total(true));
  });
});
