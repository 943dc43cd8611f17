/** The part of a chart by which it is dragged. */
export const dragHandle = 'drag-handle';

const overClass = 'drop-target';

/**
 * Lets the charts in a frame be dragged by their handles onto each other; what that does can be done by buttons, too. `onDrop` gets the dragged chart and
 * the one that it was dropped on, by their elements. Pointer events, as the drags of the platform are taken by the editor around the page.
 */
export function dragCharts(frame: HTMLElement, onDrop: (from: Element, to: Element) => void): void {
  let dragged: Element | null = null;
  let over: Element | null = null;
  const goOver = (chart: Element | null) => {
    if (chart === over) return;
    over?.classList.remove(overClass);
    over = chart;
    over?.classList.add(overClass);
  };
  const end = () => {
    goOver(null);
    dragged = null;
  };
  frame.addEventListener('pointerdown', (event) => {
    const {target, button, pointerId} = event;
    if (!(target instanceof HTMLElement) || button !== 0 || !target.classList.contains(dragHandle)) return;
    // Otherwise the text of the handle would be selected.
    event.preventDefault();
    target.setPointerCapture(pointerId);
    dragged = target.closest('figure');
  });
  frame.addEventListener('pointermove', ({clientX, clientY}) => {
    if (dragged === null) return;
    const chart = document.elementFromPoint(clientX, clientY)?.closest('figure') ?? null;
    goOver(chart !== null && chart !== dragged && frame.contains(chart) ? chart : null);
  });
  frame.addEventListener('pointerup', () => {
    if (dragged !== null && over !== null) onDrop(dragged, over);
    end();
  });
  frame.addEventListener('pointercancel', end);
}
