// The licences of the packages that the packaged extension carries or has in its bundles. Node built-ins only, like setup.mjs.
import {readdirSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';

/** What our own files follow that is no package of npm. The text of its licence is among those of the packages. */
const followed = [
  'ftfy 6.3 (Python package by Robyn Speer), licence: Apache-2.0\n\nThe tables and rules in trainer/text/codePages.ts, misreadSigns.ts and wrongEncoding.ts follow it, written anew for JavaScript.\n',
];

/**
 * Writes the notices for the packages in these bundles and for those that .vscodeignore lets in beside them.
 *
 * @param {string} root folder of the repository
 * @param {string[]} metafiles what esbuild says of the bundles (`--metafile`), relative to `root`
 * @param {string} file where the notices go, relative to `root`
 */
export function writeNotices(root, metafiles, file) {
  const inputs = metafiles.flatMap((path) => Object.keys(JSON.parse(readFileSync(join(root, path), 'utf8')).inputs));
  const names = new Set([...inputs.map(packageOf).filter((name) => name !== undefined), ...carriedPackages(root)]);
  const notices = [...names].sort().map((name) => noticeOf(join(root, 'node_modules', name)));
  writeFileSync(join(root, file), [...notices, ...followed].join(`\n${'='.repeat(80)}\n\n`));
}

/** `@scope/name` of `node_modules/@scope/name/file.js`; undefined for a file of our own. */
function packageOf(input) {
  return /(?:^|\/)node_modules\/((?:@[^/]+\/)?[^/]+)\/(?!.*node_modules\/)/.exec(input)?.[1];
}

/** The packages of lines that begin like `!node_modules/zod/` or `!node_modules/@tensorflow/tfjs*` do. */
function carriedPackages(root) {
  const lines = readFileSync(join(root, '.vscodeignore'), 'utf8').split('\n');
  const found = lines.map((line) => /^!node_modules\/(@[^/]+\/|)([^/*]+)(\*?)\//.exec(line)).filter(Boolean);
  return found.flatMap(([, scope, name, star]) => {
    const all = readdirSync(join(root, 'node_modules', scope));
    return all.filter((each) => (star ? each.startsWith(name) : each === name)).map((each) => `${scope}${each}`);
  });
}

function noticeOf(folder) {
  const {name, version, license} = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const file = readdirSync(folder).find((entry) => /^(licen[cs]e|copying)(\.|$)/i.test(entry));
  const text = file === undefined ? '' : `\n${readFileSync(join(folder, file), 'utf8').trim()}\n`;
  return `${name} ${version}, licence: ${typeof license === 'string' ? license : 'see its package'}\n${text}`;
}
