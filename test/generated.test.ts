import {existsSync, readFileSync, writeFileSync} from 'node:fs';
import {format, resolveConfig} from 'prettier';
import {expect, it} from 'vitest';
import {schemaFile, settingsPage} from '../trainer/contract/configDocs.ts';

const generated: [string, () => string][] = [
  ['media/deme.schema.json', schemaFile],
  ['media/docs/config.md', settingsPage],
];

/** Files made from the config schema. One that differs is written anew, so that a second run passes and the change shows in the diff. */
it.each(generated)('%s is what the schema makes it', async (file, make) => {
  const url = new URL(`../${file}`, import.meta.url);
  const wanted = await format(make(), {...(await resolveConfig(url)), filepath: file});
  const found = existsSync(url) ? readFileSync(url, 'utf8') : '';
  if (found !== wanted) writeFileSync(url, wanted);
  expect(found === wanted, `${file} was out of date and has been written anew; look at the change and commit it`).toBe(
    true,
  );
});
