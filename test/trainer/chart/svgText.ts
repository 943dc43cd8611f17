/** Texts of a chart in order, unescaped. */
export function textsOf(svg: string): string[] {
  return [...svg.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map(([, text = '']) =>
    text.replace(/&#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code))),
  );
}

/** Labels of the legend in order, each with the colour of its sample. */
export function legendOf(svg: string): [label: string, colour: string][] {
  const entries =
    /<g transform="translate\([^)]*\)"><(?:path|rect)[^>]*(?:stroke|fill)="(#\w+)"[^>]*\/><text[^>]*>([^<]*)</g;
  return [...svg.matchAll(entries)].map(([, colour = '', label = '']) => [label, colour]);
}

/** Height at which the tick with this text lies on the left axis. */
export function tickHeight(svg: string, text: string): number {
  return Number(new RegExp(`y="([\\d.]+)" text-anchor="end">${text}</text>`).exec(svg)?.[1]) - 4;
}
