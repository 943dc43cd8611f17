import * as tf from '@tensorflow/tfjs-core';
import type {Tensor, Tensor1D, Tensor2D, Tensor4D} from '@tensorflow/tfjs-core';
import type {InceptionDimension} from '../../contract/model/featureNetwork.ts';
import {bias} from '../../models/pass.ts';
import {linearShapes, normShapes, type ShapeEntry} from '../../models/shapes.ts';
import {conv2d} from '../../nn/layers.ts';
import {param, type Params} from '../../nn/params.ts';
import {inceptionStages, type InceptionBlock, type InceptionConv, type InceptionStep} from './inceptionLayout.ts';

/** Height and width of the input. */
export const inceptionSide = 299;
const classes = 1008;
const eps = 1e-3;

/** Name and in-memory shape of each parameter of a file: convolutions, their normalisations, and the class scores. */
export const inceptionShapes: ReadonlyMap<string, readonly number[]> = new Map([
  ...inceptionConvs().flatMap(({name, conv: {kernel, out}, input}): ShapeEntry[] => [
    [`${name}.conv.weight`, [...kernel, input, out]],
    ...normShapes(`${name}.bn`, out),
    [`${name}.bn.running_mean`, [out]],
    [`${name}.bn.running_var`, [out]],
  ]),
  ...linearShapes('fc', 2048, classes),
]);

/** Every convolution with its full name and the number of its input channels. */
function inceptionConvs(): {name: string; conv: InceptionConv; input: number}[] {
  const found: {name: string; conv: InceptionConv; input: number}[] = [];
  let input = 3;
  for (const block of inceptionStages.flatMap(({blocks}) => blocks)) {
    const outputs = block.branches.map((steps) => {
      let channels = input;
      for (const step of steps) {
        if (typeof step === 'string') continue;
        const convs = 'fork' in step ? step.fork : [step];
        for (const conv of convs) found.push({name: fullName(block, conv), conv, input: channels});
        channels = convs.reduce((sum, {out}) => sum + out, 0);
      }
      return channels;
    });
    input = outputs.reduce((sum, channels) => sum + channels, 0);
  }
  return found;
}

function fullName({name}: InceptionBlock, conv: InceptionConv): string {
  return name === '' ? conv.name : `${name}.${conv.name}`;
}

/** The parameters of a file with each normalisation folded into its convolution: `NAME.weight`, `NAME.bias`. The caller owns both maps. */
export function foldNormalisations(params: Params): Params {
  const folded = inceptionConvs().flatMap(({name}): [string, Tensor][] => {
    const of = (part: string) => param<Tensor1D>(params, `${name}.bn.${part}`);
    const [weight, bias] = tf.tidy(() => {
      const scale = tf.div(of('weight'), tf.sqrt(tf.add(of('running_var'), eps)));
      const offset = tf.sub(of('bias'), tf.mul(of('running_mean'), scale));
      return [tf.mul(param(params, `${name}.conv.weight`), scale), offset] as [Tensor, Tensor];
    });
    return [
      [`${name}.weight`, weight],
      [`${name}.bias`, bias],
    ];
  });
  const kept = ['fc.weight', 'fc.bias'].map((name): [string, Tensor] => [name, tf.clone(param(params, name))]);
  return new Map([...folded, ...kept]);
}

/**
 * Prepared images [N,299,299,3] and folded parameters -> features [N, dimension], means over space, and of 2048 features also the class scores
 * [N, 1008] without their bias, which torch-fidelity's inception score takes. Call inside a tidy.
 */
export function runInception(params: Params, images: Tensor4D, dimension: InceptionDimension): Tensor2D[] {
  let x = images;
  for (const stage of inceptionStages) {
    for (const block of stage.blocks) x = runBlock(params, block, x);
    if (stage.dimension === dimension) break;
  }
  const features: Tensor2D = tf.mean(x, [1, 2]);
  return dimension === 2048 ? [features, tf.matMul(features, param<Tensor2D>(params, 'fc.weight'))] : [features];
}

function runBlock(params: Params, block: InceptionBlock, x: Tensor4D): Tensor4D {
  return join(block.branches.map((steps) => steps.reduce((y, step) => runStep(params, block, step, y), x)));
}

function runStep(params: Params, block: InceptionBlock, step: InceptionStep, x: Tensor4D): Tensor4D {
  if (step === 'mean') return tf.avgPool(x, 3, 1, 'same');
  if (step === 'max') return tf.maxPool(x, 3, 1, 'same');
  if (step === 'halvingMax') return tf.maxPool(x, 3, 2, 'valid');
  if ('fork' in step) return join(step.fork.map((conv) => runConv(params, fullName(block, conv), conv, x)));
  return runConv(params, fullName(block, step), step, x);
}

function runConv(params: Params, name: string, {stride, pad}: InceptionConv, x: Tensor4D): Tensor4D {
  return tf.relu(conv2d(x, param<Tensor4D>(params, `${name}.weight`), bias(params, name), stride, pad));
}

function join(parts: readonly Tensor4D[]): Tensor4D {
  return parts.length === 1 && parts[0] ? parts[0] : tf.concat4d([...parts], 3);
}
