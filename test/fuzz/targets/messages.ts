import {PassThrough} from 'node:stream';
import {UserError} from '../../../trainer/contract/errors.ts';
import {OwnerMessage, OwnerRequest} from '../../../trainer/contract/run/ownerMessages.ts';
import {HostMessage, PageMessage, SavedPanel} from '../../../trainer/contract/panel/panel.ts';
import {parseJson} from '../../../trainer/store/files/jsonFile.ts';
import {readLines} from '../../../trainer/launch/lineChannel.ts';
import {PreviewNews, PreviewOrder} from '../../../trainer/contract/panel/preview.ts';
import type {FuzzTarget} from '../target.ts';

const requests = [
  {action: 'start', config: '/a/b.deme.yaml', selection: {kind: 'finetune', range: 1}, engine: 'wasm'},
  {action: 'resume', run: '/runs/a-1'},
];
const answers = [
  {type: 'ready'},
  {type: 'engine', reason: 'it is there'},
  {type: 'created', run: '/runs/a-1', id: 'a-1'},
  {type: 'event', event: {type: 'stage', time: 1, stage: 'expert-0', state: 'started'}},
  {type: 'refused', error: {code: 'config-invalid', message: 'no'}},
  {type: 'ended', outcome: 'failed', error: {code: 'bug', message: 'x', stack: 'y'}},
];
const pages = [
  {type: 'ready'},
  {
    type: 'watch',
    watch: {curves: {runs: ['a'], range: null, points: 100, logarithmic: false}, heatMaps: null, system: {run: 'a'}},
  },
  {type: 'request', id: 1, request: {kind: 'merge', run: 'a', weights: [0.5, 0.5]}},
  {type: 'request', id: 2, request: {kind: 'saveImage', run: 'a', source: 'https://x/a.png'}},
  {type: 'selected', run: 'a'},
  {type: 'removed', run: 'a'},
  {scope: 'compare', selected: null},
];

const drawing = {id: 3, seed: 7, images: 4, steps: 10};
const setting = {
  weights: [0.5, -1],
  rules: [{match: 'up', weights: [1, [0, 1]]}],
  method: {kind: 'ties', density: 0.3},
};
const previews = [
  {
    kind: 'open',
    base: '/b',
    experts: [{path: '/e', range: [0, 500]}],
    saved: null,
    dtype: 'F32',
    engine: {name: 'wasm'},
  },
  {kind: 'draw', ...drawing, setting},
  {kind: 'grid', ...drawing, settings: [setting, setting]},
  {kind: 'saved', path: '/m'},
  {type: 'preview', command: {kind: 'start', run: 'a'}},
  {type: 'preview', news: {kind: 'picture', ...drawing, of: 'cell', cell: 2, png: 'iVBORw0=', seconds: 0.5}},
  {kind: 'failed', id: 3, error: {code: 'merge-weights', message: 'no'}},
  {kind: 'ended', error: null},
];

const bytesOf = (text: string) => new Uint8Array(Buffer.from(text));

/** Lines between the editor and the owner of a run, and messages between the panel and its host. */
export const messages: FuzzTarget = {
  name: 'messages',
  seeds: async () => [
    ...[...requests, ...answers, ...pages, ...previews].map((message) => bytesOf(`${JSON.stringify(message)}\n`)),
    bytesOf(answers.map((answer) => `${JSON.stringify(answer)}\n`).join('')),
  ],
  tokens: [
    '\n',
    '"',
    '{"a":',
    '[',
    '"__proto__":{"type":"ready"},',
    '"constructor":1,',
    '\\u0000',
    '\xff',
    '1e999',
    '-0',
    'null',
    '"type":"event",',
    '"weights":[',
    '1,',
  ],
  async parse(bytes) {
    const lines = await linesOf(bytes);
    for (const line of lines) parseAny(line);
  },
};

const schemas = [OwnerRequest, OwnerMessage, PageMessage, HostMessage, SavedPanel, PreviewOrder, PreviewNews];

function parseAny(line: string): void {
  const results = schemas.map((schema) => {
    try {
      return parseJson(line, schema, 'a message', 'the channel');
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      return error;
    }
  });
  const refusal = results.find((result) => result instanceof UserError);
  if (results.every((result) => result instanceof UserError) && refusal !== undefined) throw refusal;
}

/** What the line reader makes of the bytes, in two chunks. */
function linesOf(bytes: Uint8Array): Promise<string[]> {
  const stream = new PassThrough();
  const lines: string[] = [];
  return new Promise((resolve) => {
    readLines(
      stream,
      1 << 14,
      (line) => lines.push(line),
      () => stream.destroy(),
    );
    stream.on('close', () => resolve(lines));
    const half = Math.floor(bytes.length / 2);
    stream.write(bytes.subarray(0, half));
    stream.end(bytes.subarray(half));
  });
}
