import {type Colour, palette} from '../../chart/palette.ts';

const grey: Colour = [125, 130, 138];
const named: Readonly<Record<string, Colour>> = {ordinary: grey, ensemble: palette.purple, merged: palette.vermilion};
const experts: readonly Colour[] = [palette.blue, palette.orange, palette.green, palette.skyBlue, palette.yellow];

/** A model has the same colour in every picture of a report. More experts than colours start anew. */
export function modelColour(model: string): Colour {
  const expert = Number(/^expert-(\d+)$/.exec(model)?.[1] ?? 0);
  return named[model] ?? experts[expert % experts.length] ?? grey;
}
