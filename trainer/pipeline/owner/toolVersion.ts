import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import * as z from 'zod';
import {packageRoot} from '../../packageRoot.ts';

const Manifest = z.looseObject({version: z.string()});

/** `deme-studio <version>`, as records name the tool. */
export function toolVersion(): string {
  const manifest = Manifest.parse(JSON.parse(readFileSync(join(packageRoot(), 'package.json'), 'utf8')));
  return `deme-studio ${manifest.version}`;
}
