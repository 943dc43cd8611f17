/** From this width of the tab on, curves and heat maps stand beside each other; must match `style.css`, like the numbers below. */
const leastWidth = 640;
const gap = 20;
/** Share of the curves. */
const curveShare = 0.6;

/** Widths in pixels that curves and heat maps have in a tab of this width. */
export function lossesColumns(width: number): {readonly curves: number; readonly heatMaps: number} {
  if (width < leastWidth) return {curves: width, heatMaps: width};
  const curves = Math.round((width - gap) * curveShare);
  return {curves, heatMaps: width - gap - curves};
}
