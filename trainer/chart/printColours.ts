import type {SvgColours} from './svgDocument.ts';

/** Colours of pictures that are read outside of the editor. */
export const printColours: SvgColours = {
  foreground: '#1f2328',
  background: '#ffffff',
  grid: '#d8dee4',
  fontFamily: 'sans-serif',
};

/** The same, where the reader's system asks for dark pages. */
export const darkColours: SvgColours = {...printColours, foreground: '#e6edf3', background: '#1f2328', grid: '#444c56'};

/**
 * Colours of data, which people with any kind of colour blindness can tell apart, on white as on black: Okabe and Ito, "Color Universal Design" (2008),
 * two of P. Tol's muted colours, and grey.
 */
export const dataColours = {
  blue: '#0072b2',
  vermilion: '#d55e00',
  green: '#009e73',
  purple: '#cc79a7',
  orange: '#e69f00',
  black: '#000000',
  skyBlue: '#56b4e9',
  wine: '#882255',
  olive: '#999933',
  grey: '#888888',
} as const;
