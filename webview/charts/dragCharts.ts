/**
 * Lets the charts in a frame be dragged by their titles onto each other. What it does can be done by buttons, too. `onDrop` gets the dragged chart and the
 * one that it was dropped on, by their elements in the frame.
 */
export function dragCharts(frame: HTMLElement, onDrop: (from: Element, to: Element) => void): void {
  let dragged: Element | null = null;
  const chartOf = ({target}: Event) => (target instanceof Element ? target.closest('figure') : null);
  const end = () => {
    frame.querySelector('.drop-target')?.classList.remove('drop-target');
  };
  frame.addEventListener('dragstart', (event) => {
    dragged = chartOf(event);
    // A drag without data is none for some browsers.
    event.dataTransfer?.setData('text/plain', dragged?.querySelector('.chart-title')?.textContent ?? '');
  });
  frame.addEventListener('dragover', (event) => {
    const over = chartOf(event);
    if (dragged === null || over === null) return;
    event.preventDefault();
    if (over.classList.contains('drop-target')) return;
    end();
    if (over !== dragged) over.classList.add('drop-target');
  });
  frame.addEventListener('drop', (event) => {
    const over = chartOf(event);
    if (dragged === null || over === null) return;
    event.preventDefault();
    if (over !== dragged) onDrop(dragged, over);
  });
  frame.addEventListener('dragend', () => {
    end();
    dragged = null;
  });
}
