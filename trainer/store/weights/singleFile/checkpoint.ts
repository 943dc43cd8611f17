import {UserError} from '../../../contract/errors.ts';
import {isStableDiffusion} from './families.ts';
import {measureText, measureVae, type MeasuredText} from './measureParts.ts';
import {measureUNet, type MeasuredUNet} from './measureUNet.ts';
import {toDiffusers, type Rename} from './moduleNames.ts';
import {clipPrefix, fusedNames, openClipNames} from './openClipNames.ts';
import type {TensorView, Views} from './tensorViews.ts';
import {unetNames, unetPrefix} from './unetNames.ts';
import {isPointwise, vaeNames} from './vaeNames.ts';

type Shapes = ReadonlyMap<string, readonly number[]>;

/** What the names and shapes say of a checkpoint of Stable Diffusion 1 or 2 in its original layout. */
export interface Checkpoint {
  /** 2 has dense layers around its transformers, 1 has convolutions. */
  readonly version: 1 | 2;
  readonly unet: MeasuredUNet;
  readonly vae: ReturnType<typeof measureVae>;
  readonly text: MeasuredText | null;
  readonly views: {readonly unet: Views; readonly vae: Views; readonly text_encoder: Views};
}

/**
 * Null for tensors of another layout, as those of a bare weights file. Throws a UserError, which names the file `where`, for models of other
 * families and for networks of another form.
 */
export function describeCheckpoint(shapes: Shapes, where: string): Checkpoint | null {
  if (!isStableDiffusion(shapes, where)) return null;
  const [unet, vae, text] = [measureUNet(shapes, where), measureVae(shapes), measureText(shapes)];
  return {
    version: unet.use_linear_projection ? 2 : 1,
    unet,
    vae,
    text,
    views: {
      unet: unetViews(shapes, unet, where),
      vae: vae === null ? new Map() : vaeViews(shapes, toDiffusers(vaeNames(vae))),
      text_encoder: text === null ? new Map() : textViews(shapes, text),
    },
  };
}

function unetViews(shapes: Shapes, unet: MeasuredUNet, where: string): Views {
  const rename = toDiffusers(unetNames(unet));
  const views = renamed(shapes, rename);
  const strange = [...shapes.keys()].find((name) => name.startsWith(unetPrefix) && rename(name) === null);
  if (strange === undefined) return views;
  throw new UserError('model-unsupported', `The network has a tensor '${strange}' that Stable Diffusion has not.`, {
    where,
    hint: 'Stable Diffusion 1 and 2 and their derivatives are supported.',
  });
}

function vaeViews(shapes: Shapes, rename: Rename): Views {
  const squeeze = ([name, view]: [string, TensorView]): [string, TensorView] =>
    isPointwise(name) ? [name, {...view, shape: view.shape.slice(0, 2)}] : [name, view];
  return new Map([...renamed(shapes, rename)].map(squeeze));
}

function textViews(shapes: Shapes, {naming, config}: MeasuredText): Views {
  if (naming === 'transformers') return renamed(shapes, clipName);
  const fused = fusedNames(config.num_hidden_layers).flatMap(({original, parts}) => {
    const [rows = 0, ...rest] = shapes.get(original) ?? [];
    const shape = [rows / parts.length, ...rest];
    const count = shape.reduce((product, size) => product * size, 1);
    return shapes.has(original)
      ? parts.map((part, i): [string, TensorView] => [part, {source: original, shape, start: i * count}])
      : [];
  });
  return new Map([...renamed(shapes, toDiffusers(openClipNames(config.num_hidden_layers))), ...fused]);
}

/** Files of some old merges lack `text_model` in the name. */
function clipName(original: string): string | null {
  const name = original.startsWith(clipPrefix) ? original.slice(clipPrefix.length) : '';
  if (name.startsWith('text_model.')) return name;
  return /^(?:embeddings|encoder|final_layer_norm)\./.test(name) ? `text_model.${name}` : null;
}

function renamed(shapes: Shapes, rename: Rename): Views {
  const views = new Map<string, TensorView>();
  for (const [source, shape] of shapes) {
    const name = rename(source);
    if (name !== null) views.set(name, {source, shape, start: 0});
  }
  return views;
}
