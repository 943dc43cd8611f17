import {readFile} from 'node:fs/promises';
import {extname, join} from 'node:path';
import {Marked, Renderer, type Tokens} from 'marked';
import {escaped} from '../../chart/svgDocument.ts';
import {fittingPictures, type FittingPicture} from './fittingPictures.ts';

/** Bytes of all pictures together: as text they take a third more, and the page stays under 5 MB. */
const pictureBytes = 3.6e6;

const types: Readonly<Record<string, string>> = {'.svg': 'image/svg+xml', '.png': 'image/png'};

/**
 * The Markdown of a report as one HTML file that shows the same without any other file: pictures stand in it, there is no script, and the policy in its head
 * would let none run. Pictures that are too large together are shrunk, and say so.
 */
export async function reportPage(folder: string, title: string, markdown: string): Promise<string> {
  const files = picturesIn(markdown);
  const contents = await Promise.all(files.map(async (file) => ({file, bytes: await readFile(join(folder, file))})));
  const pictures = new Map(fittingPictures(contents, pictureBytes).map((picture) => [picture.file, picture]));
  const html = new Marked({async: false, renderer: renderer(pictures)}).parse(markdown) as string;
  return page(title, html);
}

function picturesIn(markdown: string): string[] {
  const files = [...markdown.matchAll(/^!\[[^\]]*\]\(([^)/\\]+\.(?:svg|png))\)$/gm)].map(([, file = '']) => file);
  return [...new Set(files)];
}

/** Names of models and runs may hold anything: markup in them is shown, and links lead nowhere. */
function renderer(pictures: ReadonlyMap<string, FittingPicture>): Partial<Renderer> {
  const plain = new Renderer();
  return {
    html: ({text}: Tokens.HTML | Tokens.Tag) => escaped(text),
    link: ({text}: Tokens.Link) => escaped(text),
    image: ({href, text}: Tokens.Image) => figure(text, pictures.get(href), href),
    table(this: Renderer, token: Tokens.Table) {
      return `<div class="wide" role="region" tabindex="0" aria-label="Table">${plain.table.call(this, token)}</div>`;
    },
    code: ({text}: Tokens.Code) => `<details><summary>Recipe</summary><pre>${escaped(text)}</pre></details>`,
  };
}

function figure(title: string, picture: FittingPicture | undefined, file: string): string {
  if (picture === undefined) return escaped(`${title}: not in this page, for its size.`);
  const source = `data:${types[extname(file)]};base64,${Buffer.from(picture.bytes).toString('base64')}`;
  const shrunk = picture.scale < 1 ? `<br>Shrunk to ${Math.round(100 * picture.scale)} % of its sides.` : '';
  return `<img src="${source}" alt="${escaped(title)}">${shrunk}`;
}

function page(title: string, body: string): string {
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<title>${escaped(title)}</title>
<style>
:root { color-scheme: light dark; }
body { max-width: 64rem; margin: 2rem auto; padding: 0 1rem; font: 1rem/1.5 system-ui, sans-serif; }
h1 + p { font-size: 1.15rem; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-size: 0.9rem; font-variant-numeric: tabular-nums; }
th, td { padding: 0.3rem 0.75rem; border-bottom: 1px solid color-mix(in srgb, currentColor 25%, transparent); text-align: left; vertical-align: top; }
img { max-width: 100%; height: auto; background: #fff; }
blockquote { margin-inline: 0; padding-left: 1rem; border-left: 0.25rem solid #c80; }
pre { overflow-x: auto; font-size: 0.85rem; }
</style>
</head>
<body>
<main>
${body}</main>
</body>
</html>
`;
}
