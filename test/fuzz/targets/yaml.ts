import {readFile} from 'node:fs/promises';
import {join} from 'node:path';
import {outlineConfig} from '../../../trainer/contract/config/configOutline.ts';
import {parseConfig} from '../../../trainer/contract/config/parseConfig.ts';
import {repository} from '../buildWorker.ts';
import type {FuzzTarget} from '../target.ts';

const presets = ['cifar10', 'lsun-church'].map((name) => join(repository, 'media/presets', `${name}.deme.yaml`));

const small = `name: a
base: &base model
data: {kind: mnist, validation: 8}
decouple:
  edges: [0, 500, 1000]
  optimizer: {learningRate: 1e-4, betas: [0.9, 0.99]}
merge: {weights: [0.5, 0.5]}
report: *base
evaluate: {<<: [&e {grid: 4}, {grid: 2, samples: 8}], heldOut: {<<: {images: 4}}}
`;

export const yaml: FuzzTarget = {
  name: 'yaml',
  seeds: async () => [
    new Uint8Array(Buffer.from(small)),
    new Uint8Array(Buffer.from('{"name": "a", "base": "b", "data": {"kind": "images", "path": "x", "resolution": 8}}')),
    ...(await Promise.all(presets.map(async (path) => new Uint8Array(await readFile(path))))),
  ],
  tokens: [
    '- ',
    '? ',
    ': ',
    'a: ',
    '[',
    '{',
    ']',
    '}',
    '{a: ',
    ',',
    '&a ',
    '*a',
    '*a,',
    '- &a 1\n',
    '!!x ',
    '!!python/object:os.system ',
    '<<: *a\n',
    '"',
    "'",
    '|\n',
    '>\n',
    '# x\n',
    '---\n',
    '...\n',
    '%YAML 9\n',
    '\t',
    ' ',
    '\n',
    '\r',
    '\\x',
    '__proto__: ',
    'constructor: ',
    '\u00ff',
    '1e999',
    '.nan',
    '.inf',
    '~',
    'edges: ',
    'ranges: 1000000000\n',
  ],
  async parse(bytes) {
    const text = Buffer.from(bytes).toString('utf8');
    const outline = outlineConfig(text);
    for (const line of [1, 2, 9]) outline.at(line, 3);
    outline.keySpan(['decouple', 'edges']);
    parseConfig(text, 'a.deme.yaml');
  },
};
