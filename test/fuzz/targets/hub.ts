import * as z from 'zod';
import {chooseFiles} from '../../../trainer/store/hub/chooseFiles.ts';
import {parseListing} from '../../../trainer/store/hub/hubListing.ts';
import {parseJson} from '../../../trainer/store/files/jsonFile.ts';
import {UserError} from '../../../trainer/contract/errors.ts';
import type {FuzzTarget} from '../target.ts';

const commit = 'b'.repeat(40);
const listed = (...names: string[]) => ({
  sha: commit,
  siblings: names.map((rfilename) => ({rfilename, size: 3, blobId: commit, lfs: {sha256: 'c'.repeat(64)}})),
});
const stem = 'diffusion_pytorch_model';
const listings = [
  listed('model_index.json', 'unet/config.json', `unet/${stem}.safetensors`, 'scheduler/scheduler_config.json'),
  listed(
    'unet/config.json',
    `unet/${stem}.safetensors`,
    'vae/config.json',
    `vae/${stem}.fp16.bin`,
    'tokenizer/vocab.json',
  ),
  listed('config.json', `${stem}.safetensors.index.json`, `${stem}-00001-of-00002.safetensors`),
];

/** A hub's list of files. What is chosen of it must lie inside the folder that it is fetched to. */
export const hub: FuzzTarget = {
  name: 'hub',
  seeds: async () => listings.map((listing) => new Uint8Array(Buffer.from(JSON.stringify(listing)))),
  tokens: [
    '../',
    '/',
    '\\\\',
    'C:',
    '\\u0000',
    './',
    '%2e%2e/',
    '"rfilename":"unet/../../x",',
    '[',
    '{"a":',
    '"__proto__":1,',
    '-1',
    '1e999',
    'null',
    '.fp16',
    'unet/',
  ],
  async parse(bytes) {
    const {siblings} = parseListing(
      parseJson(Buffer.from(bytes).toString('utf8'), z.unknown(), 'the list', 'hub'),
      'hub',
    );
    const names = siblings.map(({rfilename}) => rfilename);
    for (const rfilename of chooseFiles(names, 'hub', {components: []})) {
      if (!/^(?!.*(?:^|\/)\.{1,2}(?:\/|$))[^/\\:\0][^\\:\0]*$/.test(rfilename))
        throw new Error(`climbs out: ${rfilename}`);
    }
    if (siblings.length === 0) throw new UserError('model-missing', 'nothing is listed');
  },
};
