import {afterEach, beforeEach, describe, expect, it, onTestFinished, vi} from 'vitest';
import {controlGate} from '../../../../trainer/pipeline/stages/controlGate.ts';
import {clearControl, requestControl} from '../../../../trainer/store/run/runState.ts';
import {temporaryFolder} from '../../../helpers/temporaryFolder.ts';

const processEvents = ['SIGTERM', 'SIGINT', 'disconnect'] as const;
type ProcessEvent = (typeof processEvents)[number];
type Listener = () => void;

/** The gate asks the clock whether it is time to look again. */
let now = 0;

beforeEach(() => {
  now = 1_000_000;
  vi.spyOn(performance, 'now').mockImplementation(() => now);
});

afterEach(() => {
  vi.restoreAllMocks();
});

/** A gate and a way to signal to it alone: the test runner listens to the same process. */
function startGate(run: string) {
  const listeners = (event: ProcessEvent) => process.listeners(event as 'SIGINT') as Listener[];
  const others = new Map(processEvents.map((event) => [event, listeners(event)]));
  const own = (event: ProcessEvent) => listeners(event).filter((listener) => !others.get(event)?.includes(listener));
  const gate = controlGate(run);
  onTestFinished(() => {
    for (const event of processEvents) own(event).forEach((listener) => process.off(event, listener));
  });
  return {gate, signal: (event: ProcessEvent) => own(event).forEach((listener) => listener())};
}

describe('the gate between two updates', () => {
  it('lets through while nobody asks for anything', async () => {
    const {gate} = startGate(await temporaryFolder());
    expect([await gate(), await gate(), await gate()]).toEqual(['continue', 'continue', 'continue']);
  });

  it('stops when the control file says so, which it looks at every half second', async () => {
    const run = await temporaryFolder();
    const {gate} = startGate(run);
    expect(await gate()).toBe('continue');
    await requestControl(run, 'stop');
    now += 400;
    expect(await gate()).toBe('continue');
    now += 100;
    expect(await gate()).toBe('stop');
    expect(await gate()).toBe('stop');
  });

  it('looks every half second where the clock is set back an hour', async () => {
    const run = await temporaryFolder();
    const {gate} = startGate(run);
    expect(await gate()).toBe('continue');
    vi.spyOn(Date, 'now').mockImplementation(() => -3_600_000);
    await requestControl(run, 'stop');
    now += 500;
    expect(await gate()).toBe('stop');
  });

  it.each(processEvents)('stops after %s at the next update', async (event) => {
    const {gate, signal} = startGate(await temporaryFolder());
    expect(await gate()).toBe('continue');
    signal(event);
    expect(await gate()).toBe('stop');
  });

  it('holds while the run is paused, even where the clock stands still, and goes on after', async () => {
    const run = await temporaryFolder();
    await requestControl(run, 'pause');
    const {gate} = startGate(run);
    let answer: string | undefined;
    const asked = gate().then((action) => (answer = action));
    await new Promise((resolve) => setTimeout(resolve, 1200));
    expect(answer).toBeUndefined();
    await clearControl(run);
    now += 500;
    expect(await asked).toBe('continue');
  });

  it('can be stopped while it is paused', async () => {
    const run = await temporaryFolder();
    await requestControl(run, 'pause');
    const {gate, signal} = startGate(run);
    const asked = gate();
    await new Promise((resolve) => setTimeout(resolve, 100));
    signal('SIGTERM');
    expect(await asked).toBe('stop');
  });
});
