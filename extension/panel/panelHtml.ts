/** What the page of a panel is made of: addresses that the webview may load, and its policy's source. */
export interface PanelParts {
  readonly script: string;
  readonly style: string;
  readonly cspSource: string;
  /** Fresh for every page, from a cryptographic source. */
  readonly nonce: string;
}

/**
 * The page: empty, all it shows comes by messages. Nothing is allowed but its own script, styles, and pictures of the run folders;
 * 'unsafe-inline' for styles is the one exception, because the controls of the webview toolkit make style elements.
 */
export function panelHtml({script, style, cspSource, nonce}: PanelParts): string {
  const policy = [
    "default-src 'none'",
    `script-src 'nonce-${nonce}'`,
    `style-src ${cspSource} 'unsafe-inline'`,
    `img-src ${cspSource} data: blob:`,
    `font-src ${cspSource}`,
  ].join('; ');
  return `<!DOCTYPE html>
<html lang="en">
  <head>
    <meta charset="UTF-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta http-equiv="Content-Security-Policy" content="${policy}">
    <title>DeMe experiment</title>
    <link rel="stylesheet" href="${style}">
  </head>
  <body>
    <div id="panel"></div>
    <script nonce="${nonce}" src="${script}"></script>
  </body>
</html>
`;
}
