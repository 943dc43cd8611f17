import {build} from 'esbuild';

/** A file of the page by its name, as the webview loads it. */
export type PanelFiles = ReadonlyMap<string, {readonly body: Buffer; readonly contentType: string}>;

const contentTypes: Readonly<Record<string, string>> = {js: 'text/javascript', css: 'text/css', ttf: 'font/ttf'};
const root = new URL('../../', import.meta.url);

/** The page's bundle, made from the sources in a folder as they are now. */
export async function bundlePanel(folder = root.pathname): Promise<PanelFiles> {
  const {outputFiles} = await build({
    absWorkingDir: folder,
    entryPoints: [
      {in: 'webview/main.ts', out: 'webview'},
      {in: 'webview/style.css', out: 'webview'},
    ],
    outdir: 'dist',
    bundle: true,
    format: 'iife',
    minify: true,
    target: 'es2022',
    loader: {'.ttf': 'file'},
    assetNames: '[name]',
    write: false,
    logLevel: 'warning',
  });
  return new Map(
    outputFiles.map(({path, contents}) => {
      const name = path.slice(path.lastIndexOf('/') + 1);
      const contentType = contentTypes[name.slice(name.lastIndexOf('.') + 1)] ?? 'application/octet-stream';
      return [name, {body: Buffer.from(contents), contentType}];
    }),
  );
}
